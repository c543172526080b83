"""Cases as those who broker see them: by stage, what is stuck first, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone

from qiao.partnerships.domain.queries.troubles import with_troubles
from qiao.partnerships.enums import Answer, IntroductionState, Stage
from qiao.partnerships.models import Introduction, Party
from qiao.partnerships.querysets.introductions import IntroductionQuerySet

State = IntroductionState


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


def stuck_first(cases: IntroductionQuerySet) -> IntroductionQuerySet:
    """In the order in which they want somebody: stuck ones first, the longest still of them before others."""
    return cases.order_by("-is_held_up", "stirred_at", "pk")


def first_of_columns(cases: IntroductionQuerySet, columns: Iterable[Column], most: int) -> dict[Column, list[Any]]:
    """The cards on top of each column, in full: one query a column for which, and two for all of them."""
    ids = {
        column: list(stuck_first(in_column(cases, column)).values_list("pk", flat=True)[:most]) for column in columns
    }
    full = {case.pk: case for case in in_detail([pk for one in ids.values() for pk in one])}
    return {column: [full[pk] for pk in one if pk in full] for column, one in ids.items()}


def in_detail(ids: list[int]) -> list[Any]:
    """These cases in full with what holds each up, in this order. The caller has seen that they may be read."""
    found = {case.pk: case for case in with_troubles(Introduction.objects.filter(pk__in=ids).in_full())}
    return [found[pk] for pk in ids if pk in found]


@dataclass(frozen=True)
class AdviserLoad:
    """What one person looks after."""

    adviser: Any
    cases: int
    stuck: int


def workload(cases: IntroductionQuerySet) -> list[AdviserLoad]:
    """Live cases of each adviser, most first; constant queries."""
    held = (
        Party.objects.filter(adviser__isnull=False, introduction__in=cases.live())
        .order_by()
        .values("adviser")
        .annotate(
            cases=models.Count("introduction", distinct=True),
            stuck=models.Count("introduction", distinct=True, filter=models.Q(introduction__is_held_up=True)),
        )
    )
    rows = list(held)
    people = get_user_model().objects.in_bulk([row["adviser"] for row in rows])
    loads = [AdviserLoad(people[row["adviser"]], row["cases"], row["stuck"]) for row in rows]
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
