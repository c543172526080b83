"""Runs that propose sessions: asked for, taken up by one worker, stored in the place of the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput
from qiao.common.states import move
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.audience import TOPIC
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.suggesting import SMALLEST, refuse_others
from qiao.workshops.enums import RunState, SuggestionState
from qiao.workshops.models import Registration, SuggestedMember, SuggestedSession, SuggestionRun, Workshop
from qiao.workshops.transitions import RUN

#: A run that has been silent for so long is begun again: its worker is gone.
SILENCE = timedelta(minutes=3)
#: People of one roundtable, at least and at most, unless it is said otherwise.
LEAST, MOST = 6, 10
LARGEST = 40


@dataclass(frozen=True)
class FoundMember:
    """Somebody the matcher puts into a group, and why: codes with parameters."""

    registration_id: int
    fit: float
    is_moderator: bool = False
    reasons: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class FoundGroup:
    """A group that the matcher found: its title by language, the words that distinguish it, and its people."""

    title: dict[str, str]
    topics: dict[str, list[str]]
    reasons: list[dict[str, Any]]
    coherence: float
    members: list[FoundMember]


@transaction.atomic
def request_suggestions(
    workshop: Workshop, *, actor: Any, least: int = LEAST, most: int = MOST, groups: int | None = None
) -> SuggestionRun:
    """Have the matcher propose sessions anew; locked ones stay, the others give way.

    Raises `NotAllowed`, and `InvalidInput` for sizes that make no sense. A run that is under way is the one.
    """
    refuse_others(workshop, actor)
    if not SMALLEST <= least <= most <= LARGEST:
        raise InvalidInput(
            _("A roundtable has %(smallest)d to %(largest)d people, and at most as many as at least or more.")
            % {"smallest": SMALLEST, "largest": LARGEST}
        )
    if groups is not None and not 1 <= groups <= 200:
        raise InvalidInput(_("Ask for 1 to 200 sessions, or leave it to the matcher."))
    if not Registration.objects.of_workshop(workshop).confirmed().exists():
        raise InvalidInput(_("Nobody is registered yet: there is nobody to propose sessions for."))
    Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    under_way = SuggestionRun.objects.filter(workshop=workshop, state__in=(RunState.QUEUED, RunState.RUNNING)).first()
    if under_way is not None:
        return under_way
    options = {"least": least, "most": most, "groups": groups}
    run = SuggestionRun.objects.create(workshop=workshop, asked_by=actor, options=options)
    log_act(workshop, "request_suggestions", actor=actor, detail=options)
    emit("suggestions.requested", run_id=run.pk)
    return run


@transaction.atomic
def claim_suggestion_run(run_id: int) -> SuggestionRun | None:
    """Take a waiting run up, or one whose worker has gone silent; None when it is somebody else's or done."""
    run = (
        SuggestionRun.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workshop", "workshop__bridge")
        .filter(pk=run_id)
        .first()
    )
    if run is None:
        return None
    if run.state == RunState.RUNNING and run.updated_at < timezone.now() - SILENCE:
        move(run, RUN, RunState.QUEUED)
    if run.state != RunState.QUEUED:
        return None
    move(run, RUN, RunState.RUNNING)
    run.started_at = timezone.now()
    run.save(update_fields=["started_at", "updated_at"])
    return run


@transaction.atomic
def store_suggestions(
    run: SuggestionRun, groups: Sequence[FoundGroup], *, digest: str, model_name: str, figures: dict[str, Any]
) -> None:
    """Put what the matcher found in the place of what was proposed before; what is locked or accepted stays.

    Who withdrew meanwhile, or was put into a locked session, is left out. A run that is no longer under way is not
    stored.
    """
    Workshop.objects.select_for_update(no_key=True).get(pk=run.workshop_id)
    run = SuggestionRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.state != RunState.RUNNING:
        return
    of_workshop = SuggestedSession.objects.filter(workshop=run.workshop_id)
    of_workshop.filter(state=SuggestionState.PROPOSED, is_locked=False).delete()
    taken = set(
        SuggestedMember.objects.filter(suggestion__workshop=run.workshop_id)
        .exclude(suggestion__state=SuggestionState.DISMISSED)
        .values_list("registration_id", flat=True)
    )
    there = set(Registration.objects.filter(workshop=run.workshop_id).confirmed().values_list("pk", flat=True)) - taken
    for position, group in enumerate(groups):
        members = [one for one in group.members if one.registration_id in there]
        if not members:
            continue
        suggestion = SuggestedSession.objects.create(
            workshop_id=run.workshop_id,
            run=run,
            title=LazyI18nString(group.title),
            topics=group.topics,
            reasons=group.reasons,
            coherence=group.coherence,
            position=position,
        )
        _write_members(suggestion, members)
    run.digest, run.model_name, run.figures, run.finished_at = digest, model_name, figures, timezone.now()
    run.save(update_fields=["digest", "model_name", "figures", "finished_at", "updated_at"])
    move(run, RUN, RunState.READY)
    log_act(run.workshop, "store_suggestions", actor=None, detail={"sessions": len(groups)})
    if run.asked_by is not None:
        tell(
            run.asked_by,
            "suggestions_ready",
            topic=TOPIC,
            url=f"/organiser/{run.workshop.bridge.slug}/workshops/{run.workshop.public_id}/suggestions/",
            bridge=run.workshop.bridge,
            key=f"suggestions:{run.public_id}",
            subject=str(run.workshop.name),
        )


@transaction.atomic
def fail_suggestion_run(run: SuggestionRun, *, error: str) -> None:
    """Note that a run came to nothing, so that the organiser sees it and asks again."""
    run = SuggestionRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.state == RunState.RUNNING:
        run.error, run.finished_at = error[:500], timezone.now()
        run.save(update_fields=["error", "finished_at", "updated_at"])
        move(run, RUN, RunState.FAILED)


@transaction.atomic
def describe_suggestion(suggestion: SuggestedSession, group: FoundGroup) -> None:
    """Tell anew what a session that was changed by hand is about and why its people are in it.

    A title that was typed stays, and so does a moderator who was chosen. Part of the matcher's work.
    """
    suggestion = SuggestedSession.objects.select_for_update(no_key=True).get(pk=suggestion.pk)
    if suggestion.state != SuggestionState.PROPOSED:
        return
    if not suggestion.is_renamed:
        suggestion.title = LazyI18nString(group.title)
    suggestion.topics, suggestion.reasons, suggestion.coherence = group.topics, group.reasons, group.coherence
    suggestion.save()
    found = {one.registration_id: one for one in group.members}
    for member in suggestion.members.select_for_update(no_key=True):
        one = found.get(member.registration_id)
        if one is not None:
            member.fit, member.reasons = one.fit, one.reasons
            member.save(update_fields=["fit", "reasons", "updated_at"])


def silent_runs() -> list[int]:
    """Runs that wait, or whose worker has gone silent."""
    return list(
        SuggestionRun.objects.filter(
            state__in=(RunState.QUEUED, RunState.RUNNING), updated_at__lt=timezone.now() - SILENCE
        ).values_list("pk", flat=True)
    )


def _write_members(suggestion: SuggestedSession, members: Sequence[FoundMember]) -> None:
    SuggestedMember.objects.bulk_create(
        SuggestedMember(
            suggestion=suggestion,
            registration_id=one.registration_id,
            is_moderator=one.is_moderator,
            reasons=one.reasons,
            fit=one.fit,
        )
        for one in members
    )
