"""Addresses of registering for a workshop."""

from django.urls import path

from qiao.website.views import workshop_registrations as views

_AT = "<slug:bridge>/workshops/<slug:public_id>/"

urlpatterns = [
    path(f"{_AT}registration/", views.workshop_registration, name="workshop_registration"),
    path(f"{_AT}registration/withdraw/", views.workshop_withdraw, name="workshop_withdraw"),
    path(f"{_AT}registration/colleagues/", views.workshop_colleagues, name="workshop_colleagues"),
    path(f"{_AT}people/", views.workshop_people, name="workshop_people"),
]
