"""Addresses of the website. Fixed ones come before those that start with a bridge."""

from qiao.website.addresses import (
    bridge,
    browse,
    calls,
    home,
    introductions,
    keys,
    notifications,
    participant,
    standards,
    trust,
    workshops_after,
    workshops_day,
    workshops_meetings,
    workshops_programme,
    workshops_registrations,
    workshops_setup,
)

app_name = "website"
urlpatterns = [
    *home.urlpatterns,
    *keys.urlpatterns,
    *participant.urlpatterns,
    *notifications.urlpatterns,
    *introductions.urlpatterns,
    *trust.urlpatterns,
    *workshops_after.urlpatterns,
    *workshops_day.urlpatterns,
    *workshops_meetings.urlpatterns,
    *workshops_programme.urlpatterns,
    *workshops_registrations.urlpatterns,
    *workshops_setup.urlpatterns,
    *calls.urlpatterns,
    *standards.urlpatterns,
    *browse.urlpatterns,
    *bridge.urlpatterns,
]
