"""Addresses of registrations on a workshop's desk."""

from django.urls import path

from qiao.organiser.views import workshop_registrations as views

_AT = "<slug:bridge>/workshops/<slug:public_id>/registrations/"

urlpatterns = [
    path(_AT, views.workshop_registrations, name="workshop_registrations"),
    path(f"{_AT}many/", views.workshop_registrations_many, name="workshop_registrations_many"),
    path(f"{_AT}invite/", views.workshop_invite, name="workshop_invite"),
    path(f"{_AT}<slug:registration>/", views.workshop_registration, name="workshop_registration"),
]
