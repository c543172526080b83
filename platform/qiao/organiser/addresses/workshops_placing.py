"""Addresses of automatic placement on a workshop's desk. They come before those of sessions, which begin alike."""

from django.urls import path

from qiao.organiser.views import workshop_placing as views

_ALL = "<slug:bridge>/workshops/<slug:public_id>/programme/placement/"
_ONE = f"{_ALL}<slug:run>/"

urlpatterns = [
    path(_ALL, views.workshop_placing, name="workshop_placing"),
    path(_ONE, views.workshop_placing_run, name="workshop_placing_run"),
    path(f"{_ONE}progress/", views.workshop_placing_progress, name="workshop_placing_progress"),
    path(f"{_ONE}act/", views.workshop_placing_act, name="workshop_placing_act"),
]
