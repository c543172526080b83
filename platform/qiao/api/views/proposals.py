"""Proposals, and what one's organisation says to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from matching.app.domain.queries.proposal_view import ProposalView, proposal_view, proposal_views
from matching.app.models import Proposal
from qiao.accounts.enums import ApiResource
from qiao.api.core.views import ApiView
from qiao.api.description import described, query
from qiao.api.serializers.partnerships import MarkIn, ProposalOut, ResponseIn, ResponseOut
from qiao.api.views.listings import narrowed_reader
from qiao.common.errors import NotAllowed
from qiao.directory.models import Organisation
from qiao.partnerships.domain.marks import remove_saved_proposal, restore_proposal, save_proposal
from qiao.partnerships.domain.responding import answer_proposal
from qiao.partnerships.models import Introduction, ProposalMark
from qiao.partnerships.rules import responds_for

ORGANISATION = query("organisation", "Which of one's organisations; may be left out by who has one.")
_ACTS = {"save": save_proposal, "unsave": remove_saved_proposal, "restore": restore_proposal}


@dataclass(frozen=True)
class _Row:
    view: ProposalView
    organisation: Organisation
    mark: ProposalMark | None


class _Proposals(ApiView):
    resource = ApiResource.PROPOSALS

    def find(self, public_id: str, organisation: str | None) -> tuple[Proposal, Organisation]:
        """A proposal, and the side of it that the caller acts for. Raises `Http404` where there is none."""
        found = Proposal.objects.visible_to(self.request.user).on_bridge(self.bridge).filter(public_id=public_id)
        proposal = found.select_related("first", "second", "first_listing", "second_listing", "bridge").first()
        if proposal is None:
            raise Http404
        sides = self.access.organisations().filter(pk__in=(proposal.first_id, proposal.second_id))
        if organisation:
            sides = sides.filter(public_id=organisation)
        side = next((one for one in sides.order_by("pk") if self._has(proposal, one)), None)
        if side is None:
            raise Http404
        return proposal, side

    def _has(self, proposal: Proposal, side: Organisation) -> bool:
        """Whether the side has it in its list, or has kept it."""
        return Proposal.objects.filter(pk=proposal.pk).received_by(side).exists()

    def row(self, proposal: Proposal, side: Organisation) -> _Row:
        view = proposal_view(self.request.user, side, proposal)
        if view is None:
            raise Http404
        mark = ProposalMark.objects.visible_to(self.request.user).filter(proposal=proposal, organisation=side).first()
        return _Row(view, side, mark)

    def show(self, proposal: Proposal, side: Organisation) -> Response:
        return self.one(ProposalOut, self.row(proposal, side), reader=narrowed_reader(self))


class ProposalList(_Proposals):
    """The proposals of an organisation."""

    parameters = ("organisation",)

    @described(
        ProposalOut, "Proposals to an organisation, in its order", tag="proposals", many=True, pages=False,
        filters=[ORGANISATION], errors=[404], text="All of its list at once: a list is short.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str) -> Response:
        at = self.bridge
        side = self.acting_by_address()
        views = proposal_views(request.user, side, at)
        marks = {
            one.proposal_id: one
            for one in ProposalMark.objects.visible_to(request.user).filter(
                organisation=side, proposal__in=[view.proposal.pk for view in views]
            )
        }
        rows = [_Row(view, side, marks.get(view.proposal.pk)) for view in views]
        return self.listed(ProposalOut, rows, reader=narrowed_reader(self))


class OneProposal(_Proposals):
    """A proposal."""

    parameters = ("organisation",)

    @described(ProposalOut, "A proposal", tag="proposals", filters=[ORGANISATION], errors=[404])
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        return self.show(*self.find(public_id, request.query_params.get("organisation")))


class ProposalResponse(_Proposals):
    """What one's organisation says to a proposal."""

    @described(
        ResponseOut, "Say interested, later or no", tag="proposals", body=ResponseIn, status=201, errors=[404, 409],
        text="Interest asks the other side once, or introduces the two when they have said the same. Later and no are "
        "told to nobody; the matcher learns from them.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str, public_id: str) -> Response:
        values = self.read(ResponseIn)
        proposal, side = self.find(public_id, values.pop("organisation", None))
        if not responds_for(request.user, proposal, side):
            raise NotAllowed
        found = answer_proposal(proposal, actor=request.user, organisation=side, **values)
        known = None
        if found is not None:
            # As far as this side knows of it: the other's own request may wait for a place.
            mine = Introduction.objects.visible_to(request.user).known_to(side)
            known = mine.filter(pk=found.pk).values_list("public_id", flat=True).first()
        return Response({"proposal": proposal.public_id, "introduction": known}, status=201)


class ProposalMarking(_Proposals):
    """Saving a proposal, and putting it back."""

    @described(ProposalOut, "Save a proposal, or put it back", tag="proposals", body=MarkIn, errors=[404, 409])
    def post(self, request: Request, bridge: str, public_id: str) -> Response:
        values = self.read(MarkIn)
        proposal, side = self.find(public_id, values.get("organisation"))
        if not responds_for(request.user, proposal, side):
            raise NotAllowed
        mark: Any = _ACTS[values["act"]]
        mark(proposal, actor=request.user, organisation=side)
        return self.show(proposal, side)
