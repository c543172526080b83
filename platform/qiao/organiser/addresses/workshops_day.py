"""Addresses of the days of a workshop."""

from django.urls import URLPattern, path

from qiao.organiser.views import workshop_day as day
from qiao.organiser.views import workshop_door as door

_AT = "<slug:bridge>/workshops/<slug:public_id>/day/"
#: The service worker is served from within, so that it sees these pages and no others.
_DOOR = f"{_AT}door/"

urlpatterns: list[URLPattern] = [
    path(_AT, day.workshop_day, name="workshop_day"),
    path(f"{_AT}figures/", day.workshop_day_figures, name="workshop_day_figures"),
    path(f"{_AT}file/", day.workshop_day_file, name="workshop_day_file"),
    path(f"{_AT}badges/", day.workshop_badges, name="workshop_badges"),
    path(f"{_AT}tables/", day.workshop_tables, name="workshop_tables"),
    path(f"{_AT}notices/", day.workshop_notices, name="workshop_notices"),
    path(_DOOR, door.workshop_door, name="workshop_door"),
    path(f"{_DOOR}act/", door.workshop_door_act, name="workshop_door_act"),
    path(f"{_DOOR}list/", door.workshop_door_list, name="workshop_door_list"),
    path(f"{_DOOR}sync/", door.workshop_door_sync, name="workshop_door_sync"),
    path(f"{_DOOR}worker.js", door.workshop_door_worker, name="workshop_door_worker"),
    path(f"{_DOOR}<slug:token>/", door.workshop_door_badge, name="workshop_door_badge"),
]
