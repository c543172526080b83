"""The pairs of a bridge as a choice reads them: column by column, since a large bridge has a million."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone
from numpy.typing import NDArray

from matching.app.enums import TAKE_NO_PLACE, ResponseKind
from matching.app.models import Proposal, Response
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair
from qiao.bridges.models import MatchingPolicy
from qiao.directory.enums import OrganisationSize
from qiao.directory.models import Membership

#: Who became a member this lately is a newcomer.
NEWCOMER_FOR = timedelta(days=90)
#: An own answer is awaited for no longer: a request lapses within it.
RECENT = timedelta(days=90)
SMALL = (OrganisationSize.MICRO, OrganisationSize.SMALL)

Key = tuple[int, int]
Rows = NDArray[np.void]

#: One current pair; a place of 0 is none. `kept` is whether a side goes on finding it whatever is chosen.
ROW = np.dtype(
    [
        ("pk", "i8"), ("first", "i8"), ("second", "i8"),
        ("score", "f8"), ("for_first", "f8"), ("for_second", "f8"),
        ("place_first", "i4"), ("place_second", "i4"), ("to_try", "?"), ("kept", "?"),
    ]
)  # fmt: skip


def look_up_pairs() -> None:
    """Have PostgreSQL look pairs up by their organisations, to the end of the transaction.

    By its own estimates it would rather read all pairs there are when a thousand organisations are asked for: a second
    and more on a large bridge, where looking them up takes some hundredths.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('enable_seqscan', 'off', true), set_config('random_page_cost', '1', true),"
            " set_config('cpu_index_tuple_cost', '0.001', true)"
        )


def read_pairs(bridge_id: int, *, of: Iterable[int] | None = None, chosen: bool = False) -> Rows:
    """Current pairs of a bridge, in the order of their ids, as they are at one moment.

    Of all organisations, or `of` these at either end; only those in a list if asked.
    """
    pairs = Proposal.objects.current().filter(bridge_id=bridge_id)
    if of is not None:
        pairs = pairs.filter(_either_of("first_id", "second_id", of))
    if chosen:
        pairs = pairs.filter(Q(rank_for_first__isnull=False) | Q(rank_for_second__isnull=False))
    values = pairs.order_by().values_list(
        "pk", "first_id", "second_id", "score", "score_for_first", "score_for_second",
        Coalesce("rank_for_first", Value(0)), Coalesce("rank_for_second", Value(0)), "to_try",
        ExpressionWrapper(Q(kept_for_first=True) | Q(kept_for_second=True), output_field=BooleanField()),
    )  # fmt: skip
    rows = np.fromiter(values.iterator(chunk_size=10_000), dtype=ROW)
    return rows[np.argsort(rows["pk"], kind="stable")]


def _either_of(one: str, other: str, organisations: Iterable[int]) -> RawSQL:
    """Whether either column is one of these. As arrays: thousands of single numbers take longer to say than to find."""
    ids = sorted(set(organisations))
    return RawSQL(  # noqa: S611 - our own columns
        f"({one} = ANY(%s::bigint[]) OR {other} = ANY(%s::bigint[]))",
        (ids, ids),
        output_field=BooleanField(),
    )


def _ids(organisations: Iterable[int]) -> RawSQL:
    return RawSQL("SELECT unnest(%s::bigint[])", (sorted(set(organisations)),))


def keys_of(rows: Rows) -> list[Key]:
    """The two organisations of each row."""
    return list(zip(rows["first"].tolist(), rows["second"].tolist(), strict=True))


@dataclass(frozen=True)
class Answers:
    """Who has answered whom on a bridge, by organisation and other.

    `given` stand: what is answered takes no place in the list of who has answered. `recent` are those of the last
    months, `introduced` those that both sides know of, and `ever` whoever has done anything with the other's proposal,
    undone or not: it has had it.
    """

    given: frozenset[Key] = frozenset()
    recent: frozenset[Key] = frozenset()
    introduced: frozenset[Key] = frozenset()
    ever: frozenset[Key] = frozenset()

    @classmethod
    def of(cls, bridge_id: int, organisations: Iterable[int] | None = None) -> Answers:
        """By these organisations or to them, or all."""
        every = Response.objects.filter(bridge=bridge_id)
        if organisations is not None:
            every = every.filter(_either_of("organisation_id", "other_id", organisations))
        lately = timezone.now() - RECENT
        given, recent, introduced, ever = set(), set(), set(), set()
        rows = every.values_list("organisation_id", "other_id", "kind", "voided_at", "created_at")
        for organisation, other, kind, voided_at, created_at in rows.iterator(chunk_size=10_000):
            key = (organisation, other)
            ever.add(key)
            if voided_at is None and kind in TAKE_NO_PLACE:
                given.add(key)
                if created_at >= lately:
                    recent.add(key)
                if kind == ResponseKind.INTRODUCED:
                    introduced.add(key)
        return cls(frozenset(given), frozenset(recent), frozenset(introduced), frozenset(ever))


def problem_of(
    rows: Rows,
    policy: MatchingPolicy,
    answers: Answers,
    floors: dict[str, int],
    *,
    fixed: Iterable[Key] = (),
) -> ChoiceProblem:
    """What is to be chosen of these pairs."""
    return ChoiceProblem(
        pairs=_pairs(rows, policy, answers),
        default_capacity=policy.proposals_per_organisation,
        default_requests=float(policy.requests_per_organisation),
        floor=floors,
        fixed=frozenset((str(first), str(second)) for first, second in fixed),
    )


def floors_of(bridge_id: int, policy: MatchingPolicy, organisations: Iterable[int] | None = None) -> dict[str, int]:
    """How many each newcomer or small firm should receive at least: of these organisations, or of all."""
    if not policy.newcomer_floor:
        return {}
    newcomers = (
        Membership.objects.approved()
        .filter(bridge_id=bridge_id)
        .filter(Q(decided_at__gte=timezone.now() - NEWCOMER_FOR) | Q(organisation__size__in=SMALL))
    )
    if organisations is not None:
        newcomers = newcomers.filter(organisation__in=_ids(organisations))
    return {str(pk): policy.newcomer_floor for pk in newcomers.values_list("organisation_id", flat=True)}


def are_chosen(rows: Rows, solution: ChoiceSolution) -> NDArray[np.bool_]:
    """Which rows are among the pairs chosen."""
    chosen = {(int(pair.first), int(pair.second)) for pair in solution.pairs}
    return np.fromiter((key in chosen for key in keys_of(rows)), np.bool_, len(rows))


def _pairs(rows: Rows, policy: MatchingPolicy, answers: Answers) -> tuple[Pair, ...]:
    """What may be chosen, so that no list tells its reader what the other side of a pair has answered.

    A side goes on receiving what it has had until it answers itself, and again when it takes its answer back: only what
    it has never had is not proposed to it anew. It expects as many requests as if the other side read on. A pair that
    both have answered takes no place, and keeps its numbers.
    """
    given = answers.given
    good = rows[rows["score"] >= policy.least_score]
    names: dict[int, str] = {}  # one string for all pairs of an organisation
    pairs = []
    for first, second, score, for_first, for_second, place_first, place_second in zip(
        *(good[column].tolist() for column in _READ), strict=True
    ):
        key, back = (first, second), (second, first)
        by_first, by_second = key in given, back in given
        listed_by_first = not by_first and (not by_second or place_first > 0 or key in answers.ever)
        listed_by_second = not by_second and (not by_first or place_second > 0 or back in answers.ever)
        is_listed = listed_by_first or listed_by_second
        if not is_listed:
            is_numbered = place_first > 0 or place_second > 0
            if not is_numbered or key in answers.introduced or back in answers.introduced:
                continue
        pairs.append(
            Pair(
                first=names.setdefault(first, str(first)),
                second=names.setdefault(second, str(second)),
                score=score,
                # Who does not read it does not ask; but that is not for the other side to know.
                requests_to_first=for_first if is_listed or key in answers.recent else 0.0,
                requests_to_second=for_second if is_listed or back in answers.recent else 0.0,
                listed_by_first=listed_by_first,
                listed_by_second=listed_by_second,
            )
        )
    return tuple(pairs)


_READ = ("first", "second", "score", "for_first", "for_second", "place_first", "place_second")
