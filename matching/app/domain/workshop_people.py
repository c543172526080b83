"""Whom somebody should meet at a workshop: the people of organisations that the matcher pairs theirs with, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from matching.app.domain.queries.proposal_view import ProposalView, Reason, pair_views
from matching.app.models import Proposal
from qiao.directory.models import Block
from qiao.workshops.models import Registration, Workshop

Pair = tuple[int, int]


@dataclass(frozen=True)
class ProposedPerson:
    """Somebody one should meet, with how well the two organisations fit (0 to 1) and the pair as one's own side
    reads it."""

    registration: Registration
    score: float
    view: ProposalView

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why they would say yes, strongest first."""
        return self.view.reasons

    @property
    def gains(self) -> tuple[Reason, ...]:
        """What one's own side has of it."""
        return self.view.gains


def scores_between(workshop: Workshop, organisations: Iterable[int]) -> dict[Pair, float]:
    """How well pairs of these organisations fit each other, by ids in order; only pairs that the matcher holds."""
    ids = sorted(set(organisations))
    pairs = Proposal.objects.current().filter(bridge=workshop.bridge_id, first__in=ids, second__in=ids)
    return {
        (first, second): min(1.0, max(0.0, score))
        for first, second, score in pairs.order_by().values_list("first_id", "second_id", "score")
    }


def blocked_pairs(organisations: Iterable[int]) -> set[Pair]:
    """Pairs of which one does not want to meet the other."""
    ids = set(organisations)
    blocks = Block.objects.filter(organisation__in=ids, blocked__in=ids)
    return {(min(one, other), max(one, other)) for one, other in blocks.values_list("organisation_id", "blocked_id")}


def proposed_people(registration: Registration, *, user: Any) -> list[ProposedPerson]:
    """Everybody at the workshop whose organisation the matcher pairs with one's own, best first.

    Who is not open to meetings, not listed, or blocked on either side is left out; so are pairs in which a name is
    withheld. The number of queries does not depend on how many there are.
    """
    workshop, mine = registration.workshop, registration.organisation
    people = list(
        Registration.objects.of_workshop(workshop)
        .open_to_meetings()
        .filter(is_listed=True, user__isnull=False)
        .exclude(organisation=mine)
        .select_related("organisation")
    )
    by_organisation: dict[int, list[Registration]] = {}
    for one in people:
        by_organisation.setdefault(one.organisation_id, []).append(one)
    pairs = (
        Proposal.objects.current()
        .filter(bridge=workshop.bridge_id)
        .filter(Q(first=mine, second__in=by_organisation) | Q(second=mine, first__in=by_organisation))
        .select_related("bridge", "first", "second", "first_listing", "second_listing")
    )
    blocked = blocked_pairs([mine.pk, *by_organisation])
    found = []
    for view in pair_views(user, mine, pairs):
        proposal = view.proposal
        if not view.is_current or (proposal.first_id, proposal.second_id) in blocked:
            continue
        other = proposal.second_id if proposal.first_id == mine.pk else proposal.first_id
        found += [ProposedPerson(one, proposal.score, view) for one in by_organisation[other]]
    return sorted(found, key=lambda one: (-one.score, one.registration.name, one.registration.pk))


def reasons_for(registration: Registration, others: Iterable[int], *, user: Any) -> dict[int, ProposalView]:
    """The pairs of one's own organisation with `others`, by id, for pages about a meeting that is under way."""
    mine = registration.organisation
    ids = set(others)
    pairs = (
        Proposal.objects.current()
        .filter(bridge=registration.workshop.bridge_id)
        .filter(Q(first=mine, second__in=ids) | Q(second=mine, first__in=ids))
        .select_related("bridge", "first", "second", "first_listing", "second_listing")
    )
    return {
        view.proposal.second_id if view.proposal.first_id == mine.pk else view.proposal.first_id: view
        for view in pair_views(user, mine, pairs)
        if view.is_current
    }
