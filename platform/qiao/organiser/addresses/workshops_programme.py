"""Addresses of the programme on a workshop's desk."""

from django.urls import path

from qiao.organiser.views import workshop_grid as grid
from qiao.organiser.views import workshop_programme as views

_AT = "<slug:bridge>/workshops/<slug:public_id>/"

urlpatterns = [
    path(f"{_AT}programme/", views.workshop_programme, name="workshop_programme"),
    path(f"{_AT}programme/new/", views.workshop_session_new, name="workshop_session_new"),
    path(f"{_AT}programme/grid/", grid.workshop_grid, name="workshop_grid"),
    path(f"{_AT}programme/grid/board/", grid.workshop_grid_board, name="workshop_grid_board"),
    path(f"{_AT}programme/releases/", views.workshop_releases, name="workshop_releases"),
    path(f"{_AT}programme/<slug:session>/", views.workshop_session, name="workshop_session"),
    path(f"{_AT}programme/<slug:session>/against/", grid.workshop_grid_against, name="workshop_grid_against"),
    path(f"{_AT}programme/<slug:session>/at/", grid.workshop_grid_place, name="workshop_grid_place"),
    path(f"{_AT}programme/<slug:session>/do/<slug:act>/", views.workshop_session_act, name="workshop_session_act"),
]
