"""From closed to decided: stage by stage, until the last one's winners are introduced."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from qiao.calls.domain.calls import managed
from qiao.calls.domain.marks import stage_in_progress
from qiao.calls.domain.notices import log_call, log_entry, tell_entrant
from qiao.calls.domain.reviewers import tell_reviewers
from qiao.calls.enums import CallState, EntryState
from qiao.calls.models import Call, CallStage, Entry
from qiao.calls.models.entry import FEEDBACK_LENGTH
from qiao.calls.transitions import CALL, ENTRY
from qiao.common.errors import InvalidInput, NotFound, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_text
from qiao.partnerships.domain.brokering import introduce_by_hand
from qiao.partnerships.domain.case import lock_organisations
from qiao.partnerships.enums import IntroductionState, Origin
from qiao.partnerships.models import Introduction


@transaction.atomic
def begin_deciding(call: Call, *, actor: Any) -> Call:
    """Put the entries before the reviewers. From here on the date cannot be put off any more."""
    call = managed(call, actor)
    before = move(call, CALL, CallState.DECIDING)
    log_call(call, "begin_deciding", actor=actor, before=before, after=call.state)
    Entry.objects.filter(call=call, state=EntryState.SUBMITTED).update(stage=1, updated_at=timezone.now())
    _start_stage(call, 1)
    return call


@transaction.atomic
def end_marking(call: Call, *, actor: Any) -> CallStage:
    """Fix the marks of the stage as they are. Reviewers and who decides see them from now on."""
    call = managed(call, actor)
    stage = _stage(call)
    if stage.marked_at is not None:
        return stage
    stage.marked_at = timezone.now()
    stage.save(update_fields=["marked_at", "updated_at"])
    log_call(call, "end_marking", actor=actor, detail={"stage": stage.position})
    return stage


@transaction.atomic
def advance_entries(call: Call, *, actor: Any, entries: Iterable[Entry]) -> Call:
    """End a stage that is not the last: these advance, the others are declined, and the next stage begins.

    Raises `InvalidInput` for more than the stage lets through, or none.
    """
    call = managed(call, actor)
    stage = _stage_to_decide(call)
    if _is_last(call, stage):
        raise TransitionNotAllowed(_("This is the last stage: choose the winners."))
    chosen = {entry.pk for entry in entries}
    standing = _standing(call, stage)
    if not chosen <= {entry.pk for entry in standing}:
        raise NotFound
    if not chosen:
        raise InvalidInput(errors={"entries": [_("Choose those that advance.")]})
    if len(chosen) > stage.advances:
        raise InvalidInput(errors={"entries": [_("At most %(most)s advance.") % {"most": stage.advances}]})
    _end_stage(stage)
    for entry in standing:
        if entry.pk in chosen:
            entry.stage = stage.position + 1
            entry.save(update_fields=["stage", "updated_at"])
            before = move(entry, ENTRY, EntryState.ADVANCED)
            log_entry(entry, "advance_entry", actor=actor, before=before, after=entry.state)
            key = f"{entry.public_id}:{entry.stage}"
            tell_entrant(entry, "entry_advanced", mail="call_entry_advanced", key=key)
        else:
            _decline(entry, actor=actor)
    log_call(call, "end_stage", actor=actor, detail={"stage": stage.position})
    _start_stage(call, stage.position + 1)
    return call


@transaction.atomic
def award_entry(entry: Entry, *, actor: Any) -> Entry:
    """Have an entry win, and introduce its organisation to the one whose call it is, in one transaction.

    Both have agreed by what they did: the owner by choosing, the entrant by entering. A pair that is introduced already
    goes on in its introduction. Raises `InvalidInput` when the two cannot be introduced, and nothing is changed then.
    """
    call = managed(entry.call, actor)
    stage = _stage_to_decide(call)
    if not _is_last(call, stage):
        raise TransitionNotAllowed(_("Winners come of the last stage."))
    entry = _locked_entry(call, entry)
    if entry.stage != stage.position:
        raise TransitionNotAllowed
    if Entry.objects.filter(call=call, state=EntryState.WON).count() >= stage.advances:
        raise InvalidInput(_("%(most)s have won already: no more can.") % {"most": stage.advances})
    entry.introduction, entry.decided_at = _introduce(call, entry, actor), timezone.now()
    entry.save(update_fields=["introduction", "decided_at", "updated_at"])
    before = move(entry, ENTRY, EntryState.WON)
    log_entry(entry, "award_entry", actor=actor, before=before, after=entry.state)
    tell_entrant(
        entry, "entry_won", mail="call_entry_won", key=entry.public_id, introduction=entry.introduction,
        owner=call.organisation,
    )  # fmt: skip
    return entry


@transaction.atomic
def finish_call(call: Call, *, actor: Any) -> Call:
    """End the last stage: who has not won is told so kindly, and the call is decided. There may be no winner."""
    call = managed(call, actor)
    stage = _stage_to_decide(call)
    if not _is_last(call, stage) and _standing(call, stage):
        raise TransitionNotAllowed(_("There are stages to come."))
    _end_stage(stage)
    for entry in _standing(call, stage):
        _decline(entry, actor=actor)
    call.decided_at = timezone.now()
    call.save(update_fields=["decided_at", "updated_at"])
    before = move(call, CALL, CallState.DECIDED)
    log_call(call, "finish_call", actor=actor, before=before, after=call.state)
    return call


@transaction.atomic
def write_feedback(entry: Entry, *, actor: Any, text: str) -> Entry:
    """Say to an entrant what may help. It is read once the entry is declined: in that message, or one of its own."""
    call = managed(entry.call, actor)
    entry = _locked_entry(call, entry)
    if entry.state not in (EntryState.SUBMITTED, EntryState.ADVANCED, EntryState.DECLINED) or (
        call.state not in (CallState.DECIDING, CallState.DECIDED)
    ):
        raise TransitionNotAllowed
    text = clean_text(text)
    if len(text) > FEEDBACK_LENGTH:
        raise InvalidInput(errors={"feedback": [_("Keep it under 2,000 characters.")]})
    if text == entry.feedback:
        return entry
    entry.feedback = text
    entry.save(update_fields=["feedback", "updated_at"])
    # Before the decision even that there is feedback would tell something.
    is_declined = entry.state == EntryState.DECLINED
    if is_declined:
        log_entry(entry, "write_feedback", actor=actor)
    else:
        log_call(call, "write_feedback", actor=actor, detail={"entry": entry.public_id})
    if is_declined and text:
        tell_entrant(entry, "entry_feedback", mail="call_entry_feedback")
    return entry


def _stage(call: Call) -> CallStage:
    stage = stage_in_progress(call)
    if stage is None:
        raise TransitionNotAllowed
    return CallStage.objects.select_for_update().get(pk=stage.pk)


def _stage_to_decide(call: Call) -> CallStage:
    """The stage, its marks fixed: whoever decides has seen what the reviewers think."""
    stage = _stage(call)
    if stage.marked_at is None:
        raise InvalidInput(_("End the marking first: then you see the marks, and they stay as they are."))
    return stage


def _is_last(call: Call, stage: CallStage) -> bool:
    return not CallStage.objects.filter(call=call, position__gt=stage.position).exists()


def _standing(call: Call, stage: CallStage) -> list[Entry]:
    found = list(
        Entry.objects.in_stage(stage).select_for_update(of=("self",)).select_related("organisation").order_by("pk")
    )
    for entry in found:
        entry.call = call
    return found


def _locked_entry(call: Call, entry: Entry) -> Entry:
    entry = Entry.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=entry.pk)
    entry.call = call
    return entry


def _start_stage(call: Call, position: int) -> None:
    now = timezone.now()
    CallStage.objects.filter(call=call, position=position).update(started_at=now, updated_at=now)
    call.stage = position
    call.save(update_fields=["stage", "updated_at"])
    tell_reviewers(call, "call_review_begins", mail="call_review_begins", key=str(position))


def _end_stage(stage: CallStage) -> None:
    stage.ended_at = timezone.now()
    stage.save(update_fields=["ended_at", "updated_at"])


def _decline(entry: Entry, *, actor: Any) -> None:
    entry.decided_at = timezone.now()
    entry.save(update_fields=["decided_at", "updated_at"])
    before = move(entry, ENTRY, EntryState.DECLINED)
    log_entry(entry, "decline_entry", actor=actor, before=before, after=entry.state)
    tell_entrant(entry, "entry_declined", mail="call_entry_declined", key=entry.public_id)


def _introduce(call: Call, entry: Entry, actor: Any) -> Introduction:
    first, second = sorted((call.organisation, entry.organisation), key=lambda one: one.pk)
    lock_organisations(first.pk, second.pk)
    going_on = Introduction.objects.filter(
        bridge=call.bridge, first=first, second=second, state__in=(IntroductionState.OPEN, IntroductionState.PAUSED)
    ).first()
    if going_on is not None and going_on.is_introduced:
        return going_on
    with override("zh-hans" if call.language == "zh" else "en"):
        note = _("The entry “%(entry)s” has won the call “%(call)s”.") % {"entry": entry.title, "call": call.title}
    return introduce_by_hand(call.bridge, first, second, actor=actor, origin=Origin.CALL, note=note, ask_first=False)
