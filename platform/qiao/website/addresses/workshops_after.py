"""Addresses of what comes after a workshop."""

from django.urls import path

from qiao.website.views import workshop_after as views

_AT = "<slug:bridge>/workshops/<slug:public_id>/"

urlpatterns = [
    path("certificates/<str:token>/", views.certificate, name="certificate"),
    path(f"{_AT}after/", views.workshop_after, name="workshop_after"),
    path(f"{_AT}feedback/", views.workshop_feedback, name="workshop_feedback"),
]
