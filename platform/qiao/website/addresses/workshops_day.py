"""Addresses of the days of a workshop, and calendars."""

from django.urls import URLPattern, path

from qiao.website.views import workshop_calendars as calendars
from qiao.website.views import workshop_day as day

_AT = "<slug:bridge>/workshops/<slug:public_id>/"

urlpatterns: list[URLPattern] = [
    path("settings/calendars/", calendars.calendar_settings, name="calendar_settings"),
    path("calendars/<str:key>.ics", calendars.calendar_feed, name="calendar_feed"),
    path(f"{_AT}calendar.ics", calendars.workshop_calendar_feed, name="workshop_calendar_feed"),
    path(f"{_AT}rooms/<slug:room>/calendar.ics", calendars.room_calendar_feed, name="room_calendar_feed"),
    path(f"{_AT}now/", day.workshop_now, name="workshop_now"),
    path(f"{_AT}screen/", day.workshop_screen, name="workshop_screen"),
    path(f"{_AT}badge/", day.workshop_badge, name="workshop_badge"),
]
