"""Addresses of the desk for mail on its way and for letters to groups. Fixed ones come before a message's own."""

from django.urls import path

from qiao.organiser.views import letters, mail

urlpatterns = [
    path("<slug:bridge>/mail/", mail.mail_list, name="mail_list"),
    path("<slug:bridge>/mail/retry-failed/", mail.mail_retry_failed, name="mail_retry_failed"),
    path("<slug:bridge>/mail/letters/", letters.letter_list, name="letter_list"),
    path("<slug:bridge>/mail/letters/new/", letters.letter_new, name="letter_new"),
    path("<slug:bridge>/mail/letters/<slug:public_id>/", letters.letter, name="letter"),
    path("<slug:bridge>/mail/letters/<slug:public_id>/edit/", letters.letter_edit, name="letter_edit"),
    path("<slug:bridge>/mail/letters/<slug:public_id>/<slug:action>/", letters.letter_act, name="letter_act"),
    path("<slug:bridge>/mail/<slug:public_id>/", mail.mail, name="mail"),
    path("<slug:bridge>/mail/<slug:public_id>/retry/", mail.mail_retry, name="mail_retry"),
    path("<slug:bridge>/mail/<slug:public_id>/<slug:action>/", mail.mail_act, name="mail_act"),
]
