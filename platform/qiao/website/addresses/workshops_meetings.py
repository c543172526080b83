"""Addresses of meetings at a workshop."""

from django.urls import URLPattern, path

from qiao.website.views import workshop_meeting, workshop_meetings

_ALL = "<slug:bridge>/workshops/<slug:public_id>/meetings/"
_ONE = f"{_ALL}<slug:meeting>/"

urlpatterns: list[URLPattern] = [
    path(_ALL, workshop_meetings.workshop_meetings, name="workshop_meetings"),
    path(f"{_ALL}people/", workshop_meetings.workshop_proposed, name="workshop_proposed"),
    path(f"{_ALL}ask/<slug:person>/", workshop_meetings.workshop_meeting_ask, name="workshop_meeting_ask"),
    path(f"{_ALL}walk-in/", workshop_meetings.workshop_walk_in, name="workshop_walk_in"),
    path(f"{_ALL}provisional/", workshop_meetings.workshop_provisional, name="workshop_provisional"),
    path(f"{_ALL}hours/", workshop_meetings.workshop_meeting_hours, name="workshop_meeting_hours"),
    path(_ONE, workshop_meeting.workshop_meeting, name="workshop_meeting"),
    path(f"{_ONE}act/", workshop_meeting.workshop_meeting_act, name="workshop_meeting_act"),
    path(f"{_ONE}cancel/", workshop_meeting.workshop_meeting_cancel, name="workshop_meeting_cancel"),
]
