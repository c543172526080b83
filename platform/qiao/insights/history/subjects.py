"""What the acts in the log were about, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from matching.app.models import Proposal, ScoringModel
from qiao.activity.models import AuditEntry
from qiao.bridges.models import BridgeStaff
from qiao.calls.models import Call, Entry
from qiao.directory.models import Affiliation, ImportJob, Listing, Membership, Organisation
from qiao.partnerships.models import Introduction
from qiao.workshops.models import Meeting, Registration, Session, Workshop

#: Kind and id, as the log keeps them.
Key = tuple[str, str]


@dataclass(frozen=True)
class Subject:
    """Something an act was about. `thing` is the row itself, for who makes an address of it."""

    name: str
    thing: Model


#: Names alone are read: texts and what they are searched by are long.
_PAIR = tuple(f"{side}__{name}" for side in ("first", "second") for name in ("name_en", "name_zh"))


def _of_members(memberships: Any) -> Any:
    names = ("organisation__name_en", "organisation__name_zh")
    return memberships.select_related("organisation").only("public_id", *names)


def _who_meets(meeting: Meeting) -> str:
    return " – ".join(member.registration.name for member in meeting.members.all())


def names_for_desk(bridge_id: int, entries: Iterable[AuditEntry]) -> dict[Key, Subject]:
    """Of what is on the bridge, in one query a kind. What is gone has no name."""
    ids = _ids(entries)
    found: dict[Key, Subject] = {}

    def add(rows: Iterable[Any], name: Callable[[Any], str]) -> None:
        for row in rows:
            found[(row._meta.label_lower, str(row.pk))] = Subject(name(row), row)

    def named(model: Any) -> Any:
        return model.objects.filter(pk__in=ids.get(model._meta.label_lower, ()), bridge_id=bridge_id)

    kinds = ids.keys()
    if kinds & {"directory.listing"}:
        add(named(Listing).only("title", "public_id"), lambda one: str(one.title))
    if kinds & {"directory.membership"}:
        add(_of_members(named(Membership)), lambda one: str(one.organisation.name))
    if kinds & {"directory.organisation"}:
        members = Membership.objects.filter(bridge_id=bridge_id, organisation__in=ids["directory.organisation"])
        for one in _of_members(members):
            key = (Organisation._meta.label_lower, str(one.organisation_id))
            found[key] = Subject(one.organisation.name, one)
    if kinds & {"directory.importjob"}:
        add(named(ImportJob).only("file_name", "public_id"), lambda one: str(one.file_name))
    if kinds & {"matching.scoringmodel"}:
        add(
            named(ScoringModel).only("pk", "version"),
            lambda one: _("Weights, version %(version)s") % {"version": one.version},
        )
    if kinds & {"bridges.bridgestaff"}:
        add(named(BridgeStaff).select_related("user"), lambda one: str(one.user.display_name))
    if kinds & {"calls.call"}:
        add(named(Call).only("title", "public_id"), lambda one: str(one.title))
    if entries_of := ids.get("calls.entry"):
        rows = Entry.objects.filter(pk__in=entries_of, call__bridge_id=bridge_id).select_related("call")
        add(rows.only("public_id", "call__title", "call__public_id"), lambda one: str(one.call.title))
    if kinds & {"workshops.workshop"}:
        add(named(Workshop).only("name", "public_id"), lambda one: str(one.name))
    if kinds & {"workshops.session"}:
        sessions = Session.objects.filter(pk__in=ids["workshops.session"], workshop__bridge_id=bridge_id)
        add(sessions.only("title", "public_id"), lambda one: str(one.title))
    if kinds & {"workshops.registration"}:
        people = Registration.objects.filter(pk__in=ids["workshops.registration"], workshop__bridge_id=bridge_id)
        add(people.only("name", "public_id"), lambda one: str(one.name))
    if kinds & {"workshops.meeting"}:
        meetings = Meeting.objects.filter(pk__in=ids["workshops.meeting"], workshop__bridge_id=bridge_id)
        add(meetings.prefetch_related("members__registration"), _who_meets)
    for model in (Introduction, Proposal):
        if kinds & {model._meta.label_lower}:
            add(
                named(model).select_related("first", "second").only(*_PAIR),
                lambda one: f"{one.first.name} – {one.second.name}",
            )
    return found


def names_for_people(user: Any, own: set[int], entries: Iterable[AuditEntry]) -> dict[Key, Subject]:
    """Of what the reader may see. Another side that is not introduced has no name here."""
    ids = _ids(entries)
    found: dict[Key, Subject] = {}

    def add(row: Any, name: str) -> None:
        found[(row._meta.label_lower, str(row.pk))] = Subject(name, row)

    if listings := ids.get("directory.listing"):
        for listing in Listing.objects.visible_to(user).filter(pk__in=listings).select_related("bridge"):
            add(listing, listing.title)
    if affiliations := ids.get("directory.affiliation"):
        rows = Affiliation.objects.filter(pk__in=affiliations, organisation__in=own)
        for affiliation in rows.select_related("user"):
            add(affiliation, affiliation.user.display_name)
    if introductions := ids.get("partnerships.introduction"):
        visible = Introduction.objects.visible_to(user).filter(pk__in=introductions)
        for one in visible.select_related("bridge", "first", "second"):
            other = one.second if one.first_id in own else one.first
            add(one, other.name if one.is_introduced else _("Request for an introduction"))
    if calls := ids.get("calls.call"):
        for call in Call.objects.visible_to(user).filter(pk__in=calls).select_related("bridge"):
            add(call, call.title)
    if entries_of := ids.get("calls.entry"):
        for entry in Entry.objects.visible_to(user).filter(pk__in=entries_of).select_related("call__bridge"):
            add(entry, entry.call.title)
    if workshops := ids.get("workshops.workshop"):
        for workshop in Workshop.objects.visible_to(user).filter(pk__in=workshops).select_related("bridge"):
            add(workshop, str(workshop.name))
    if registrations := ids.get("workshops.registration"):
        seen = Registration.objects.visible_to(user).filter(pk__in=registrations)
        for person in seen.select_related("workshop__bridge"):
            add(person, f"{person.workshop.name}: {person.name}")
    if meetings := ids.get("workshops.meeting"):
        theirs = Meeting.objects.visible_to(user).filter(pk__in=meetings)
        for meeting in theirs.prefetch_related("members__registration"):
            add(meeting, _who_meets(meeting))
    if proposals := ids.get("matching.proposal"):
        for proposal in Proposal.objects.visible_to(user).filter(pk__in=proposals).select_related("bridge"):
            add(proposal, _("Proposal"))
    return found


def _ids(entries: Iterable[AuditEntry]) -> dict[str, set[int]]:
    ids: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_id.isdigit():
            ids.setdefault(entry.subject_type, set()).add(int(entry.subject_id))
    return ids
