"""What an organisation's history says of each act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from qiao.activity.models import AuditEntry
from qiao.directory.acts import ACTS
from qiao.directory.enums import ListingState, MembershipState, PersonRole
from qiao.directory.models import Affiliation, Listing, Organisation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_STATES: dict[str, StrOrPromise] = {
    **{str(state.value): state.label for state in PersonRole},
    **{str(state.value): state.label for state in MembershipState},
    **{str(state.value): state.label for state in ListingState},
}


@dataclass(frozen=True)
class Line:
    """One act: who did what to what, and when."""

    at: datetime
    who: str
    what: str
    subject: str
    after: str


def history_lines(organisation: Organisation, entries: list[AuditEntry]) -> list[Line]:
    """Lines of a page of the history. Colleagues are named; organisers and people who have left are not."""
    colleagues = {
        affiliation.user_id: affiliation.user.display_name
        for affiliation in Affiliation.objects.filter(organisation=organisation).select_related("user")
    }
    ids = [int(entry.subject_id) for entry in entries if entry.subject_type == Listing._meta.label_lower]
    titles = dict(Listing.objects.filter(organisation=organisation, pk__in=ids).values_list("pk", "title"))
    return [
        Line(
            at=entry.at,
            who=_who(entry, colleagues),
            what=str(ACTS.get(entry.verb) or entry.verb.replace("_", " ")),
            subject=titles.get(int(entry.subject_id), "") if entry.subject_type == Listing._meta.label_lower else "",
            after=str(_STATES.get(entry.after, "")),
        )
        for entry in entries
    ]


def _who(entry: AuditEntry, colleagues: dict[int, str]) -> str:
    actor_id = entry.actor_id
    if actor_id is None:
        return _("The site")
    if entry.verb.startswith(("review_", "suspend_", "restore_", "retract_", "import_")):
        return _("An organiser")
    return colleagues.get(actor_id) or _("Somebody who is not with you")
