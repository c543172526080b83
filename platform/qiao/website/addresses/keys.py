"""Addresses of programs' keys."""

from django.urls import path

from qiao.website.views import keys

urlpatterns = [
    path("settings/keys/", keys.my_keys, name="my_keys"),
    path("settings/keys/<slug:key>/", keys.my_key, name="my_key"),
    path("<slug:bridge>/my/keys/", keys.organisation_keys, name="organisation_keys"),
    path("<slug:bridge>/my/keys/<slug:key>/", keys.organisation_key, name="organisation_key"),
]
