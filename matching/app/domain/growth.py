"""Bridges that have outgrown what was measured on them: what is usual there, and whom it is fair to propose, is old."""

from __future__ import annotations

from django.db.models import Count, F

from matching.app.domain.runs import request_run
from matching.app.models import LanguageStatistics, ListingVector, MatchRun
from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge

#: Below it nothing can be measured that is worth a run.
FEWEST_TEXTS = 10
#: A run is due when there are so many times the texts of the last measurement, or so much fewer.
GROWTH = 1.2


def request_due_runs() -> list[int]:
    """Ask for a run over each bridge that has grown or shrunk by a fifth since it was measured; returns their ids."""
    in_use = F("bridge__encoder__in_use")
    texts = dict(
        ListingVector.objects.filter(encoder=in_use)
        .values_list("bridge")
        .annotate(Count("pk"))
        .values_list("bridge", "pk__count")
    )
    measured = dict(LanguageStatistics.objects.filter(encoder=in_use).values_list("bridge_id", "fitted_on"))
    busy = set(MatchRun.objects.unfinished().values_list("bridge_id", flat=True))
    due = []
    for bridge in (
        Bridge.objects.exclude(state=BridgeState.CLOSED).filter(pk__in=texts).exclude(pk__in=busy).order_by("pk")
    ):
        count, before = texts[bridge.pk], measured.get(bridge.pk, 0)
        if count >= FEWEST_TEXTS and not before / GROWTH < count < before * GROWTH:
            request_run(bridge, actor=None)
            due.append(bridge.pk)
    return due
