"""Meetings at a workshop: one's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.enums import ApiResource
from qiao.api.description import described
from qiao.api.serializers.workshops import MeetingActIn, MeetingIn, MeetingOut
from qiao.api.views.workshops import WorkshopView
from qiao.common.errors import InvalidInput
from qiao.workshops.domain.answering import (
    accept_meeting,
    cancel_meeting,
    decline_meeting,
    take_back_decline,
    withdraw_meeting,
)
from qiao.workshops.domain.asking import ask_for_meeting
from qiao.workshops.domain.meeting_times import propose_time
from qiao.workshops.domain.outcomes import agree_next_step, mark_outcome
from qiao.workshops.domain.queries.my_meetings import MyMeeting, as_seen_by
from qiao.workshops.models import Meeting, Registration, Slot, Workshop

_PLAIN: dict[str, Any] = {
    "accept": accept_meeting,
    "take_back": take_back_decline,
    "withdraw": withdraw_meeting,
}
_TAKEN = {
    "decline": {"reason"}, "cancel": {"reason"}, "propose_time": {"slot"},
    "agree_next_step": {"next_step", "next_step_on"},
}  # fmt: skip


class _Meetings(WorkshopView):
    resource = ApiResource.MEETINGS

    def line(self, mine: Registration, public_id: str) -> MyMeeting:
        """A meeting that one is in. Raises `Http404`."""
        own = Meeting.objects.of_workshop(mine.workshop).with_person(mine).in_full()
        found = own.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return as_seen_by(mine, found)

    def slot(self, at: Workshop, number: int | None) -> Slot | None:
        if number is None:
            return None
        found = Slot.objects.filter(workshop=at, pk=number).first()
        if found is None:
            raise InvalidInput(errors={"slot": [_("There is no such slot.")]})
        return found


class MeetingList(_Meetings):
    """One's meetings."""

    pages = True

    @described(
        MeetingOut, "One's meetings at a workshop", tag="meetings", many=True, errors=[404],
        text="For people with a place there. The one that was asked for last comes first.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str, workshop: str) -> Response:
        at = self.workshop
        mine = self.taking_part(at)
        found = Meeting.objects.of_workshop(at).with_person(mine).in_full()
        return self.many(MeetingOut, found, prepare=lambda rows: [as_seen_by(mine, one) for one in rows])

    @described(
        MeetingOut, "Ask for a meeting", tag="meetings", body=MeetingIn, status=201, errors=[404, 409],
        text="A request holds a time for nobody. Where they have asked for the same, theirs is accepted.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str, workshop: str) -> Response:
        values, at = self.read(MeetingIn), self.workshop
        mine = self.taking_part(at)
        wanted = set(values["people"])
        seen = Registration.objects.visible_to(request.user).of_workshop(at).confirmed()
        people = list(seen.filter(public_id__in=wanted).select_related("organisation"))
        if len(people) != len(wanted):
            raise InvalidInput(errors={"people": [_("One of them takes no part, or is not listed.")]})
        made = ask_for_meeting(
            at, actor=request.user, asking=mine, asked=people, message=values.get("message", ""),
            slot=self.slot(at, values.get("slot")),
        )  # fmt: skip
        location = reverse("api:meeting", args=[bridge, workshop, made.public_id])
        return self.made(MeetingOut, self.line(mine, made.public_id), location)


class OneMeeting(_Meetings):
    """A meeting."""

    @described(MeetingOut, "A meeting that one is in", tag="meetings", errors=[404])
    def get(self, request: Request, bridge: str, workshop: str, public_id: str) -> Response:
        return self.one(MeetingOut, self.line(self.taking_part(self.workshop), public_id))


class MeetingAct(_Meetings):
    """What one does with a meeting."""

    @described(
        MeetingOut, "Answer, call off, or go on with a meeting", tag="meetings", body=MeetingActIn, errors=[404, 409]
    )
    def post(self, request: Request, bridge: str, workshop: str, public_id: str) -> Response:
        values, at = self.read(MeetingActIn), self.workshop
        mine, act = self.taking_part(at), values.pop("act")
        meeting = self.line(mine, public_id).meeting
        if extra := set(values) - _TAKEN.get(act, set()):
            raise InvalidInput(errors={name: [_("This does not go with the act.")] for name in sorted(extra)})
        known: dict[str, Any] = {"actor": request.user, "registration": mine}
        match act:
            case "decline":
                decline_meeting(meeting, **known, reason=values.get("reason", ""))
            case "cancel":
                cancel_meeting(meeting, **known, reason=values.get("reason", ""))
            case "propose_time":
                slot = self.slot(at, values.get("slot"))
                if slot is None:
                    raise InvalidInput(errors={"slot": [_("Say which time.")]})
                propose_time(meeting, **known, slot=slot)
            case "held" | "did_not_happen":
                mark_outcome(meeting, **known, outcome=act)
            case "agree_next_step":
                agree_next_step(meeting, **known, text=values.get("next_step", ""), on=values.get("next_step_on"))
            case _:
                _PLAIN[act](meeting, **known)
        return self.one(MeetingOut, self.line(mine, public_id))
