"""Addresses of workshops, registrations, sessions and meetings."""

from django.urls import path

from qiao.api.views import meetings, workshops

_ALL = "bridges/<slug:bridge>/workshops/"
_AT = f"{_ALL}<slug:workshop>/"
_MEETING = f"{_AT}meetings/<slug:public_id>/"

urlpatterns = [
    path(_ALL, workshops.WorkshopList.as_view(), name="workshop_list"),
    path(_AT, workshops.OneWorkshop.as_view(), name="workshop"),
    path(f"{_AT}questions/", workshops.QuestionList.as_view(), name="question_list"),
    path(f"{_AT}slots/", workshops.SlotList.as_view(), name="slot_list"),
    path(f"{_AT}sessions/", workshops.SessionList.as_view(), name="session_list"),
    path(f"{_AT}sessions/<slug:session>/", workshops.OneSession.as_view(), name="session"),
    path(f"{_AT}sessions/<slug:session>/answer/", workshops.SessionAnswer.as_view(), name="session_answer"),
    path(f"{_AT}registrations/", workshops.RegistrationList.as_view(), name="registration_list"),
    path(f"{_AT}registrations/<slug:public_id>/", workshops.OneRegistration.as_view(), name="registration"),
    path(f"{_AT}meetings/", meetings.MeetingList.as_view(), name="meeting_list"),
    path(_MEETING, meetings.OneMeeting.as_view(), name="meeting"),
    path(f"{_MEETING}act/", meetings.MeetingAct.as_view(), name="meeting_act"),
]
