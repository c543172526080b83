"""Addresses of what workshops there are and what each is."""

from django.urls import path

from qiao.website.views import workshop_setup

urlpatterns = [
    path("<slug:bridge>/workshops/", workshop_setup.workshop_list, name="workshop_list"),
    path("<slug:bridge>/workshops/<slug:public_id>/", workshop_setup.workshop, name="workshop"),
]
