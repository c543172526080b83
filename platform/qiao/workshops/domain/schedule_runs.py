"""Runs of the scheduler: asked for, worked on, shown for comment, applied in one step and taken back in one."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_text
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.meeting_case import TOPIC
from qiao.workshops.enums import RegistrationState, RunState
from qiao.workshops.models import Registration, ScheduleComment, ScheduleRun, Workshop
from qiao.workshops.rules import plans_programme
from qiao.workshops.transitions import RUN

#: What a run is about: every meeting that is not locked; only what has no time yet; what people who stay away, come
#: late or leave have upset.
SCOPES = ("all", "unbooked", "repair")
LONGEST = 600
#: A run that nobody works on is handed out again after so long.
STALLED_AFTER = datetime.timedelta(seconds=90)


@transaction.atomic
def request_run(
    workshop: Workshop,
    *,
    actor: Any,
    scope: str,
    seconds: int = 60,
    with_requests: bool = True,
    invite_unasked: bool = True,
    apply: bool = False,
) -> ScheduleRun:
    """Ask for a run of the scheduler. One at a time: another that waits or runs is returned instead.

    `with_requests` places requests that wait for an answer as well; `invite_unasked` has the matcher add meetings
    that nobody has asked for; `apply` applies it as soon as it is ready.
    """
    if not plans_programme(actor, workshop):
        raise NotAllowed
    Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    under_way = ScheduleRun.objects.filter(workshop=workshop, state__in=(RunState.QUEUED, RunState.RUNNING)).first()
    if under_way is not None:
        return under_way
    errors = {}
    if scope not in SCOPES:
        errors["scope"] = [_("Choose what to schedule.")]
    if not 1 <= seconds <= LONGEST:
        errors["seconds"] = [_("Between 1 second and 10 minutes.")]
    if not workshop.slots.exists():
        errors["scope"] = [_("Make slots for meetings first.")]
    if errors:
        raise InvalidInput(errors=errors)
    run = ScheduleRun.objects.create(
        workshop=workshop,
        asked_by=actor,
        options={
            "scope": scope,
            "seconds": seconds,
            "with_requests": with_requests,
            "invite_unasked": invite_unasked and scope != "repair",
            "apply": apply,
        },
        seed=secrets.randbelow(2**31),
    )
    log_act(workshop, "request_schedule", actor=actor, subject=run, after=run.state, detail={"scope": scope})
    emit("schedule.requested", run_id=run.pk)
    return run


def runs_to_work_on() -> list[int]:
    """Runs that wait, or that a worker has left: a lost hand-over and a killed worker are both noticed here."""
    late = timezone.now() - STALLED_AFTER
    left = ScheduleRun.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING), updated_at__lt=late)
    return list(left.order_by("pk").values_list("pk", flat=True)[:50])


@transaction.atomic
def begin_run(run_id: int) -> ScheduleRun | None:
    """Mark a run as worked on; None when there is nothing left to do. One that a worker has left begins again."""
    run = _locked(run_id)
    if run is None or run.state not in (RunState.QUEUED, RunState.RUNNING):
        return None
    if run.state == RunState.QUEUED:
        move(run, RUN, RunState.RUNNING)
    run.started_at = timezone.now()
    run.save(update_fields=["started_at", "updated_at"])
    return run


@dataclass(frozen=True)
class Outcome:
    """What a run has found. `placed` are meetings with their slots and tables, in the form that the run keeps them."""

    placed: list[dict[str, Any]]
    figures: dict[str, Any]
    digest: str
    #: Meetings that had a time and lose it: by public id, with whether it is because somebody stays away.
    dropped: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def store_outcome(run_id: int, outcome: Outcome) -> ScheduleRun | None:
    """Keep what a run has found, all at once; None when it was discarded meanwhile."""
    run = _locked(run_id)
    if run is None or run.state != RunState.RUNNING:
        return None
    run.placed = [*outcome.placed, *({**one, "slot": None, "table": None} for one in outcome.dropped)]
    run.figures, run.digest, run.error = outcome.figures, outcome.digest, ""
    run.finished_at = timezone.now()
    run.save(update_fields=["placed", "figures", "digest", "error", "finished_at", "updated_at"])
    move(run, RUN, RunState.READY)
    log_act(run.workshop, "store_schedule", actor=None, subject=run, after=run.state)
    return run


@transaction.atomic
def fail_run(run_id: int, error: str) -> None:
    """Say that a run could not be done, and why. Nothing of it is kept."""
    run = _locked(run_id)
    if run is None or run.state not in (RunState.QUEUED, RunState.RUNNING):
        return
    run.error, run.finished_at = error[:2000], timezone.now()
    run.save(update_fields=["error", "finished_at", "updated_at"])
    move(run, RUN, RunState.FAILED)
    log_act(run.workshop, "fail_schedule", actor=None, subject=run, after=run.state)


@transaction.atomic
def discard_run(run: ScheduleRun, *, actor: Any) -> ScheduleRun:
    """Put a run aside that was not applied. It stays in the list with its figures."""
    found = _planned(run, actor)
    move(found, RUN, RunState.DISCARDED)
    log_act(found.workshop, "discard_schedule", actor=actor, subject=found, after=found.state)
    return found


@transaction.atomic
def show_provisionally(run: ScheduleRun, *, actor: Any, until: datetime.datetime) -> ScheduleRun:
    """Let participants see what a run has found and comment until a date. Each who has meetings in it is told once."""
    found = _planned(run, actor)
    if found.state != RunState.READY:
        raise TransitionNotAllowed
    if until <= timezone.now():
        raise InvalidInput(errors={"until": [_("Choose a time to come.")]})
    found.provisional_until = until
    found.save(update_fields=["provisional_until", "updated_at"])
    log_act(found.workshop, "show_schedule", actor=actor, subject=found)
    workshop = found.workshop
    for person, count in people_in(found).items():
        if person.user is not None:
            tell(
                person.user,
                "schedule_provisional",
                topic=TOPIC,
                url=f"/{workshop.bridge.slug}/workshops/{workshop.public_id}/meetings/provisional/",
                bridge=workshop.bridge,
                key=f"schedule_provisional:{found.public_id}",
                mail="schedule_provisional",
                mail_context={"workshop": workshop, "count": count, "until": until, "zone": workshop.zone},
                subject=str(workshop.name),
            )
    return found


@transaction.atomic
def comment_on_schedule(run: ScheduleRun, *, actor: Any, registration: Registration, text: str) -> ScheduleComment:
    """Say what does not suit one, while the provisional schedule is open for comment."""
    found = _locked(run.pk)
    if found is None or registration.user_id != actor.pk or registration.workshop_id != found.workshop_id:
        raise NotAllowed
    if registration.state != RegistrationState.CONFIRMED:
        raise NotAllowed
    if not is_open_for_comment(found):
        raise TransitionNotAllowed(_("Comments are closed."))
    text = clean_text(text)
    if not text:
        raise InvalidInput(errors={"text": [_("Write your comment.")]})
    if len(text) > 1000:
        raise InvalidInput(errors={"text": [_("Keep it under 1,000 characters.")]})
    comment = ScheduleComment.objects.create(run=found, registration=registration, text=text)
    log_act(
        found.workshop, "comment_on_schedule", actor=actor, subject=found, organisation_id=registration.organisation_id
    )
    return comment


@transaction.atomic
def answer_comment(comment: ScheduleComment, *, actor: Any) -> ScheduleComment:
    """Mark a comment as dealt with, or as open again."""
    run = _planned(comment.run, actor)
    comment.answered_at = None if comment.answered_at else timezone.now()
    comment.save(update_fields=["answered_at", "updated_at"])
    log_act(run.workshop, "answer_schedule_comment", actor=actor, subject=run)
    return comment


def is_open_for_comment(run: ScheduleRun) -> bool:
    """Whether participants see it and may still comment."""
    return run.state == RunState.READY and run.provisional_until is not None and run.provisional_until > timezone.now()


def provisional_run(workshop: Workshop) -> ScheduleRun | None:
    """The schedule that participants see before it is applied: shown, also after its date, until it is decided on."""
    shown = ScheduleRun.objects.filter(workshop=workshop, state=RunState.READY, provisional_until__isnull=False)
    return shown.order_by("-pk").first()


def people_in(run: ScheduleRun) -> dict[Registration, int]:
    """Who has meetings in a run that it gives a time, and how many."""
    counts: dict[str, int] = {}
    for place in run.placed:
        for member in place["members"] if place.get("slot") else ():
            counts[member] = counts.get(member, 0) + 1
    people = Registration.objects.filter(public_id__in=counts).select_related("user", "organisation")
    return {one: counts[one.public_id] for one in people}


def _locked(run_id: int) -> ScheduleRun | None:
    return (
        ScheduleRun.objects.select_for_update(of=("self",))
        .select_related("workshop", "workshop__bridge")
        .filter(pk=run_id)
        .first()
    )


def _planned(run: ScheduleRun, actor: Any) -> ScheduleRun:
    if not plans_programme(actor, run.workshop):
        raise NotAllowed
    found = _locked(run.pk)
    if found is None:
        raise TransitionNotAllowed
    return found
