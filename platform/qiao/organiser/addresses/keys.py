"""Addresses of the desk for programs' keys."""

from django.urls import path

from qiao.organiser.views import keys

urlpatterns = [
    path("<slug:bridge>/keys/", keys.key_list, name="key_list"),
    path("<slug:bridge>/keys/<slug:key>/", keys.key, name="key"),
]
