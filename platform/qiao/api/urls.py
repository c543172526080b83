"""Addresses of the interface: `/api/v1/…`. Each area has its list in `addresses/`."""

from django.urls import include, path, re_path

from qiao.api.addresses import bridges, calls, directory, foundation, partnerships, workshops
from qiao.api.views.foundation import nothing_here

app_name = "api"

#: Patterns below `/api/v1/`.
VERSION_1 = [
    *foundation.urlpatterns,
    *bridges.urlpatterns,
    *directory.urlpatterns,
    *partnerships.urlpatterns,
    *calls.urlpatterns,
    *workshops.urlpatterns,
]

urlpatterns = [
    path("v1/", include(VERSION_1)),
    # Else the website would take it for a bridge, and answer with a page.
    re_path("", nothing_here, name="nothing_here"),
]
