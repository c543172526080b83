"""Addresses of the website. Fixed ones come before those that start with a bridge."""

from qiao.website.addresses import bridge, browse, home, introductions, notifications, participant, trust

app_name = "website"
urlpatterns = [
    *home.urlpatterns,
    *participant.urlpatterns,
    *notifications.urlpatterns,
    *introductions.urlpatterns,
    *trust.urlpatterns,
    *browse.urlpatterns,
    *bridge.urlpatterns,
]
