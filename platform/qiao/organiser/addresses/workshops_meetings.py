"""Addresses of the desk of a workshop's meetings."""

from django.urls import URLPattern, path

from qiao.organiser.views import workshop_meetings, workshop_schedule

_ALL = "<slug:bridge>/workshops/<slug:public_id>/meetings/"
_ONE = f"{_ALL}<slug:meeting>/"
_RUN = f"{_ALL}runs/<slug:run>/"

urlpatterns: list[URLPattern] = [
    path(_ALL, workshop_meetings.workshop_meetings, name="workshop_meetings"),
    path(f"{_ALL}new/", workshop_meetings.workshop_meeting_new, name="workshop_meeting_new"),
    path(f"{_ALL}repair/", workshop_schedule.workshop_repair, name="workshop_repair"),
    path(f"{_ALL}runs/", workshop_schedule.workshop_schedule_new, name="workshop_schedule_new"),
    path(_RUN, workshop_schedule.workshop_schedule_run, name="workshop_schedule_run"),
    path(f"{_RUN}progress/", workshop_schedule.workshop_schedule_progress, name="workshop_schedule_progress"),
    path(f"{_RUN}act/", workshop_schedule.workshop_schedule_act, name="workshop_schedule_act"),
    path(_ONE, workshop_meetings.workshop_meeting, name="workshop_meeting"),
    path(f"{_ONE}act/", workshop_meetings.workshop_meeting_act, name="workshop_meeting_act"),
]
