"""What reviewers think of entries, as far as a reader may know it yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from qiao.calls.enums import Verdict
from qiao.calls.models import CallStage, Conflict, Entry, Mark, Reviewer


@dataclass(frozen=True)
class MarkLine:
    """One mark that the reader may see. `note` is empty for who is no reviewer."""

    who: str
    verdict: Verdict
    note: str
    is_own: bool


@dataclass(frozen=True)
class Marking:
    """How far the marking of one entry in a stage has come. `lines` and `tally` are empty until it is open."""

    given: int
    expected: int
    is_open: bool
    tally: dict[str, int] = field(default_factory=dict)
    lines: tuple[MarkLine, ...] = ()
    own: Mark | None = None

    @property
    def tally_rows(self) -> list[tuple[str, str, int]]:
        """Value, label and number of each verdict, in their order."""
        return [(str(one), str(one.label), self.tally.get(str(one), 0)) for one in Verdict]


def markings(stage: CallStage, entries: Iterable[Entry], user: Any, *, with_notes: bool = False) -> dict[int, Marking]:
    """The marking of each entry in a stage, by the entry's id, in a number of queries that does not grow.

    `with_notes`: for the pages of reviewers, who alone read them.
    """
    ids = [entry.pk for entry in entries]
    given = Counter(
        Mark.objects.filter(stage=stage, entry__in=ids, reviewer__removed_at=None).values_list("entry_id", flat=True)
    )
    opened = set(Mark.objects.filter(stage=stage, entry__in=ids).opened().values_list("entry_id", flat=True))
    expected = _expected(stage, ids)
    lines: dict[int, list[MarkLine]] = defaultdict(list)
    tally: dict[int, Counter[str]] = defaultdict(Counter)
    own: dict[int, Mark] = {}
    visible = Mark.objects.visible_to(user).filter(stage=stage, entry__in=ids).select_related("reviewer__user")
    for mark in visible:
        is_own = mark.reviewer.user_id == user.pk
        if is_own:
            own[mark.entry_id] = mark
        if mark.entry_id not in opened:
            continue
        tally[mark.entry_id][mark.verdict] += 1
        person = mark.reviewer.user
        lines[mark.entry_id].append(
            MarkLine(
                who=person.display_name if person is not None else "",
                verdict=Verdict(mark.verdict),
                note=mark.note if with_notes else "",
                is_own=is_own,
            )
        )
    return {
        pk: Marking(
            given=given[pk],
            expected=expected[pk],
            is_open=pk in opened or stage.marked_at is not None,
            tally=dict(tally[pk]),
            lines=tuple(lines[pk]),
            own=own.get(pk),
        )
        for pk in ids
    }


def is_all_marked(stage: CallStage) -> bool:
    """Whether every entry of a stage is marked by everybody who is to mark it, and there is anybody."""
    ids = list(Entry.objects.in_stage(stage).values_list("pk", flat=True))
    expected = _expected(stage, ids)
    given = Counter(
        Mark.objects.filter(stage=stage, entry__in=ids, reviewer__removed_at=None).values_list("entry_id", flat=True)
    )
    return any(expected.values()) and all(given[pk] >= expected[pk] for pk in ids)


def _expected(stage: CallStage, entry_ids: list[int]) -> dict[int, int]:
    """How many reviewers are to mark each entry: all but those who keep out of it."""
    reviewers = Reviewer.objects.active().filter(call=stage.call_id)
    judging = set(reviewers.exclude(pk__in=reviewers.entering().values("pk")).values_list("pk", flat=True))
    said = Conflict.objects.filter(reviewer__in=judging, entry__in=entry_ids)
    out = Counter(said.values_list("entry_id", flat=True))
    return {pk: len(judging) - out[pk] for pk in entry_ids}
