"""The history of an object: who did what, when, to what, from which state to which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from qiao.activity.models import AuditEntry
from qiao.activity.querysets import AuditEntryQuerySet
from qiao.activity.readers import ids_of
from qiao.directory.models import Organisation
from qiao.insights.history.people import Named, Unnamed
from qiao.insights.history.sentences import sentence_of, state_words
from qiao.insights.history.subjects import Key, Subject, names_for_desk, names_for_people
from qiao.partnerships.enums import Stage

#: The page of a thing; "" if it has none. Only the surfaces know.
Address = Callable[[Model], str]
#: How many acts an object's page shows.
SHOWN = 40


@dataclass(frozen=True)
class HistoryLine:
    """One act. `address` is the page of what it was about, if there is one for this reader."""

    entry: AuditEntry
    at: datetime
    who: str
    what: str
    subject: str
    address: str
    before: str
    after: str
    about: str


def history_of(obj: Model, user: Any, *, address: Address, at_desk: bool = False) -> list[HistoryLine]:
    """The last acts on an object that the person may read, newest first, in a number of queries that does not grow.

    `at_desk`: for the pages of those who run its bridge, where people are named and what is private to a side is not.
    """
    entries = list(entries_of(obj, user, at_desk=at_desk)[:SHOWN])
    if at_desk:
        return desk_lines(getattr(obj, "bridge_id", 0), entries, address=address, but=obj)
    return people_lines(entries, user, own=own_side(obj, user), address=address, but=obj)


def entries_of(obj: Model, user: Any, *, at_desk: bool = False) -> AuditEntryQuerySet:
    """The same as rows. An organisation's history holds what was done to all that is its own."""
    entries: AuditEntryQuerySet = AuditEntry.objects.visible_to(user)
    entries = entries.of_organisation(obj.pk) if isinstance(obj, Organisation) else entries.about(obj)
    return entries.filter(private=False) if at_desk else entries


def own_side(obj: Model, user: Any) -> set[int]:
    """The organisations that the reader stands for before this object."""
    if isinstance(obj, Organisation):
        return {obj.pk}
    of: int | None = getattr(obj, "organisation_id", None)
    if of is not None:
        return {of}
    return set(ids_of("own", user)) if user.is_authenticated else set()


def desk_lines(
    bridge_id: int, entries: list[AuditEntry], *, address: Address, but: Model | None = None
) -> list[HistoryLine]:
    """Lines for those who run the bridge. `but` is the page's own object, which need not be named on each line."""
    people, subjects = Named(entries), names_for_desk(bridge_id, entries)
    return [_line(entry, people, subjects, address, but) for entry in entries]


def people_lines(
    entries: list[AuditEntry], user: Any, *, own: set[int], address: Address, but: Model | None = None
) -> list[HistoryLine]:
    """Lines for the people of the organisations `own`."""
    people, subjects = Unnamed(entries, own), names_for_people(user, own, entries)
    return [_line(entry, people, subjects, address, but) for entry in entries]


def _line(
    entry: AuditEntry, people: Named, subjects: dict[Key, Subject], address: Address, but: Model | None
) -> HistoryLine:
    key = (entry.subject_type, entry.subject_id)
    is_it = but is not None and key == (but._meta.label_lower, str(but.pk))
    subject = None if is_it else subjects.get(key)
    before, after = state_words(entry)
    stage = entry.detail.get("stage")
    return HistoryLine(
        entry=entry,
        at=entry.at,
        who=people.who(entry),
        what=sentence_of(entry.verb),
        subject=subject.name if subject else "",
        address=address(subject.thing) if subject else "",
        before=before,
        after=after,
        about=str(Stage(stage).label) if stage in Stage.values else "",
    )
