"""Addresses of what people are told: the inbox, and ending e-mail by the link of a message."""

from django.urls import path

from qiao.website.views import inbox, letters, unsubscribe

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/news/", inbox.inbox_news, name="inbox_news"),
    path("inbox/read/", inbox.inbox_read, name="inbox_read"),
    path("inbox/unread/", inbox.inbox_unread, name="inbox_unread"),
    path("inbox/<slug:public_id>/", inbox.inbox_open, name="inbox_open"),
    path("inbox/<slug:public_id>/mark/", inbox.inbox_mark, name="inbox_mark"),
    path("letters/<slug:public_id>/", letters.letter, name="letter"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
