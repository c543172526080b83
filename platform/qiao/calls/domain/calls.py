"""Writing a call, having it reviewed, and what changes its date or ends it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge
from qiao.calls import rules as may
from qiao.calls.domain.notices import log_call, path_of, tell_entrant, tell_organisers, tell_owner, tell_people_of
from qiao.calls.enums import HANDED_IN, CallState, EntryState
from qiao.calls.models import Call, CallStage, Criterion, Entry
from qiao.calls.transitions import CALL
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line, clean_text
from qiao.common.time_zones import time_zone
from qiao.common.validation import check_model
from qiao.directory.enums import MembershipState
from qiao.directory.models import Membership, Organisation, Sector
from qiao.directory.rules import writes_for

MOST_CRITERIA = 10
MOST_STAGES = 4
LINES = ("title", "other_title")
TEXTS = ("brief", "offers", "other_brief", "other_offers")
FIELDS = (
    *LINES, *TEXTS, "language", "kind", "partner_kinds", "time_zone", "opens_at", "closes_at", "decision_by",
    "most_entries", "words_per_answer", "most_invited",
)  # fmt: skip
CRITERION_FIELDS = ("name", "explanation", "other_name", "other_explanation", "weight")
STAGE_FIELDS = ("name", "other_name", "advances")

#: A row of criteria or stages as it was typed.
Row = dict[str, Any]


@transaction.atomic
def create_call(
    organisation: Organisation,
    *,
    actor: Any,
    bridge: Bridge,
    criteria: Sequence[Row] = (),
    stages: Sequence[Row] = (),
    sectors: Iterable[Sector] = (),
    **fields: Any,
) -> Call:
    """Make a draft. Raises `InvalidInput` for bad values."""
    if not writes_for(actor, organisation):
        raise NotAllowed
    _member(organisation, bridge)
    call = Call(organisation=organisation, bridge=bridge, contact=actor)
    _fill(call, fields)
    call.save()
    _write_rows(call, criteria, stages, sectors)
    log_call(call, "create_call", actor=actor, after=call.state)
    return call


@transaction.atomic
def update_call(
    call: Call,
    *,
    actor: Any,
    criteria: Sequence[Row] | None = None,
    stages: Sequence[Row] | None = None,
    sectors: Iterable[Sector] | None = None,
    **fields: Any,
) -> Call:
    """Change a draft. What others have read already stays as it is: only its date can be put off."""
    call = managed(call, actor)
    if call.state != CallState.DRAFT:
        raise InvalidInput(_("Only a draft can be changed. Take it back from review first."))
    _fill(call, fields)
    call.save()
    _write_rows(call, criteria, stages, sectors)
    log_call(call, "update_call", actor=actor)
    return call


@transaction.atomic
def submit_call(call: Call, *, actor: Any) -> Call:
    """Send a draft to the organisers. Raises `InvalidInput` for what is missing."""
    call = managed(call, actor)
    _ready(call)
    _step(call, CallState.IN_REVIEW, "submit_call", actor)
    tell_organisers(call, "call_to_review")
    return call


@transaction.atomic
def return_call_to_draft(call: Call, *, actor: Any) -> Call:
    """Take a call back from review to go on writing."""
    call = managed(call, actor)
    if call.state != CallState.IN_REVIEW:
        raise TransitionNotAllowed
    return _step(call, CallState.DRAFT, "return_call_to_draft", actor)


@transaction.atomic
def review_call(call: Call, *, actor: Any, approve: bool, note: str = "") -> Call:
    """Publish a call, or send it back with what should change. Its own people do not review it."""
    call = locked(call)
    if not may.reviews_call(actor, call):
        raise NotAllowed(_("A call is reviewed by somebody who is not one of its people."))
    if call.state != CallState.IN_REVIEW:
        raise TransitionNotAllowed
    note = clean_text(note)[:2000]
    if approve:
        _ready(call)
        call.published_at, call.review_note = timezone.now(), note
        call.save(update_fields=["published_at", "review_note", "updated_at"])
        _step(call, CallState.OPEN, "review_call", actor)
        if call.takes_entries:
            emit("call.opened", call_id=call.pk)
    else:
        if not note:
            raise InvalidInput(errors={"note": [_("Say what should change: the organisation reads it.")]})
        call.review_note = note
        call.save(update_fields=["review_note", "updated_at"])
        _step(call, CallState.DRAFT, "review_call", actor)
    kind = "call_approved" if approve else "call_changes_requested"
    tell_owner(call, kind, mail="call_reviewed", approved=approve, note=note)
    return call


@transaction.atomic
def extend_call(
    call: Call, *, actor: Any, closes_at: datetime.datetime, decision_by: datetime.date | None = None
) -> Call:
    """Put the date off, also after it has gone by, until the entries are before the reviewers.

    Who has a draft is told. Raises `InvalidInput` for a moment that is not later.
    """
    call = managed(call, actor)
    if call.state not in (CallState.OPEN, CallState.CLOSED):
        raise TransitionNotAllowed
    if closes_at <= call.closes_at:
        raise InvalidInput(errors={"closes_at": [_("The date can only be put off.")]})
    if closes_at <= timezone.now():
        raise InvalidInput(errors={"closes_at": [_("This moment has gone by. Choose a later one.")]})
    before, call.closes_at = call.closes_at, closes_at
    call.decision_by = decision_by or call.decision_by
    _check_dates(call)
    check_model(call)
    call.save(update_fields=["closes_at", "decision_by", "updated_at"])
    if call.state == CallState.CLOSED:
        move(call, CALL, CallState.OPEN)
    log_call(call, "extend_call", actor=actor, detail={"from": before.isoformat(), "to": closes_at.isoformat()})
    drafts = Entry.objects.filter(call=call, state=EntryState.DRAFT).select_related("organisation")
    for entry in drafts:
        entry.call = call
        tell_entrant(entry, "call_extended", mail="call_extended", key=closes_at.isoformat())
    return call


@transaction.atomic
def withdraw_call(call: Call, *, actor: Any, reason: str = "") -> Call:
    """End a call before it is decided. Once it is published a reason is needed: who has entered reads it."""
    call = locked(call)
    if not may.stops_call(actor, call):
        raise NotAllowed
    reason = clean_text(reason)[:2000]
    if call.published_at is not None and not reason:
        raise InvalidInput(errors={"reason": [_("Say why: who has entered or was invited reads it.")]})
    call.withdrawn_reason = reason
    call.save(update_fields=["withdrawn_reason", "updated_at"])
    _step(call, CallState.WITHDRAWN, "withdraw_call", actor)
    live = Entry.objects.filter(call=call, state__in=(EntryState.DRAFT, *HANDED_IN)).select_related("organisation")
    for entry in live:
        url = path_of(call)
        tell_people_of(entry.organisation, call, "call_withdrawn", url=url, mail="call_withdrawn", reason=reason)
    if not may.manages_call(actor, call):
        tell_owner(call, "call_withdrawn", mail="call_withdrawn", reason=reason)
    return call


@transaction.atomic
def close_call(call_id: int) -> bool:
    """Close a call whose moment has gone by; returns whether it was one."""
    call = Call.objects.past_their_date().select_for_update(of=("self",)).filter(pk=call_id).first()
    if call is None:
        return False
    call = locked(call)
    _step(call, CallState.CLOSED, "close_call", None)
    entries = Entry.objects.handed_in().filter(call=call).count()
    tell_owner(call, "call_closed", mail="call_closed", key=call.closes_at.isoformat(), entries=entries)
    return True


def locked(call: Call) -> Call:
    """The call as it is now, locked until the caller's transaction ends. Always before its entries."""
    found = Call.objects.select_for_update(of=("self",)).select_related(
        "bridge", "organisation", "organisation__managed_by"
    )
    return found.get(pk=call.pk)


def managed(call: Call, actor: Any) -> Call:
    """The locked call. Raises `NotAllowed` for who does not manage it."""
    call = locked(call)
    if not may.manages_call(actor, call):
        raise NotAllowed
    return call


def _step(call: Call, to: str, verb: str, actor: Any) -> Call:
    before = move(call, CALL, to)
    log_call(call, verb, actor=actor, before=before, after=to)
    return call


def _member(organisation: Organisation, bridge: Bridge) -> None:
    members = Membership.objects.filter(bridge=bridge, organisation=organisation, state=MembershipState.APPROVED)
    if not members.exists():
        raise InvalidInput(_("Calls are published by members of the bridge."))


def _ready(call: Call) -> None:
    """Raises `InvalidInput` for what a call still lacks before others may read it."""
    _member(call.organisation, call.bridge)
    if not call.criteria.exists():
        raise InvalidInput(errors={"criteria": [_("Name at least one criterion.")]})
    if not call.stages.exists():
        raise InvalidInput(errors={"stages": [_("Name at least one stage.")]})
    if call.is_past_its_date:
        raise InvalidInput(errors={"closes_at": [_("This moment has gone by. Choose a later one.")]})


def _fill(call: Call, fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    for name, value in fields.items():
        if name in LINES:
            value = clean_line(value or "")
        elif name in TEXTS:
            value = clean_text(value or "")
        elif name == "partner_kinds":
            value = list(dict.fromkeys(value or []))
        setattr(call, name, value)
    if time_zone(call.time_zone) is None:
        raise InvalidInput(errors={"time_zone": [_("Choose a time zone.")]})
    _check_dates(call)
    check_model(call, exclude=["public_id"])


def _check_dates(call: Call) -> None:
    errors: dict[str, list[str]] = {}
    if call.opens_at >= call.closes_at:
        errors["closes_at"] = [_("It closes before it opens.")]
    if call.decision_by < call.closes_at.astimezone(call.zone).date():
        errors["decision_by"] = [_("The decision comes after the call is closed.")]
    if errors:
        raise InvalidInput(errors=errors)


def _write_rows(
    call: Call, criteria: Sequence[Row] | None, stages: Sequence[Row] | None, sectors: Iterable[Sector] | None
) -> None:
    if sectors is not None:
        call.sectors.set(sectors)
    if criteria is not None:
        if len(criteria) > MOST_CRITERIA:
            raise InvalidInput(errors={"criteria": [_("Name at most %(most)s criteria.") % {"most": MOST_CRITERIA}]})
        call.criteria.all().delete()
        Criterion.objects.bulk_create(
            _row(Criterion(call=call, position=place), row, CRITERION_FIELDS, "criteria")
            for place, row in enumerate(criteria, 1)
        )
    if stages is not None:
        if len(stages) > MOST_STAGES:
            raise InvalidInput(errors={"stages": [_("Name at most %(most)s stages.") % {"most": MOST_STAGES}]})
        advances = [row["advances"] for row in stages]
        if advances != sorted(advances, reverse=True):
            raise InvalidInput(errors={"stages": [_("A later stage cannot let more through than the one before.")]})
        call.stages.all().delete()
        CallStage.objects.bulk_create(
            _row(CallStage(call=call, position=place), row, STAGE_FIELDS, "stages")
            for place, row in enumerate(stages, 1)
        )


def _row(made: Any, values: Row, names: Sequence[str], field: str) -> Any:
    unknown = set(values) - set(names)
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    for name, value in values.items():
        setattr(made, name, clean_line(value) if isinstance(value, str) else value)
    try:
        check_model(made, exclude=["call"])
    except InvalidInput as refusal:
        raise InvalidInput(errors={field: [one for said in refusal.errors.values() for one in said]}) from refusal
    return made
