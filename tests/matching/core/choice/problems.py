"""Small problems of choice, and every choice that keeps their rules."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st

from matching.core.choice import verify
from matching.core.choice.problem import FLOOR_WORTH, ChoiceProblem, ChoiceSolution, Pair


@st.composite
def problems(draw: st.DrawFn, most: int = 3, *, limited: bool = True, sides: int = 2, pairs: int = 8) -> ChoiceProblem:
    """At most `most` organisations a side, small capacities, some floors, pairs fixed, listed by one end or none.

    `limited` gives them limits of requests.
    """
    groups = [[f"{name}{n}" for n in range(draw(st.integers(1, most)))] for name in "lrs"[:sides]]
    everybody = [one for group in groups for one in group]
    possible = [(a, b) for left, right in combinations(groups, 2) for a in left for b in right]
    edges = draw(st.lists(st.sampled_from(possible), unique=True, max_size=pairs))
    made = tuple(draw(_pairs(first, second)) for first, second in edges)
    number = st.integers(0, 20).map(lambda tenths: tenths / 10)
    return ChoiceProblem(
        pairs=made,
        default_capacity=draw(st.integers(1, 2)),
        capacity=draw(st.dictionaries(st.sampled_from(everybody), st.integers(0, 3), max_size=2)),
        floor=draw(st.dictionaries(st.sampled_from(everybody), st.integers(1, 2), max_size=2)),
        default_requests=draw(st.none() | number) if limited else None,
        requests=draw(st.dictionaries(st.sampled_from(everybody), number, max_size=2)) if limited else {},
        fixed=frozenset(draw(st.lists(st.sampled_from(edges), max_size=2)) if edges else []),
    )


@st.composite
def _pairs(draw: st.DrawFn, first: str, second: str) -> Pair:
    requests = st.integers(0, 10).map(lambda tenths: tenths / 10)
    listed = draw(st.sampled_from([(True, True)] * 4 + [(True, False), (False, True), (False, False)]))
    return Pair(first, second, draw(st.integers(1, 1000)) / 1000, draw(requests), draw(requests), *listed)


def worth(problem: ChoiceProblem, chosen: tuple[Pair, ...]) -> float:
    """What a choice is worth, counted anew."""
    places = dict.fromkeys(problem.floor, 0)
    fixed = dict.fromkeys(problem.floor, 0)
    for pair in chosen:
        for end, listed in ((pair.first, pair.listed_by_first), (pair.second, pair.listed_by_second)):
            if end in places and listed:
                places[end] += 1
                fixed[end] += (pair.first, pair.second) in problem.fixed
    met = sum(
        min(places[end], floor, max(problem.capacity_of(end), fixed[end])) for end, floor in problem.floor.items()
    )
    return sum(pair.score for pair in chosen) + FLOOR_WORTH * met


def best_worth(problem: ChoiceProblem) -> float:
    """The greatest worth of all choices that keep the rules, by trying each."""
    return max(
        solution.worth
        for size in range(len(problem.pairs) + 1)
        for chosen in combinations(problem.pairs, size)
        if not verify.check(problem, solution := ChoiceSolution(chosen, "feasible", worth(problem, chosen)))
    )
