"""Addresses of the organisers' desk: `/organiser/<bridge>/…`."""

from qiao.organiser.addresses import (
    calls,
    cases,
    desk,
    imports,
    keys,
    learning,
    mail,
    standards,
    trust,
    workshops_after,
    workshops_day,
    workshops_meetings,
    workshops_placing,
    workshops_programme,
    workshops_registrations,
    workshops_setup,
    workshops_suggestions,
)

app_name = "organiser"
urlpatterns = [
    *imports.urlpatterns,
    *keys.urlpatterns,
    *learning.urlpatterns,
    *mail.urlpatterns,
    *trust.urlpatterns,
    *calls.urlpatterns,
    *cases.urlpatterns,
    *standards.urlpatterns,
    *workshops_after.urlpatterns,
    *workshops_day.urlpatterns,
    *workshops_meetings.urlpatterns,
    *workshops_placing.urlpatterns,
    *workshops_programme.urlpatterns,
    *workshops_registrations.urlpatterns,
    *workshops_setup.urlpatterns,
    *workshops_suggestions.urlpatterns,
    *desk.urlpatterns,
]
