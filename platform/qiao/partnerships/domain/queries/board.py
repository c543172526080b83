"""Cases as those who broker see them: by stage, what is stuck first, and what is wrong with each."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils import timezone

from qiao.partnerships.enums import Answer, FollowUpAnswer, IntroductionState, MilestoneState, Stage
from qiao.partnerships.models import FollowUp, Introduction, Milestone, Party
from qiao.partnerships.querysets.introductions import IntroductionQuerySet

State = IntroductionState
#: Days without anything happening after which a case is stuck, and days before its date when a request is.
STILL_FOR, LAPSES_WITHIN, WITH_ADVISERS_FOR = 21, 3, 3


class Column(StrEnum):
    """Where a case stands on the board."""

    WITH_ADVISERS = "with_advisers"
    REQUESTED = "requested"
    INTRODUCED = "introduced"
    MEETING = "meeting"
    NDA = "nda"
    MEMORANDUM = "memorandum"
    AGREEMENT = "agreement"
    OUTCOME = "outcome"
    ENDED = "ended"


_OF_STAGE = {stage: Column(stage) for stage in Stage.values}
_UNDER_WAY = (State.OPEN, State.PAUSED)


def in_column(cases: IntroductionQuerySet, column: Column) -> IntroductionQuerySet:
    """The cases of one column."""
    if column == Column.WITH_ADVISERS:
        return cases.filter(state=State.WITH_ADVISERS)
    if column == Column.REQUESTED:
        return cases.filter(
            models.Q(state__in=(State.REQUESTED, State.QUEUED)) | models.Q(state=State.PAUSED, opened_at__isnull=True)
        )
    if column == Column.ENDED:
        return cases.filter(state__in=(State.LAPSED, State.WITHDRAWN, State.CLOSED))
    return cases.filter(state__in=_UNDER_WAY, stage=str(column))


def column_of(case: Introduction) -> Column:
    """The column a case is in."""
    if case.state in (State.LAPSED, State.WITHDRAWN, State.CLOSED):
        return Column.ENDED
    if case.state == State.WITH_ADVISERS:
        return Column.WITH_ADVISERS
    return _OF_STAGE[case.stage] if case.is_introduced else Column.REQUESTED


def column_counts(cases: IntroductionQuerySet) -> dict[Column, int]:
    """How many cases each column has, in one query."""
    counts = dict.fromkeys(Column, 0)
    grouped = cases.order_by().values("state", "stage", opened=models.Q(opened_at__isnull=False))
    for row in grouped.annotate(n=models.Count("pk")):
        shape = Introduction(state=row["state"], stage=row["stage"])
        shape.opened_at = timezone.now() if row["opened"] else None
        counts[column_of(shape)] += row["n"]
    return counts


def with_troubles(cases: IntroductionQuerySet) -> Any:  # annotated: no type says with what
    """Adds what holds a case up, each as a flag, and `is_stuck` for any of them."""
    now, today = timezone.now(), timezone.localdate()
    of_case = {"introduction": models.OuterRef("pk")}
    unanswered = Party.objects.filter(**of_case, answer=Answer.NONE, asked_at__isnull=False)
    asked_for_help = FollowUp.objects.filter(
        **of_case, answer=FollowUpAnswer.HELP, answered_at__gte=now - datetime.timedelta(days=60)
    )
    open_case = models.Q(state=State.OPEN)
    troubles = {
        "is_overdue": models.Q(open_case, next_step_on__lt=today),
        "is_lapsing": models.Q(
            models.Exists(unanswered),
            state=State.REQUESTED,
            lapses_at__lt=now + datetime.timedelta(days=LAPSES_WITHIN),
        ),
        "is_disputed": models.Q(
            open_case, models.Exists(Milestone.objects.filter(**of_case, state=MilestoneState.DISPUTED))
        ),
        "needs_help": models.Q(open_case, models.Exists(asked_for_help)),
        "is_still": models.Q(open_case, stirred_at__lt=now - datetime.timedelta(days=STILL_FOR))
        & ~models.Q(stage=Stage.OUTCOME),
        "waits_for_advisers": models.Q(
            state=State.WITH_ADVISERS, stirred_at__lt=now - datetime.timedelta(days=WITH_ADVISERS_FOR)
        ),
    }
    flagged = cases.annotate(
        **{
            name: models.ExpressionWrapper(found, output_field=models.BooleanField())
            for name, found in troubles.items()
        }
    )
    anything = models.Q()
    for name in troubles:
        anything |= models.Q(**{name: True})
    return flagged.annotate(is_stuck=models.ExpressionWrapper(anything, output_field=models.BooleanField()))


def stuck_first(cases: IntroductionQuerySet) -> Any:
    """In the order in which they want somebody: stuck ones first, the longest still of them before others."""
    return with_troubles(cases).order_by("-is_stuck", "stirred_at", "pk")


@dataclass(frozen=True)
class AdviserLoad:
    """What one person looks after."""

    adviser: Any
    cases: int
    stuck: int


def workload(cases: IntroductionQuerySet) -> list[AdviserLoad]:
    """Live cases of each adviser, most first; constant queries."""
    live = with_troubles(cases.live())
    stuck = set(live.filter(is_stuck=True).values_list("pk", flat=True))
    of: dict[int, set[int]] = {}
    people: dict[int, Any] = {}
    held = Party.objects.filter(adviser__isnull=False, introduction__in=cases.live()).select_related("adviser")
    for party in held:
        people[party.adviser_id or 0] = party.adviser
        of.setdefault(party.adviser_id or 0, set()).add(party.introduction_id)
    loads = [AdviserLoad(people[pk], len(ids), len(ids & stuck)) for pk, ids in of.items()]
    return sorted(loads, key=lambda load: (-load.cases, str(load.adviser)))


@dataclass(frozen=True)
class ResponseRate:
    """How requests put to a group of organisations were answered. `hours` is the median time to an answer."""

    label: str
    asked: int
    answered: int
    interested: int
    hours: float | None

    @property
    def rate(self) -> float | None:
        """Part of those asked that answered."""
        return self.answered / self.asked if self.asked else None


def response_rates(cases: IntroductionQuerySet, by: str, labels: dict[str, str]) -> list[ResponseRate]:
    """By a field of the asked party, such as `organisation__kind`; one query."""
    asked = Party.objects.filter(introduction__in=cases, asked_at__isnull=False, asks=False)
    took = models.ExpressionWrapper(models.F("answered_at") - models.F("asked_at"), models.DurationField())
    rows = (
        asked.order_by()
        .values(by)
        .annotate(
            asked=models.Count("pk"),
            answered=models.Count("pk", filter=~models.Q(answer=Answer.NONE)),
            interested=models.Count("pk", filter=models.Q(answer=Answer.INTERESTED)),
            median=_Median(took, filter=models.Q(answered_at__gte=models.F("asked_at"))),
        )
    )
    return sorted(
        (
            ResponseRate(
                labels.get(str(row[by] or ""), str(row[by] or "–")),
                row["asked"],
                row["answered"],
                row["interested"],
                None if row["median"] is None else row["median"].total_seconds() / 3600,
            )
            for row in rows
        ),
        key=lambda rate: -rate.asked,
    )


class _Median(models.Aggregate):
    """The middle value, as PostgreSQL's ordered-set aggregate."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = models.DurationField()


def funnel(cases: IntroductionQuerySet) -> list[tuple[Column, int]]:
    """How many cases came so far: requested, introduced, and each stage or a later one."""
    reached = dict(cases.order_by().values("stage").annotate(n=models.Count("pk")).values_list("stage", "n"))
    order = list(Stage.values)
    at_least = {stage: sum(reached.get(later, 0) for later in order[place:]) for place, stage in enumerate(order)}
    asked = cases.filter(requested_at__isnull=False) | cases.filter(opened_at__isnull=False)
    return [(Column.REQUESTED, asked.count()), *((_OF_STAGE[stage], at_least[stage]) for stage in order)]


def cases_by_id(cases: IntroductionQuerySet, public_ids: Iterable[str]) -> list[Introduction]:
    """Those of the given ones that are among the cases, in full."""
    return list(cases.filter(public_id__in=list(public_ids)[:500]).in_full())
