"""What reviewers think of entries."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.calls import rules as may
from qiao.calls.domain.notices import log_call, tell_owner
from qiao.calls.domain.queries.marks_view import is_all_marked
from qiao.calls.enums import CallState, Verdict
from qiao.calls.models import Call, CallStage, Entry, Mark, Reviewer
from qiao.calls.models.reviewing import NOTE_LENGTH
from qiao.common.errors import InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from qiao.common.text import clean_text


@transaction.atomic
def mark_entry(entry: Entry, *, actor: Any, verdict: str, note: str = "") -> Mark:
    """Say advance, not sure or decline in the stage that is on; again to change it, while nobody else can see it.

    Raises `NotFound` for what the actor does not review, `TransitionNotAllowed` once marks are open.
    """
    reviewer = may.reviewer_of(actor, entry.call)
    if reviewer is None:
        raise NotFound
    if reviewer.declared_at is None:
        raise NotAllowed(_("Say first whether any of the entries touches your own interests."))
    # The last two reviewers may mark at once: one after the other, so that each is either seen or not.
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    call = Call.objects.select_related("bridge", "organisation").get(pk=entry.call_id)
    stage = stage_in_progress(call)
    if stage is None or not Entry.objects.in_stage(stage).filter(pk=entry.pk).exists():
        raise TransitionNotAllowed
    if not Entry.objects.to_review_by(actor).filter(pk=entry.pk).exists():
        raise NotFound
    _still_closed(stage, entry, reviewer)
    if verdict not in Verdict.values:
        raise InvalidInput(errors={"verdict": [_("Choose one of the three.")]})
    note = clean_text(note)
    if len(note) > NOTE_LENGTH:
        raise InvalidInput(errors={"note": [_("Keep it under 3,000 characters.")]})
    mark, _is_new = Mark.objects.update_or_create(
        reviewer=reviewer, entry=entry, stage=stage, defaults={"verdict": verdict, "note": note}
    )
    # Which mark it was is told nobody before its time, not even by the log.
    log_call(call, "mark_entry", actor=actor, detail={"entry": entry.public_id})
    if is_all_marked(stage):
        tell_owner(call, "call_all_marked", key=str(stage.position))
    return mark


def stage_in_progress(call: Call) -> CallStage | None:
    """The stage that the entries are in, if the call is being decided."""
    if call.state != CallState.DECIDING:
        return None
    return CallStage.objects.filter(call=call, position=call.stage, ended_at=None).first()


def _still_closed(stage: CallStage, entry: Entry, reviewer: Reviewer) -> None:
    """Raises `TransitionNotAllowed` once marks of the entry are open: a mark must not follow the others'."""
    if stage.marked_at is not None:
        raise TransitionNotAllowed(_("The marking of this stage has ended."))
    mine = Mark.objects.filter(stage=stage, entry=entry, reviewer=reviewer)
    if not mine.exists():
        return
    others = Reviewer.objects.expected_for(entry).exclude(pk=reviewer.pk)
    if others.exists() and mine.opened().exists():
        raise TransitionNotAllowed(_("Everybody has marked this entry, and sees the marks: they stay as they are."))
