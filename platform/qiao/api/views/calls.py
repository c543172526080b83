"""Calls, entries to them, and the figures of a bridge."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.enums import ApiResource
from qiao.api.core.errors import InvalidParameter
from qiao.api.core.views import ApiView
from qiao.api.description import described, query
from qiao.api.serializers.calls import CallOut, EntryActIn, EntryIn, EntryOut, FiguresOut
from qiao.calls.domain.entries import reopen_entry, save_entry, submit_entry, take_back_entry, withdraw_entry
from qiao.calls.enums import PUBLISHED, CallState
from qiao.calls.models import Call, Entry
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.insights.bridge_figures import bridge_figures

_ACTS: dict[str, Any] = {
    "submit": submit_entry,
    "take_back": take_back_entry,
    "withdraw": withdraw_entry,
    "reopen": reopen_entry,
}


class _Calls(ApiView):
    resource = ApiResource.CALLS

    def shown(self) -> Any:
        """What the caller may see. With a key of one organisation: what everybody sees, its own, what it entered."""
        on_bridge = Call.objects.on_bridge(self.bridge)
        found = on_bridge.visible_to(self.request.user)
        if not self.access.sits_at_desk():
            own = self.access.organisations().values("pk")
            entered = Entry.objects.filter(organisation__in=own).values("call_id")
            ours = found.filter(Q(organisation__in=own) | Q(state=CallState.WITHDRAWN, pk__in=entered))
            found = on_bridge.visible_to(AnonymousUser()) | ours
        return found.in_full()

    def find(self, public_id: str) -> Call:
        found: Call | None = self.shown().filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found


class CallList(_Calls):
    """Calls of a bridge."""

    public = True
    pages = True
    parameters = ("state",)

    @described(
        CallOut, "Calls of a bridge", tag="calls", many=True, public=True, errors=[404],
        filters=[query("state", "Where they stand.", choices=[state.value for state in PUBLISHED])],
        text="Published ones; what closes last comes first.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str) -> Response:
        found, state = self.shown().filter(state__in=PUBLISHED), request.query_params.get("state")
        if state is not None:
            if state not in PUBLISHED:
                raise InvalidParameter(parameter="state")
            found = found.filter(state=state)
        return self.many(CallOut, found, order=("-closes_at", "-id"))


class OneCall(_Calls):
    """A call."""

    public = True

    @described(CallOut, "A call", tag="calls", public=True, errors=[404])
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        return self.one(CallOut, self.find(public_id))


class _Entries(_Calls):
    def entries(self, call: Call) -> Any:
        """Entries that the caller may see; with a key of one organisation those it made, or to its own call."""
        found = Entry.objects.visible_to(self.request.user).to_call(call)
        if not self.access.sits_at_desk():
            own = self.access.organisations().values("pk")
            found = found.filter(Q(organisation__in=own) | Q(call__organisation__in=own))
        return found.select_related("call", "organisation", "organisation__managed_by").prefetch_related(
            "answers__criterion"
        )

    def entry(self, call: Call, public_id: str) -> Entry:
        found: Entry | None = self.entries(call).filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def entry_to_change(self, call: Call, public_id: str) -> Entry:
        """One of an organisation that the caller acts for. Raises `NotAllowed` for another that they may read."""
        found = self.entry(call, public_id)
        if not self.access.organisations().filter(pk=found.organisation_id).exists():
            raise NotAllowed
        return found


class EntryList(_Entries):
    """Entries to a call."""

    pages = True

    @described(
        EntryOut, "Entries to a call", tag="calls", many=True, errors=[404],
        text="One's own; those handed in, for who manages the call, reviews it or runs the bridge.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        return self.many(EntryOut, self.entries(self.find(public_id)))

    @described(
        EntryOut, "Begin an entry", tag="calls", body=EntryIn, status=201, errors=[404, 409],
        text="An organisation has one entry to a call: where there is a draft already, it is gone on with.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str, public_id: str) -> Response:
        values, call = self.read(EntryIn), self.find(public_id)
        organisation = self.acting_for(values.pop("organisation", None))
        answers = _answers(call, values.pop("answers", {}))
        made = save_entry(call, actor=request.user, organisation=organisation, answers=answers, **values)
        location = reverse("api:entry", args=[bridge, public_id, made.public_id])
        return self.made(EntryOut, self.entry(call, made.public_id), location)


class OneEntry(_Entries):
    """An entry."""

    @described(EntryOut, "An entry", tag="calls", errors=[404])
    def get(self, request: Request, bridge: str, public_id: str, entry: str) -> Response:
        return self.one(EntryOut, self.entry(self.find(public_id), entry))

    @described(EntryOut, "Change a draft of an entry", tag="calls", body=EntryIn, matches=True, errors=[404, 409])
    def patch(self, request: Request, bridge: str, public_id: str, entry: str) -> Response:
        values, call = self.read(EntryIn, partial=True), self.find(public_id)
        if "organisation" in values:
            raise InvalidInput(errors={"organisation": [_("It stays with its organisation.")]})
        answers = _answers(call, values.pop("answers", {}))
        with transaction.atomic():
            Entry.objects.select_for_update().get(pk=self.entry_to_change(call, entry).pk)
            found = self.entry(call, entry)
            self.check_match(EntryOut, found)
            said = {"title": found.title, "language": found.language} | values
            save_entry(call, actor=request.user, organisation=found.organisation, answers=answers, **said)
        return self.one(EntryOut, self.entry(call, entry))


class EntryAct(_Entries):
    """A step of an entry."""

    @described(EntryOut, "Take a step with an entry", tag="calls", body=EntryActIn, errors=[404, 409])
    def post(self, request: Request, bridge: str, public_id: str, entry: str) -> Response:
        act, call = self.read(EntryActIn)["act"], self.find(public_id)
        _ACTS[act](self.entry_to_change(call, entry), actor=request.user)
        return self.one(EntryOut, self.entry(call, entry))


class Figures(ApiView):
    """The figures of a bridge."""

    resource = ApiResource.FIGURES
    public = True

    @described(FiguresOut, "What goes on on a bridge, in a few numbers", tag="figures", public=True, errors=[404])
    def get(self, request: Request, bridge: str) -> Response:
        return self.one(FiguresOut, bridge_figures(self.bridge))


def _answers(call: Call, said: dict[str, str]) -> dict[int, str]:
    """Answers by the id of the criterion, of those by its position."""
    places = {str(one.position): one.pk for one in call.criteria.all()}
    if set(said) - set(places):
        raise InvalidInput(errors={"answers": [_("There is no such criterion.")]})
    return {places[position]: text for position, text in said.items()}
