"""What a run has come to, in figures."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Avg, Q
from django.utils import timezone

from matching.app.domain.choosing import Choice
from matching.app.enums import Band
from matching.app.models import MatchRun, Proposal
from qiao.directory.models import Listing


def figures_of(run: MatchRun) -> dict[str, Any]:
    """Counts, language pairs, coverage (organisations with a live listing that received a proposal), mean score, time.

    A mean of nothing is absent, not 0. Language pairs are of the listings that met, the lower code first.
    """
    listings = Listing.objects.live().filter(bridge_id=run.bridge_id)
    organisation_ids = set(listings.values_list("organisation_id", flat=True))
    current = Proposal.objects.current().filter(bridge_id=run.bridge_id)
    shown = current.filter(Q(rank_for_first__isnull=False) | Q(rank_for_second__isnull=False))
    covered = set(current.filter(rank_for_first__isnull=False).values_list("first_id", flat=True))
    covered |= set(current.filter(rank_for_second__isnull=False).values_list("second_id", flat=True))
    languages = Counter(
        "-".join(sorted(pair)) for pair in shown.values_list("first_listing__language", "second_listing__language")
    )
    bands = Counter(shown.values_list("band", flat=True))
    mean = shown.aggregate(mean=Avg("score"))["mean"]
    return {
        "organisations": len(organisation_ids),
        "listings": listings.count(),
        "pairs": current.count(),
        "proposals": sum(bands.values()),
        "bands": {band: bands.get(band, 0) for band in Band.values},
        "language_pairs": dict(languages),
        "covered": len(covered & organisation_ids),
        "coverage": round(len(covered & organisation_ids) / len(organisation_ids), 4) if organisation_ids else None,
        "mean_score": round(mean, 4) if mean is not None else None,
        "seconds": round((timezone.now() - run.created_at).total_seconds(), 1),
    }


def figures_of_choice(choice: Choice) -> dict[str, Any]:
    """How the choice was made and what it costs, under the key `choice`; shares are of 1.

    `gap` is by which share it may fall short of the best choice within the limits, `loss` by which share the lists fall
    short of everybody's own best list; see `matching.core.choice.spread` for the others.
    """
    solution, spread = choice.solution, choice.spread
    return {
        "choice": {
            "status": solution.status,
            "worth": round(solution.worth, 4),
            "bound": _rounded(solution.bound),
            "gap": _rounded(solution.gap, 6),
            "unlimited": round(spread.unlimited, 4),
            "chosen": round(spread.chosen, 4),
            "loss": _rounded(spread.loss, 6),
            "gained": spread.gained,
            "relieved": spread.relieved,
            "requests_limit": choice.requests,
            "most_requests_unlimited": round(spread.most_unlimited, 2),
            "most_requests": round(spread.most_chosen, 2),
        }
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
