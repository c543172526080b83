"""Tries: few, slightly below the choice, of those few have read of, and by lot."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.choice.problem import Pair
from matching.core.learning.exploration import SLIGHTLY, choose_tries, places_to_try


def pair(first: str, second: str, score: float = 0.7, asked: float = 0.5) -> Pair:
    return Pair(first, second, score, requests_to_first=asked, requests_to_second=asked)


#: The star is in everybody's list; the quiet ones in one each.
CHOSEN = [pair("star", f"b{n}", 0.8) for n in range(8)] + [
    pair("known", "b0"),
    pair("known", "b1"),
    pair("quiet", "b2"),
]


@pytest.mark.parametrize(
    ("capacity", "one_in", "places"), [(12, 12, 1), (11, 12, 0), (24, 12, 2), (12, 0, 0), (3, 12, 0)]
)
def test_a_list_has_one_try_in_so_many_places(capacity: int, one_in: int, places: int) -> None:
    assert places_to_try(capacity, one_in) == places


def test_none_is_tried_where_the_policy_says_none() -> None:
    assert choose_tries([pair("quiet", "b9")], CHOSEN, places=0, requests=9, seed="a") == ()


def test_tries_are_of_those_that_few_have_read_of() -> None:
    tries = choose_tries(
        [pair("quiet", "b7"), pair("star", "b0"), pair("known", "b2")], CHOSEN, places=1, requests=9, seed="a"
    )
    assert [(one.first, one.second) for one in tries] == [("quiet", "b7")]


def test_a_try_is_only_slightly_below_what_was_chosen() -> None:
    """Both lists end at 0.7."""
    chosen = [pair("a", "x"), pair("b", "y")]
    near, far = pair("a", "y", 0.7 - SLIGHTLY + 0.01), pair("a", "y", 0.7 - SLIGHTLY - 0.01)
    assert choose_tries([near], chosen, places=1, requests=9, seed="a") == (near,)
    assert choose_tries([far], chosen, places=1, requests=9, seed="a") == ()


def test_a_try_brings_nobody_more_requests_than_they_should_expect() -> None:
    candidate = pair("quiet", "b7")
    assert choose_tries([candidate], CHOSEN, places=1, requests=0.9, seed="a") == ()
    assert choose_tries([candidate], CHOSEN, places=1, requests=1.0, seed="a") == (candidate,)


def test_another_seed_draws_another_lot_and_the_same_seed_the_same() -> None:
    candidates = [pair(f"a{n}", f"b{m}") for n in range(6) for m in range(6)]
    draws = {choose_tries(candidates, [], places=1, requests=9, seed=str(seed)) for seed in range(20)}
    assert len(draws) > 15
    assert choose_tries(candidates[::-1], [], places=1, requests=9, seed="3") == choose_tries(
        candidates, [], places=1, requests=9, seed="3"
    )


def test_everybody_with_few_readers_has_a_chance() -> None:
    candidates = [pair("a", f"b{m}") for m in range(5)]
    drawn = Counter(
        one.second for seed in range(200) for one in choose_tries(candidates, [], places=1, requests=9, seed=str(seed))
    )
    assert set(drawn) == {f"b{m}" for m in range(5)}
    assert min(drawn.values()) > 20


_pairs = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.floats(0.3, 1), st.floats(0, 1)),
    max_size=40,
    unique_by=lambda drawn: drawn[:2],
).map(lambda drawn: [pair(f"a{one}", f"b{other}", score, asked) for one, other, score, asked in drawn])


@given(_pairs, st.integers(0, 3), st.floats(0, 5), st.integers(0, 9), st.data())
def test_tries_keep_their_limits(
    pairs: list[Pair], places: int, requests: float, seed: int, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(pairs)))
    chosen, candidates = pairs[:cut], pairs[cut:]
    tries = choose_tries(candidates, chosen, places=places, requests=requests, seed=str(seed))
    assert set(tries) <= set(candidates)
    taken = Counter(end for one in tries for end in (one.first, one.second))
    assert all(count <= places for count in taken.values())
    for end in taken:
        expected = sum(
            one.requests_to_first if end == one.first else one.requests_to_second
            for one in (*chosen, *tries)
            if end in (one.first, one.second)
        )
        assert expected <= requests + 1e-9
