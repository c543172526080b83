"""A few proposals to try: pairs slightly below the choice, of organisations that few have read of.

What is never shown is never answered, and a model that shows only what it believes in learns nothing else. So a small,
stated part of the lists goes to pairs that were not chosen. They are drawn by a seed, not by the score, among pairs
that are good enough; they are marked as what they are, and they take the places of a list's last.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from matching.core.choice.problem import Pair

#: A try may be this much below the last of the better of the two lists it enters, and no more.
SLIGHTLY = 0.15
#: Organisations up to this part of the exposures, in order, count as those few have read of.
LEAST_EXPOSED = 0.25


def places_to_try(capacity: int, one_in: int) -> int:
    """How many places of a list of this length may be tries; `one_in` 0 is none."""
    return capacity // one_in if one_in else 0


def choose_tries(
    candidates: Iterable[Pair],
    chosen: Sequence[Pair],
    *,
    places: int,
    requests: float,
    seed: str,
) -> tuple[Pair, ...]:
    """Draw the pairs to try, from `candidates` that are good enough and were not chosen.

    Each organisation tries at most `places`, and expects at most `requests` with what was chosen for it. At least one
    of the two is among the least exposed. The same pairs and seed give the same draw, in whatever order they come.
    """
    if places <= 0:
        return ()
    exposure, expected = Counter[str](), Counter[str]()
    last: dict[str, float] = {}
    for pair in chosen:
        for end, listed, asked in _ends(pair):
            expected[end] += asked  # type: ignore[assignment]  # a counter of fractions
            if listed:
                exposure[end] += 1
                last[end] = min(pair.score, last.get(end, pair.score))
    good = [
        pair
        for pair in candidates
        if pair.score >= max(last.get(pair.first, 0.0), last.get(pair.second, 0.0)) - SLIGHTLY
    ]
    few = _least_exposed({end for pair in good for end in (pair.first, pair.second)}, exposure)
    tries: list[Pair] = []
    taken: Counter[str] = Counter()
    for pair in sorted(good, key=lambda one: _draw(one, seed)):
        if few.isdisjoint((pair.first, pair.second)):
            continue
        if any(taken[end] >= places or expected[end] + asked > requests for end, _, asked in _ends(pair)):
            continue
        tries.append(pair)
        for end, _, asked in _ends(pair):
            taken[end] += 1
            expected[end] += asked  # type: ignore[assignment]
    return tuple(tries)


def _ends(pair: Pair) -> tuple[tuple[str, bool, float], tuple[str, bool, float]]:
    return (
        (pair.first, pair.listed_by_first, pair.requests_to_first),
        (pair.second, pair.listed_by_second, pair.requests_to_second),
    )


def _least_exposed(organisations: set[str], exposure: Counter[str]) -> set[str]:
    """Those with no more exposure than who stands at `LEAST_EXPOSED` of all, least first."""
    if not organisations:
        return set()
    counts = sorted(exposure[one] for one in organisations)
    most = counts[int((len(counts) - 1) * LEAST_EXPOSED)]
    return {one for one in organisations if exposure[one] <= most}


def _draw(pair: Pair, seed: str) -> bytes:
    """A number that seed and pair alone decide: lots that cannot be bent by the order of rows."""
    low, high = sorted((pair.first, pair.second))
    return hashlib.sha256(f"{seed}:{low}:{high}".encode()).digest()
