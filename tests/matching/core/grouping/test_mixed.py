"""Roundtables: the rules hold or are told of, locks stay, and topics stay together."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.grouping import mixed
from matching.core.grouping.mixed import Guest, MixedProblem, groups_for, solve
from matching.core.grouping.verify_mixed import check


def topics(people: int, groups: int, *, seed: int = 0, noise: float = 0.05) -> np.ndarray:
    """Unit vectors of `groups` clear topics in turn."""
    rng = np.random.default_rng(seed)
    centres = np.eye(max(groups, 8))[:groups]
    vectors = np.array([centres[n % groups] for n in range(people)]) + noise * rng.standard_normal(
        (people, max(groups, 8))
    )
    unit: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def guests(people: int, *, sides: int = 2, kinds: int = 3, **fixed: int) -> tuple[Guest, ...]:
    return tuple(
        Guest(f"p{n:03}", n, f"s{(n // 4) % sides}", f"k{(n // 3) % kinds}", f"o{n:03}", fixed.get(f"p{n:03}"))
        for n in range(people)
    )


def test_topics_stay_together_with_both_sides_in_each() -> None:
    problem = MixedProblem(guests(32), topics(32, 4), groups=4, least=6, most=10)
    found = solve(problem)
    assert check(problem, found) == []
    assert found.left_out == ()
    assert found.shortfalls == ()
    by_topic = {topic: {found.group_of[f"p{n:03}"] for n in range(32) if n % 4 == topic} for topic in range(4)}
    assert all(len(groups) == 1 for groups in by_topic.values())
    assert min(found.coherence.values()) > 0.9


def test_a_side_too_small_for_every_group_is_told_of() -> None:
    people = tuple(Guest(f"p{n:02}", n, "cn" if n < 2 else "gb", f"k{n % 2}", f"o{n}") for n in range(18))
    problem = MixedProblem(people, topics(18, 3), groups=3, least=5, most=7)
    found = solve(problem)
    assert check(problem, found) == []
    assert [(one.rule, one.what, one.short) for one in found.shortfalls] == [("side", "cn", 1)]


def test_who_stays_stays_and_the_rest_moves_around_them() -> None:
    people = guests(24, p000=2, p001=2, p002=2)
    problem = MixedProblem(people, topics(24, 3), groups=3, least=6, most=10)
    found = solve(problem)
    assert check(problem, found) == []
    assert {found.group_of[one] for one in ("p000", "p001", "p002")} == {2}


def test_one_organisation_sits_at_a_table_once() -> None:
    people = tuple(Guest(f"p{n:02}", n, f"s{n % 2}", f"k{n % 3}", f"o{n // 3}") for n in range(18))
    problem = MixedProblem(people, topics(18, 2), groups=3, least=4, most=8)
    found = solve(problem)
    assert check(problem, found) == []


def test_nobody_is_left_out_unless_there_is_no_room() -> None:
    people = guests(13)
    problem = MixedProblem(people, topics(13, 2), groups=2, least=3, most=6)
    found = solve(problem)
    assert check(problem, found) == []
    assert len(found.left_out) == 1


def test_the_same_problem_gives_the_same_groups() -> None:
    problem = MixedProblem(guests(30), topics(30, 5, noise=0.6), groups=4, least=5, most=9)
    assert solve(problem, seed=3) == solve(problem, seed=3)


@pytest.mark.parametrize(("people", "groups"), [(0, 1), (5, 1), (40, 4), (17, 2), (500, 56)])
def test_groups_of_about_the_middle_size(people: int, groups: int) -> None:
    assert groups_for(people, least=6, most=12) == groups


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 6), st.sampled_from((None, None, None, 0, 1))),
        max_size=14,
    ),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(0, 3),
)
@settings(max_examples=40, deadline=None)
def test_whatever_is_asked_the_rules_hold_or_are_told_of(
    rows: list[tuple[int, int, int, int | None]], groups: int, least: int, more: int
) -> None:
    people = tuple(
        Guest(
            f"p{n:02}",
            n,
            f"s{side}",
            f"k{kind}",
            f"o{organisation}",
            stay if stay is not None and stay < groups else None,
        )
        for n, (side, kind, organisation, stay) in enumerate(rows)
    )
    problem = MixedProblem(
        people, topics(max(len(rows), 1), 3, noise=0.3), groups=groups, least=least, most=least + more
    )
    assert check(problem, solve(problem)) == []


def test_giving_is_as_good_as_trying_everything() -> None:
    people = tuple(Guest(f"p{n}", n, f"s{n % 2}", f"k{n % 2}", f"o{n // 2}") for n in range(6))
    cost = np.random.default_rng(1).random((6, 2))
    problem = MixedProblem(people, topics(6, 2), groups=2, least=3, most=3, kinds=2)
    given_groups = mixed._given(cost, sorted(people, key=lambda one: one.id), problem, 10)

    def allowed(labels: tuple[int, ...]) -> bool:
        return all(
            labels.count(group) == 3
            and len({people[n].side for n in range(6) if labels[n] == group}) == 2
            and len({people[n].organisation for n in range(6) if labels[n] == group}) == 3
            for group in (0, 1)
        )

    best = min(
        sum(cost[n, g] for n, g in enumerate(one)) for one in itertools.product((0, 1), repeat=6) if allowed(one)
    )
    assert sum(cost[n, g] for n, g in enumerate(given_groups.tolist())) == pytest.approx(best)
