"""Addresses of what comes after a workshop."""

from django.urls import path

from qiao.organiser.views import workshop_after as views

_AT = "<slug:bridge>/workshops/<slug:public_id>/"

urlpatterns = [
    path(f"{_AT}report/", views.workshop_report, name="workshop_report"),
    path(f"{_AT}report/file/", views.workshop_export, name="workshop_export"),
    path(f"{_AT}after/", views.workshop_after, name="workshop_after"),
]
