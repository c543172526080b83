"""Introductions, the conversation in them, and what comes of them: always in the eyes of one side."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.enums import ApiResource
from qiao.api.core.errors import InvalidParameter
from qiao.api.core.views import ApiView
from qiao.api.description import described, query
from qiao.api.serializers.partnerships import (
    IntroductionActIn,
    IntroductionLine,
    IntroductionOut,
    MessageIn,
    MessageOut,
    MilestoneActIn,
    MilestoneIn,
    MilestoneOut,
)
from qiao.api.views.proposals import ORGANISATION
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.directory.models import Affiliation, Organisation
from qiao.partnerships.domain.brokering import close, reopen
from qiao.partnerships.domain.conversation import acknowledge_confidentiality, must_acknowledge, send_message
from qiao.partnerships.domain.milestones import (
    confirm_milestone,
    dispute_milestone,
    record_milestone,
    withdraw_milestone,
)
from qiao.partnerships.domain.queries.introduction_view import (
    IntroductionView,
    MilestoneLine,
    Tab,
    introduction_rows,
    introduction_view,
)
from qiao.partnerships.domain.responding import answer_request, take_back_answer, withdraw_request
from qiao.partnerships.models import Introduction, Message, Milestone
from qiao.partnerships.rules import acts_for


class _Introductions(ApiView):
    resource = ApiResource.INTRODUCTIONS

    def sides(self) -> Any:
        """Organisations whose own people the caller is: who keeps a profile for a bridge has no part in its
        introductions."""
        user: Any = self.request.user
        own = Affiliation.objects.filter(user=user).values("organisation_id")
        return self.access.organisations().filter(pk__in=own)

    def view_of(self, public_id: str, organisation: str | None = None) -> IntroductionView:
        """An introduction as the caller's side reads it. Raises `Http404` where they have none."""
        visible = Introduction.objects.visible_to(self.request.user).on_bridge(self.bridge).in_full()
        found = visible.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        sides = self.sides().filter(pk__in=(found.first_id, found.second_id))
        if organisation:
            sides = sides.filter(public_id=organisation)
        for side in sides.order_by("pk"):
            view = introduction_view(self.request.user, found, side)
            if view is not None:
                return view
        raise Http404

    def side_that_acts(self, view: IntroductionView) -> Organisation:
        """Raises `NotAllowed` for who only reads."""
        if not acts_for(self.request.user, view.row.organisation):
            raise NotAllowed
        return view.row.organisation

    def show(self, view: IntroductionView) -> Response:
        return self.one(IntroductionOut, view.row, view_of=view)


class IntroductionList(_Introductions):
    """The introductions of an organisation."""

    pages = True
    parameters = ("organisation", "tab")

    @described(
        IntroductionLine, "Introductions and requests of an organisation", tag="introductions", many=True,
        filters=[ORGANISATION, query("tab", "The part of the list.", choices=[tab.value for tab in Tab])],
        errors=[404], text="What stirred last comes first.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str) -> Response:
        at = self.bridge
        side = self.acting_by_address(self.sides())
        tab = request.query_params.get("tab")
        if tab is not None and tab not in set(Tab):
            raise InvalidParameter(parameter="tab")
        rows = [row for row in introduction_rows(request.user, side, at) if tab is None or row.tab == tab]
        return self.sliced(IntroductionLine, rows, key=lambda row: row.introduction.public_id)


class OneIntroduction(_Introductions):
    """An introduction."""

    parameters = ("organisation",)

    @described(IntroductionOut, "An introduction", tag="introductions", filters=[ORGANISATION], errors=[404])
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        return self.show(self.view_of(public_id, request.query_params.get("organisation")))


class IntroductionAct(_Introductions):
    """What one's own side does."""

    @described(
        IntroductionOut, "Answer, withdraw, close or reopen", tag="introductions", body=IntroductionActIn,
        errors=[404, 409], text="The other side learns of interest, and of what ends an introduction; of nothing else.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str, public_id: str) -> Response:
        values = self.read(IntroductionActIn)
        view = self.view_of(public_id, values.pop("organisation", None))
        side, act, introduction = self.side_that_acts(view), values.pop("act"), view.introduction
        known: dict[str, Any] = {"actor": request.user, "organisation": side}
        taken = {"no": {"reason", "note"}, "later": {"until"}, "close": {"reason", "note"}}.get(act, set())
        if set(values) - taken:
            raise InvalidInput(errors={name: [_("This does not go with the act.")] for name in set(values) - taken})
        match act:
            case "take_back":
                take_back_answer(introduction, **known)
            case "withdraw":
                withdraw_request(introduction, **known)
            case "close":
                close(introduction, **known, reason=values.get("reason", ""), note=values.get("note", ""))
            case "reopen":
                reopen(introduction, **known)
            case _:
                answer_request(introduction, **known, answer=act, **values)
        return self.show(self.view_of(public_id, side.public_id))


class MessageList(_Introductions):
    """The conversation."""

    pages = True
    parameters = ("organisation",)

    @described(
        MessageOut, "Messages of an introduction", tag="introductions", many=True, filters=[ORGANISATION],
        errors=[404], text="Newest first. Reading them here does not mark them as read.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        view = self.view_of(public_id, request.query_params.get("organisation"))
        found = Message.objects.visible_to(request.user).filter(introduction=view.introduction.pk)
        return self.many(MessageOut, found.select_related("author"), **self._known(view))

    @described(
        MessageOut, "Write a message", tag="introductions", body=MessageIn, status=201, errors=[404, 409],
        text="To everybody in an open introduction.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str, public_id: str) -> Response:
        values = self.read(MessageIn)
        view = self.view_of(public_id, values.get("organisation"))
        side = self.side_that_acts(view)
        if view.introduction.is_introduced and must_acknowledge(view.introduction, request.user):
            if not values["acknowledges"]:
                raise InvalidInput(
                    errors={"acknowledges": [_("Say that you know to say nothing confidential before an NDA.")]}
                )
            acknowledge_confidentiality(view.introduction, actor=request.user)
        made = send_message(view.introduction, actor=request.user, organisation=side, text=values["text"])
        location = reverse("api:message_list", args=[self.bridge.slug, public_id])
        return self.made(MessageOut, made, location, **self._known(view))

    @staticmethod
    def _known(view: IntroductionView) -> dict[str, Any]:
        return {"mine": view.row.organisation, "is_introduced": view.introduction.is_introduced}


class _Milestones(_Introductions):
    resource = ApiResource.COLLABORATIONS

    def line_of(self, view: IntroductionView, milestone: str) -> MilestoneLine:
        found = next((one for one in view.milestones if one.milestone.public_id == milestone), None)
        if found is None:
            raise Http404
        return found


class MilestoneList(_Milestones):
    """What has come of an introduction."""

    parameters = ("organisation",)

    @described(
        MilestoneOut, "Milestones of a collaboration", tag="collaborations", many=True, pages=False,
        filters=[ORGANISATION], errors=[404], text="In the order in which they happened.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        return self.listed(MilestoneOut, self.view_of(public_id, request.query_params.get("organisation")).milestones)

    @described(
        MilestoneOut, "Record a milestone", tag="collaborations", body=MilestoneIn, status=201, errors=[404, 409],
        text="One's own side confirms it by that; the other is asked to. The same for the same day is recorded once.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str, public_id: str) -> Response:
        values = self.read(MilestoneIn)
        view = self.view_of(public_id, values.pop("organisation", None))
        side = self.side_that_acts(view)
        made = record_milestone(view.introduction, actor=request.user, organisation=side, **values)
        location = reverse("api:milestone", args=[self.bridge.slug, public_id, made.public_id])
        return self.made(MilestoneOut, self.line_of(self.view_of(public_id, side.public_id), made.public_id), location)


class OneMilestone(_Milestones):
    """A milestone."""

    parameters = ("organisation",)

    @described(MilestoneOut, "A milestone", tag="collaborations", filters=[ORGANISATION], errors=[404])
    def get(self, request: Request, bridge: str, public_id: str, milestone: str) -> Response:
        view = self.view_of(public_id, request.query_params.get("organisation"))
        return self.one(MilestoneOut, self.line_of(view, milestone))


class MilestoneAct(_Milestones):
    """What one's own side says of a milestone."""

    @described(
        MilestoneOut, "Confirm, dispute or take back a milestone", tag="collaborations", body=MilestoneActIn,
        errors=[404, 409], text="When both sides have confirmed it, it counts. One that is taken back is answered as "
        "it was, and is gone from the list.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str, public_id: str, milestone: str) -> Response:
        values = self.read(MilestoneActIn)
        view = self.view_of(public_id, values.get("organisation"))
        side, line = self.side_that_acts(view), self.line_of(view, milestone)
        found = Milestone.objects.select_related("introduction__bridge").get(pk=line.milestone.pk)
        known: dict[str, Any] = {"actor": request.user, "organisation": side}
        match values["act"]:
            case "confirm":
                confirm_milestone(found, **known, comment=values.get("comment", ""))
            case "dispute":
                dispute_milestone(found, **known, comment=values.get("comment", ""))
            case _:
                withdraw_milestone(found, **known)
                line.milestone.refresh_from_db()
                return self.one(MilestoneOut, line)
        return self.one(MilestoneOut, self.line_of(self.view_of(public_id, side.public_id), milestone))
