"""Addresses of setting workshops up."""

from django.urls import path

from qiao.organiser.views import workshop_places, workshop_setup

_AT = "<slug:bridge>/workshops/<slug:public_id>/"

urlpatterns = [
    path("<slug:bridge>/workshops/", workshop_setup.workshop_list, name="workshop_list"),
    path("<slug:bridge>/workshops/new/", workshop_setup.workshop_new, name="workshop_new"),
    path(_AT, workshop_setup.workshop, name="workshop"),
    path(f"{_AT}settings/", workshop_setup.workshop_settings, name="workshop_settings"),
    path(f"{_AT}state/", workshop_setup.workshop_state, name="workshop_state"),
    path(f"{_AT}cancel/", workshop_setup.workshop_cancel, name="workshop_cancel"),
    path(f"{_AT}copy/", workshop_setup.workshop_copy, name="workshop_copy"),
    path(f"{_AT}rooms/", workshop_places.workshop_rooms, name="workshop_rooms"),
    path(f"{_AT}rooms/tables/", workshop_places.workshop_tables_set, name="workshop_tables_set"),
    path(f"{_AT}rooms/<slug:room>/", workshop_places.workshop_room, name="workshop_room"),
    path(f"{_AT}rooms/<slug:room>/remove/", workshop_places.workshop_room_remove, name="workshop_room_remove"),
    path(f"{_AT}slots/", workshop_places.workshop_slots, name="workshop_slots"),
    path(f"{_AT}slots/remove/", workshop_places.workshop_slots_remove, name="workshop_slots_remove"),
    path(f"{_AT}people/", workshop_setup.workshop_staff, name="workshop_staff"),
    path(f"{_AT}questions/", workshop_setup.workshop_questions, name="workshop_questions"),
    path(f"{_AT}asking/", workshop_setup.workshop_asking, name="workshop_asking"),
]
