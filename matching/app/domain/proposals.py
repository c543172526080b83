"""Writing proposals: the pairs that hold, and those that no longer do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from matching.app.domain.pairing import ScoredPair, explanations
from matching.app.domain.pool import Pool
from matching.app.enums import ProposalState
from matching.app.models import MatchRun, Proposal
from matching.app.transitions import PROPOSAL
from qiao.directory.models import Organisation

_CONTENT = (
    "first_listing", "second_listing", "state", "score", "band", "score_for_first", "score_for_second", "reasons",
    "encoder", "policy_version", "model_version", "run", "scored_at", "updated_at",
)  # fmt: skip


def store_pairs(pool: Pool, pairs: Iterable[ScoredPair], *, run: MatchRun | None) -> None:
    """Write what holds: one row a pair, made anew or brought up to date. One that had been superseded is current again.

    The caller holds the locks of both organisations of every pair.
    """
    pairs = list(pairs)
    reasons = explanations(pool, pairs)
    now = timezone.now()
    _be(ProposalState.CURRENT, pool.bridge_id, [pair.ids for pair in pairs])
    Proposal.objects.bulk_create(
        [
            Proposal(
                bridge_id=pool.bridge_id,
                first_id=pair.ids[0],
                second_id=pair.ids[1],
                first_listing_id=int(pair.meeting.best.first_listing),
                second_listing_id=int(pair.meeting.best.second_listing),
                state=ProposalState.CURRENT,
                score=pair.meeting.score,
                band=pair.meeting.band,
                score_for_first=pair.meeting.score_for_first,
                score_for_second=pair.meeting.score_for_second,
                reasons=reasons[pair.ids],
                encoder=pool.encoder,
                policy_version=pool.policy.version,
                model_version=pool.weights.version,
                run=run,
                scored_at=now,
            )
            for pair in pairs
        ],
        update_conflicts=True,
        unique_fields=["bridge", "first", "second"],
        update_fields=_CONTENT,
        batch_size=100,
    )


def supersede_pairs(bridge_id: int, pairs: Iterable[tuple[int, int]]) -> None:
    """Mark pairs as holding no longer. They are kept, with their place in the lists, for what was done with them."""
    _be(ProposalState.SUPERSEDED, bridge_id, list(pairs))


def keep_proposal(proposal: Proposal, *, organisation: Organisation, kept: bool) -> None:
    """Let one side go on finding a proposal, because it has saved or dismissed it; or no longer.

    Part of the caller's act, which is what is audited.
    """
    side = "first" if proposal.first_id == organisation.pk else "second"
    Proposal.objects.filter(pk=proposal.pk).update(**{f"kept_for_{side}": kept})


def _be(state: ProposalState, bridge_id: int, pairs: list[tuple[int, int]]) -> None:
    """Move the rows of these pairs to a state, which only this does. One that holds again waits for its new place."""
    wanted = set(pairs)
    if not wanted:
        return
    rows = Proposal.objects.filter(
        bridge_id=bridge_id, first__in={one for one, _ in wanted}, second__in={other for _, other in wanted}
    ).exclude(state=state)
    moved = [
        pk
        for pk, first, second, before in rows.values_list("pk", "first_id", "second_id", "state")
        if (first, second) in wanted and PROPOSAL.allows(before, state)
    ]
    places: dict[str, Any] = {"rank_for_first": None, "rank_for_second": None, "to_try": False}
    if state != ProposalState.CURRENT:
        places = {}
    Proposal.objects.filter(pk__in=moved).update(state=state, updated_at=timezone.now(), **places)
