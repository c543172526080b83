"""Addresses of proposed sessions of a workshop."""

from django.urls import path

from qiao.organiser.views import workshop_suggestions as views

_AT = "<slug:bridge>/workshops/<slug:public_id>/suggestions/"

urlpatterns = [
    path(_AT, views.workshop_suggestions, name="workshop_suggestions"),
    path(f"{_AT}run/", views.workshop_suggestions_run, name="workshop_suggestions_run"),
    path(f"{_AT}progress/", views.workshop_suggestions_progress, name="workshop_suggestions_progress"),
    path(f"{_AT}<slug:suggestion>/", views.workshop_suggestion, name="workshop_suggestion"),
    path(f"{_AT}<slug:suggestion>/do/<slug:act>/", views.workshop_suggestion_act, name="workshop_suggestion_act"),
]
