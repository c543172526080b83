"""What the bridge's log says of each act, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from matching.app.enums import RunState
from matching.app.models import ScoringModel
from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff
from qiao.directory.acts import ACTS, DESK_ACTS
from qiao.directory.enums import ImportState, ListingState, MembershipState, PersonRole, RowOutcome
from qiao.directory.models import ImportJob, Listing, Membership, Organisation

_WORDS: tuple[Any, ...] = (RowOutcome, PersonRole, BridgeRole, RunState, MembershipState, ListingState, ImportState)
_STATES: dict[str, Any] = {str(word.value): word.label for words in _WORDS for word in words}


@dataclass(frozen=True)
class Line:
    """One act: when, who, what, on what (with its page at the desk, if it has one), and from which state to which."""

    at: datetime
    who: str
    what: str
    subject: str
    address: str
    before: str
    after: str


def log_lines(bridge: Bridge, entries: list[AuditEntry]) -> list[Line]:
    """Lines of a page of the log, in a number of queries that does not grow with it."""
    people = User.objects.in_bulk({entry.actor_id for entry in entries if entry.actor_id})
    subjects = _subjects(bridge, entries)
    lines = []
    for entry in entries:
        subject, address = subjects.get((entry.subject_type, entry.subject_id), ("", ""))
        lines.append(
            Line(
                at=entry.at,
                who=_who(entry, people),
                what=str(ACTS.get(entry.verb) or DESK_ACTS.get(entry.verb) or entry.verb.replace("_", " ")),
                subject=subject,
                address=address,
                before=str(_STATES.get(entry.before, entry.before)),
                after=str(_STATES.get(entry.after, entry.after)),
            )
        )
    return lines


def _who(entry: AuditEntry, people: dict[int, User]) -> str:
    if entry.actor_id is None:
        return _("The site")
    person = people.get(entry.actor_id)
    return person.display_name if person else _("A deleted account")


def _subjects(bridge: Bridge, entries: list[AuditEntry]) -> dict[tuple[str, str], tuple[str, str]]:
    """Name and address of what the acts were about. What is gone has neither."""
    ids: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_id.isdigit():
            ids.setdefault(entry.subject_type, set()).add(int(entry.subject_id))
    found: dict[tuple[str, str], tuple[str, str]] = {}

    def add(model: Any, pk: int, name: str, view: str = "", public_id: str = "") -> None:
        address = reverse(f"organiser:{view}", args=[bridge.slug, public_id]) if view else ""
        found[(model._meta.label_lower, str(pk))] = (name, address)

    for listing in Listing.objects.filter(pk__in=ids.get("directory.listing", ()), bridge=bridge):
        add(Listing, listing.pk, listing.title, "review_listing", listing.public_id)
    memberships = Membership.objects.filter(bridge=bridge).select_related("organisation")
    for one in memberships.filter(pk__in=ids.get("directory.membership", ())):
        add(Membership, one.pk, one.organisation.name, "review_membership", one.public_id)
    for one in memberships.filter(organisation__in=ids.get("directory.organisation", ())):
        add(Organisation, one.organisation_id, one.organisation.name, "review_membership", one.public_id)
    for job in ImportJob.objects.filter(pk__in=ids.get("directory.importjob", ()), bridge=bridge):
        add(ImportJob, job.pk, job.file_name, "import_job", job.public_id)
    models = ScoringModel.objects.filter(pk__in=ids.get("matching.scoringmodel", ()), bridge=bridge)
    for model in models.only("pk", "version"):
        name = _("Weights, version %(version)s") % {"version": model.version}
        address = reverse("organiser:learning", args=[bridge.slug])
        found[(ScoringModel._meta.label_lower, str(model.pk))] = name, address
    staff = BridgeStaff.objects.filter(pk__in=ids.get("bridges.bridgestaff", ()), bridge=bridge)
    for person in staff.select_related("user"):
        add(BridgeStaff, person.pk, person.user.display_name)
    return found
