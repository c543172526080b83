"""Choosing what each organisation receives: few, good, and fairly spread.

Both sides of a chosen pair receive it. Nobody receives more than the policy's number, nor more than those of whom it
may expect the policy's number of requests, so that those whom all would like to meet are not worn out; newcomers and
small firms receive at least the policy's floor where there are so many pairs for them. What a side has dismissed or
acted on takes no place in its list. A run chooses over the whole bridge at once; a change chooses anew around what
changed.

Choosing over a large bridge takes minutes, and changes go on meanwhile: it is solved on what was read, without the
bridge's lock, and written in pieces with it. Every choice around a change is noted (`LocalChoice`); those that were
made since the pairs were read are made again after the writing, on the lists as they are then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from matching.app.domain.choosing_pairs import (
    Answers,
    Key,
    Rows,
    are_chosen,
    floors_of,
    keys_of,
    look_up_pairs,
    problem_of,
    read_pairs,
)
from matching.app.domain.choosing_places import Lists, lists_of, write_lists, write_lists_in_turn
from matching.app.domain.locks import choosing_alone, lock_bridge
from matching.app.models import LocalChoice
from matching.core.choice import best_first, flow, prices
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution
from matching.core.choice.spread import Spread, spread_of
from qiao.bridges.models import MatchingPolicy

#: How often a choice is begun anew because the policy changed under it; the last is written whatever happens.
TRIES = 3
#: Organisations around whom it is chosen again under one holding of the bridge's lock.
AROUND_AT_ONCE = 50
#: No choice takes longer: notes of local ones are of no use after it.
NOTES_KEPT_FOR = timedelta(days=1)

#: Draws what to try from what was read and what was chosen of it.
Draw = Callable[["Market", ChoiceSolution], Iterable[Key]]


@dataclass(frozen=True)
class Choice:
    """What was chosen over a whole bridge, under which limit of requests, and what spreading attention cost.

    `tries` are in it to be tried; around `again` organisations it was made again, since they changed meanwhile.
    """

    solution: ChoiceSolution
    spread: Spread
    requests: int
    tries: int = 0
    again: int = 0


@dataclass(frozen=True)
class Market:
    """What a choice over a whole bridge rests on. Local choices up to `noted` are in it."""

    bridge_id: int
    noted: int
    policy: MatchingPolicy
    rows: Rows
    answers: Answers
    floors: dict[str, int]

    @classmethod
    def of(cls, bridge_id: int) -> Market:
        """As the bridge is now."""
        # The notes and the policy before the pairs: what changes in between is then seen as a change, never missed.
        noted = LocalChoice.objects.filter(bridge=bridge_id).aggregate(last=Max("pk"))["last"] or 0
        policy = MatchingPolicy.objects.get(bridge_id=bridge_id)
        rows = read_pairs(bridge_id)
        return cls(bridge_id, noted, policy, rows, Answers.of(bridge_id), floors_of(bridge_id, policy))

    @property
    def problem(self) -> ChoiceProblem:
        """What is to be chosen."""
        return problem_of(self.rows, self.policy, self.answers, self.floors)


class PolicyChanged(Exception):
    """The bridge's policy changed while it was chosen under the old one."""


def choose_proposals(bridge_id: int, *, draw: Draw | None = None, alive: Callable[[], None] = lambda: None) -> Choice:
    """Choose over the whole bridge. The same pairs give the same choice.

    With `draw`, what it draws is then chosen whatever it costs, the rest around it, and marked to be tried. `alive` is
    called now and then. Two at once take turns; one that was killed leaves lists that keep every limit, some too short.
    """
    with choosing_alone(bridge_id, wait=True):
        for left in reversed(range(TRIES)):
            market = Market.of(bridge_id)
            alive()
            problem, solution, tries = _solve(market, draw, alive)
            lists = _lists(market, solution, tries if draw else None)
            try:
                write_lists_in_turn(bridge_id, market.rows, lists, still=_same_policy(market, alive, enforced=left > 0))
            except PolicyChanged:
                continue
            again = _choose_again(market, alive)
            LocalChoice.objects.filter(bridge=bridge_id, pk__lte=market.noted).delete()
            spread = spread_of(problem, solution)
            return Choice(solution, spread, market.policy.requests_per_organisation, len(tries), again)
    raise AssertionError("the last of the tries is written whatever the policy")


@transaction.atomic
def choose_around(bridge_id: int, organisation_ids: Iterable[int]) -> None:
    """Choose anew what these organisations receive, best first, and leave what does not concern them as it is."""
    lock_bridge(bridge_id)
    centre = set(organisation_ids)
    _choose_around(bridge_id, centre)
    LocalChoice.objects.create(bridge_id=bridge_id, organisation_ids=sorted(centre))
    LocalChoice.objects.filter(bridge=bridge_id, made_at__lt=timezone.now() - NOTES_KEPT_FOR).delete()


def _choose_around(bridge_id: int, centre: set[int]) -> None:
    """The caller holds the bridge's lock."""
    look_up_pairs()
    policy = MatchingPolicy.objects.get(bridge_id=bridge_id)
    near = read_pairs(bridge_id, of=centre)
    ends = centre | set(near["first"].tolist()) | set(near["second"].tolist())
    # Whoever has a pair with the centre also has pairs elsewhere: those stay, and take up room.
    around = read_pairs(bridge_id, of=ends, chosen=True)
    staying = around[~np.isin(around["pk"], near["pk"])]
    tries = near[near["to_try"] & ((near["place_first"] > 0) | (near["place_second"] > 0))]
    rows = np.concatenate([near, staying])
    problem = problem_of(
        rows,
        policy,
        Answers.of(bridge_id, ends),
        floors_of(bridge_id, policy, ends),
        fixed=keys_of(np.concatenate([staying, tries])),
    )
    write_lists(rows, lists_of(rows, are_chosen(rows, best_first.solve(problem)), of=ends))


def _solve(
    market: Market, draw: Draw | None, alive: Callable[[], None]
) -> tuple[ChoiceProblem, ChoiceSolution, frozenset[Key]]:
    problem = market.problem
    solution = _best(problem)
    alive()
    tries = frozenset(draw(market, solution)) if draw else frozenset()
    if tries:
        problem = replace(problem, fixed=frozenset((str(first), str(second)) for first, second in tries))
        solution = _best(problem)
        alive()
    return problem, solution, tries


def _best(problem: ChoiceProblem) -> ChoiceSolution:
    try:
        return flow.solve(problem)
    except flow.NotTwoSided:  # a bridge of three sides or more
        return prices.solve(problem)


def _lists(market: Market, solution: ChoiceSolution, tries: frozenset[Key] | None) -> Lists:
    """The lists that come of a choice. Which pairs are to be tried stays as it is if it was not drawn."""
    lists = lists_of(market.rows, are_chosen(market.rows, solution))
    if tries is None:
        return lists
    drawn = np.fromiter((key in tries for key in keys_of(market.rows)), np.bool_, len(market.rows))
    return replace(lists, to_try=drawn)


def _same_policy(market: Market, alive: Callable[[], None], *, enforced: bool) -> Callable[[], None]:
    def still() -> None:
        alive()
        now = MatchingPolicy.objects.filter(bridge=market.bridge_id).values_list("version", flat=True).get()
        if enforced and now != market.policy.version:
            raise PolicyChanged

    return still


def _choose_again(market: Market, alive: Callable[[], None]) -> int:
    """Choose again around those around whom it was chosen since the pairs were read; returns how many they are.

    Where a change was written and chosen around in between, the choice over the whole bridge knew nothing of it.
    """
    notes = LocalChoice.objects.filter(bridge=market.bridge_id, pk__gt=market.noted)
    changed = sorted({pk for ids in notes.values_list("organisation_ids", flat=True) for pk in ids})
    for start in range(0, len(changed), AROUND_AT_ONCE):
        with transaction.atomic():
            lock_bridge(market.bridge_id)
            _choose_around(market.bridge_id, set(changed[start : start + AROUND_AT_ONCE]))
        alive()
    return len(changed)
