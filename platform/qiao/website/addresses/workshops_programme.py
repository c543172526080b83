"""Addresses of the programme of a workshop."""

from django.urls import path

from qiao.website.views import workshop_invitation
from qiao.website.views import workshop_programme as views

_AT = "<slug:bridge>/workshops/<slug:public_id>/"

urlpatterns = [
    path(f"{_AT}programme/", views.workshop_programme, name="workshop_programme"),
    path(f"{_AT}programme/releases/", views.workshop_releases, name="workshop_releases"),
    path(f"{_AT}sessions/<slug:session>/", views.workshop_session, name="workshop_session"),
    path("invitations/sessions/<str:token>/", workshop_invitation.workshop_invitation, name="workshop_invitation"),
]
