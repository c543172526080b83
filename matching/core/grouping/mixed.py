"""Roundtables: groups of people with like topics, of balanced size, in each of which sides and kinds meet.

As in `balanced_means`, people are given to means and the means taken anew, in turns (Bradley, Bennett and Demiriz 2000,
"Constrained k-means clustering"). Sides, kinds and organisations cut across each other, so that giving is no flow but a
small integer programme, solved by HiGHS. Rules of the mixture that cannot all be met are met as far as they can, and
what is missing is said.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.core.grouping.smoothing import smooth

#: Beginnings tried for the means, turns at most, and each person's nearest groups that are looked at.
BEGINNINGS, TURNS, NEAREST = 10, 6, 12
#: What breaking a rule costs, in the greatest distance a person can have from a mean (2): staying out costs more than
#: a missing side, and this more than a missing kind, so that rules give way in that order.
STAYS_OUT, SIDE_MISSING, KIND_MISSING = 24.0, 8.0, 3.0
#: Seconds a giving may take, and the gap that is good enough.
SECONDS, GAP = 10.0, 1e-4


@dataclass(frozen=True)
class Guest:
    """Somebody to be given a group. `row` is theirs in the vectors; `group` one that they stay in."""

    id: str
    row: int
    side: str
    kind: str
    organisation: str
    group: int | None = None


@dataclass(frozen=True)
class MixedProblem:
    """Divide guests into `groups` groups of `least` to `most`.

    `vectors`, shape (guests, dimension): unit rows. Every group should have `of_each_side` people of every side that
    occurs, and `kinds` kinds of organisation; an organisation has `of_one_organisation` people in one group at most,
    which is never broken but for guests whose group is given.
    """

    guests: tuple[Guest, ...]
    vectors: NDArray[np.float32]
    groups: int
    least: int
    most: int
    of_each_side: int = 1
    kinds: int = 2
    of_one_organisation: int = 1

    def __post_init__(self) -> None:
        if len({one.id for one in self.guests}) != len(self.guests):
            raise ValueError("a guest is named twice")
        if any(not 0 <= one.row < len(self.vectors) for one in self.guests):
            raise ValueError("a guest has no vector")
        if self.groups < 1 or not 1 <= self.least <= self.most:
            raise ValueError("there must be at least one group, and sizes in order")
        if any(one.group is not None and not 0 <= one.group < self.groups for one in self.guests):
            raise ValueError("a guest stays in a group that is not there")


@dataclass(frozen=True)
class Shortfall:
    """A rule that a group does not keep: `rule` is "side", "kinds" or "size", `what` the side, `short` by how many."""

    group: int
    rule: str
    short: int
    what: str = ""


@dataclass(frozen=True)
class MixedGroups:
    """`group_of` numbers each placed guest's group; who is `left_out` has none. `fit` is the cosine with the mean."""

    group_of: dict[str, int]
    left_out: tuple[str, ...]
    fit: dict[str, float]
    coherence: dict[int, float]
    shortfalls: tuple[Shortfall, ...] = ()


def solve(problem: MixedProblem, *, seed: int = 0, seconds: float = SECONDS) -> MixedGroups:
    """Group. The same problem and seed give the same groups, unless a giving runs out of its `seconds`."""
    guests = sorted(problem.guests, key=lambda one: one.id)
    if not guests:
        return MixedGroups({}, (), {}, {}, _shortfalls([], np.zeros(0, dtype=np.int64), problem))
    raw = _unit(problem.vectors[[one.row for one in guests]])
    vectors = smooth(raw, raw @ raw.T, groups=problem.groups, seed=seed)
    labels = _beginning(vectors, guests, problem.groups, seed)
    for _ in range(TURNS):
        given = _given(_distances(vectors, labels, problem.groups), guests, problem, seconds)
        settled = np.array_equal(given, labels)
        labels = given
        if settled:
            break
    # How well they belong together is told in the likeness that was given, not in the smoothed one.
    means = _means(raw, labels, problem.groups)
    placed = [index for index in range(len(guests)) if labels[index] >= 0]
    fit = {guests[index].id: float(raw[index] @ means[labels[index]]) for index in placed}
    members: dict[int, list[float]] = defaultdict(list)
    for index in placed:
        members[int(labels[index])].append(fit[guests[index].id])
    return MixedGroups(
        group_of={guests[index].id: int(labels[index]) for index in placed},
        left_out=tuple(guests[index].id for index in range(len(guests)) if labels[index] < 0),
        fit=fit,
        coherence={group: float(np.mean(fits)) for group, fits in sorted(members.items())},
        shortfalls=_shortfalls(guests, labels, problem),
    )


def groups_for(people: int, *, least: int, most: int) -> int:
    """How many groups of about the middle size there are for so many people; each can reach its least size."""
    middle = (least + most) / 2
    return max(1, min(round(people / middle), people // least)) if people else 1


def _beginning(vectors: NDArray[np.float32], guests: list[Guest], groups: int, seed: int) -> NDArray[np.int64]:
    """Groups by topic alone, numbered so that those who stay somewhere are near the mean of that number."""
    from scipy.optimize import linear_sum_assignment
    from sklearn.cluster import KMeans

    count = min(groups, len(guests))
    labels: NDArray[np.int64] = (
        KMeans(count, n_init=BEGINNINGS, random_state=seed).fit_predict(vectors).astype(np.int64)
    )
    stay = {index: one.group for index, one in enumerate(guests) if one.group is not None}
    if stay:
        together = np.zeros((count, groups))
        for index, group in stay.items():
            together[labels[index], group] += 1
        rows, columns = linear_sum_assignment(-together)
        number = dict(zip(rows.tolist(), columns.tolist(), strict=True))
        labels = np.array([number[int(label)] for label in labels], dtype=np.int64)
        for index, group in stay.items():
            labels[index] = group
    return labels


def _distances(vectors: NDArray[np.float32], labels: NDArray[np.int64], groups: int) -> NDArray[np.float64]:
    """1 - cosine of each guest with each mean, shape (guests, groups); 1 where a group has nobody."""
    distances: NDArray[np.float64] = 1.0 - (vectors @ _means(vectors, labels, groups).T).astype(np.float64)
    return distances


def _given(cost: NDArray[np.float64], guests: list[Guest], problem: MixedProblem, seconds: float) -> NDArray[np.int64]:
    """Each guest's group, or -1, at the least cost: shape (guests,)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    programme = _Programme()
    places: list[dict[int, int]] = []
    for index, one in enumerate(guests):
        near = [one.group] if one.group is not None else np.argsort(cost[index], kind="stable")[:NEAREST].tolist()
        places.append({group: programme.variable(float(cost[index, group]), 1) for group in near})
        entries = dict.fromkeys(places[-1].values(), 1.0)
        if one.group is None:
            entries[programme.variable(STAYS_OUT, 1)] = 1.0
        programme.rule(entries, 1, 1)
    sides = sorted({one.side for one in guests})
    for group in range(problem.groups):
        inside = {index: place[group] for index, place in enumerate(places) if group in place}
        fixed = sum(1 for one in guests if one.group == group)
        everyone = dict.fromkeys(inside.values(), 1.0)
        small = programme.variable(SIDE_MISSING, problem.least)
        programme.rule(everyone, -math.inf, max(problem.most, fixed))
        programme.rule(everyone | {small: 1.0}, problem.least, math.inf)
        for side in sides:
            of_side = {variable: 1.0 for index, variable in inside.items() if guests[index].side == side}
            missing = programme.variable(SIDE_MISSING, problem.of_each_side)
            programme.rule(of_side | {missing: 1.0}, problem.of_each_side, math.inf)
        by_kind: dict[str, list[int]] = defaultdict(list)
        by_organisation: dict[str, list[int]] = defaultdict(list)
        for index, variable in inside.items():
            by_kind[guests[index].kind].append(variable)
            by_organisation[guests[index].organisation].append(index)
        counted = {}
        for kind in sorted(by_kind):
            present = programme.variable(0.0, 1)
            programme.rule(dict.fromkeys(by_kind[kind], 1.0) | {present: -1.0}, 0, math.inf)
            counted[present] = 1.0
        programme.rule(counted | {programme.variable(KIND_MISSING, problem.kinds): 1.0}, problem.kinds, math.inf)
        for organisation in sorted(by_organisation):
            of_one = by_organisation[organisation]
            staying = sum(1 for index in of_one if guests[index].group == group)
            if len(of_one) > problem.of_one_organisation:
                at_most = max(problem.of_one_organisation, staying)
                programme.rule({inside[index]: 1.0 for index in of_one}, -math.inf, at_most)
    matrix, lower, upper = programme.rules()
    found = milp(
        np.array(programme.costs),
        integrality=np.ones(len(programme.costs)),
        bounds=Bounds(0, np.array(programme.greatest, dtype=float)),
        constraints=LinearConstraint(matrix, lower, upper),
        options={"time_limit": seconds, "mip_rel_gap": GAP},
    )
    if found.x is None:  # out of time before anything was found: whoever stays, and the rest by topic as it fits
        return _one_by_one(cost, guests, problem)
    chosen = [next((group for group, variable in place.items() if found.x[variable] > 0.5), -1) for place in places]
    return np.array(chosen, dtype=np.int64)


def _one_by_one(cost: NDArray[np.float64], guests: list[Guest], problem: MixedProblem) -> NDArray[np.int64]:
    """Nearest first, as long as there is room and nobody of the same organisation."""
    labels = np.array([-1 if one.group is None else one.group for one in guests], dtype=np.int64)
    sizes = Counter(labels[labels >= 0].tolist())
    there = Counter((one.organisation, one.group) for one in guests if one.group is not None)
    for flat in np.argsort(cost, axis=None, kind="stable").tolist():
        index, group = divmod(flat, problem.groups)
        seat = (guests[index].organisation, group)
        if labels[index] < 0 and sizes[group] < problem.most and there[seat] < problem.of_one_organisation:
            labels[index] = group
            sizes[group] += 1
            there[seat] += 1
    return labels


class _Programme:
    """An integer programme while it is written: variables with their costs, and rules over them."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.greatest: list[float] = []
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._values: list[float] = []
        self._lower: list[float] = []
        self._upper: list[float] = []

    def variable(self, cost: float, greatest: float) -> int:
        self.costs.append(cost)
        self.greatest.append(greatest)
        return len(self.costs) - 1

    def rule(self, entries: dict[int, float], lower: float, upper: float) -> None:
        for column, value in entries.items():
            self._rows.append(len(self._lower))
            self._columns.append(column)
            self._values.append(value)
        self._lower.append(lower)
        self._upper.append(upper)

    def rules(self) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
        from scipy.sparse import csr_array

        shape = (len(self._lower), len(self.costs))
        matrix = csr_array((self._values, (self._rows, self._columns)), shape=shape)
        return matrix, np.array(self._lower), np.array(self._upper)


def _shortfalls(guests: list[Guest], labels: NDArray[np.int64], problem: MixedProblem) -> tuple[Shortfall, ...]:
    found = []
    sides = sorted({one.side for one in guests})
    for group in range(problem.groups):
        inside = [one for one, label in zip(guests, labels.tolist(), strict=True) if label == group]
        if len(inside) < problem.least:
            found.append(Shortfall(group, "size", problem.least - len(inside)))
        count = Counter(one.side for one in inside)
        found.extend(
            Shortfall(group, "side", problem.of_each_side - count[side], side)
            for side in sides
            if count[side] < problem.of_each_side
        )
        kinds = len({one.kind for one in inside})
        if kinds < problem.kinds:
            found.append(Shortfall(group, "kinds", problem.kinds - kinds))
    return tuple(found)


def _means(vectors: NDArray[np.float32], labels: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    total = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    placed = labels >= 0
    np.add.at(total, labels[placed], vectors[placed])
    return _unit(total)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(
        np.float32
    )
    return unit
