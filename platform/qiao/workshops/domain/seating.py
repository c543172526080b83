"""Tables for meetings: one for each at a time, and people and organisations stay at theirs where it can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qiao.workshops.enums import AttendanceMode, MeetingState
from qiao.workshops.models import Meeting, MeetingMember, MeetingTable, Registration, Slot, Workshop


@dataclass(frozen=True)
class Party:
    """A meeting to be seated: who comes, with their organisations."""

    meeting: str
    people: tuple[int, ...]
    organisations: tuple[int, ...]


def tables_of(workshop: Workshop) -> list[MeetingTable]:
    """The tables there are."""
    return list(MeetingTable.objects.filter(workshop=workshop, removed_at=None).order_by("number"))


def needs_table(workshop: Workshop, people: Iterable[Registration], tables: Iterable[MeetingTable]) -> bool:
    """Whether a meeting takes a table: not where there are none, nor when all who meet take part online."""
    return workshop.has_venue and any(tables) and any(one.mode == AttendanceMode.ON_SITE for one in people)


def most_people(workshop: Workshop) -> int | None:
    """How many can sit at the largest table; None where there are none."""
    return max((table.seats for table in tables_of(workshop)), default=None)


def free_table(workshop: Workshop, slot: Slot, people: list[Registration], *, meeting: Meeting) -> MeetingTable | None:
    """A free table in a slot that seats them all: one where they sit at other times, else the first.

    The slot is locked to the end of the transaction, so that nobody else takes the same. None when all are taken.
    """
    Slot.objects.select_for_update(no_key=True).get(pk=slot.pk)
    at_the_time = Meeting.objects.filter(slot=slot, state=MeetingState.SCHEDULED).exclude(pk=meeting.pk)
    taken = set(at_the_time.values_list("table_id", flat=True))
    free = [table for table in tables_of(workshop) if table.pk not in taken and table.seats >= len(people)]
    if not free:
        return None
    at = MeetingMember.objects.filter(
        meeting__workshop=workshop, meeting__state=MeetingState.SCHEDULED, meeting__table__isnull=False
    ).exclude(meeting=meeting)
    own = Counter(at.filter(registration__in=people).values_list("meeting__table_id", flat=True))
    theirs = Counter(
        at.filter(registration__organisation__in={one.organisation_id for one in people}).values_list(
            "meeting__table_id", flat=True
        )
    )
    keeps = meeting.table_id
    return min(free, key=lambda one: (one.pk != keeps, -own[one.pk], -theirs[one.pk], one.seats, one.number))


def seat_all(
    parties: Mapping[int, list[Party]],
    tables: list[MeetingTable],
    kept: Mapping[int, Mapping[str, int]],
) -> dict[str, int | None]:
    """A table for each meeting of each slot (`parties` by slot), by id. `kept` are tables that stay taken as they are.

    An organisation with many meetings has a table of its own, as far as they go round, and meetings are held at that
    of either. None where no table is large enough or free.
    """
    home = _homes(parties, tables, kept)
    seats = {table.pk: table.seats for table in tables}
    order = {table.pk: table.number for table in tables}
    used: dict[int, Counter[int]] = defaultdict(Counter)
    seated: dict[str, int | None] = {}
    for slot in parties:
        taken = set(kept.get(slot, {}).values())
        # The largest first: they have the fewest tables to choose from.
        for party in sorted(parties[slot], key=lambda one: (-len(one.people), one.meeting)):
            if party.meeting in kept.get(slot, {}):
                seated[party.meeting] = kept[slot][party.meeting]
                continue
            free = [pk for pk in seats if pk not in taken and seats[pk] >= len(party.people)]
            if not free:
                seated[party.meeting] = None
                continue
            homes = {home.get(one) for one in party.organisations}
            best = min(
                free,
                key=lambda pk: (
                    pk not in homes, -sum(used[one][pk] for one in party.people), pk in home.values(), seats[pk],
                    order[pk],
                ),
            )  # fmt: skip
            taken.add(best)
            seated[party.meeting] = best
            for one in party.people:
                used[one][best] += 1
    return seated


def _homes(
    parties: Mapping[int, list[Party]], tables: list[MeetingTable], kept: Mapping[int, Mapping[str, int]]
) -> dict[int, int]:
    """A table for each of the busiest organisations; where they sit already comes first."""
    meetings: Counter[int] = Counter()
    sits: dict[int, Counter[int]] = defaultdict(Counter)
    for slot, held in parties.items():
        for party in held:
            for organisation in set(party.organisations):
                meetings[organisation] += 1
                if party.meeting in kept.get(slot, {}):
                    sits[organisation][kept[slot][party.meeting]] += 1
    free = [table.pk for table in tables]
    home: dict[int, int] = {}
    for organisation, _ in sorted(meetings.items(), key=lambda one: (-one[1], one[0])):
        if not free:
            break
        own = [pk for pk, _ in sits[organisation].most_common() if pk in free]
        chosen = own[0] if own else free[0]
        free.remove(chosen)
        home[organisation] = chosen
    return home
