"""What an organisation's history says of each act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.activity.models import AuditEntry
from qiao.directory.enums import ListingState, MembershipState, PersonRole
from qiao.directory.models import Affiliation, Listing, Organisation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WORDS: dict[str, StrOrPromise] = {
    "create_organisation": gettext_lazy("added the organisation"),
    "update_organisation": gettext_lazy("changed the profile"),
    "apply_to_bridge": gettext_lazy("applied for membership of the bridge"),
    "leave_bridge": gettext_lazy("left the bridge"),
    "review_membership": gettext_lazy("decided on the membership"),
    "create_listing": gettext_lazy("wrote a need or offer"),
    "update_listing": gettext_lazy("changed a need or offer"),
    "submit_listing": gettext_lazy("sent a need or offer to review"),
    "return_listing_to_draft": gettext_lazy("took a need or offer back from review"),
    "review_listing": gettext_lazy("decided on a need or offer"),
    "pause_listing": gettext_lazy("paused a need or offer"),
    "resume_listing": gettext_lazy("showed a need or offer again"),
    "fulfil_listing": gettext_lazy("marked a need or offer as fulfilled"),
    "withdraw_listing": gettext_lazy("withdrew a need or offer"),
    "reopen_listing": gettext_lazy("reopened a need or offer"),
    "expire_listing": gettext_lazy("ended a need or offer on its date"),
    "delete_draft": gettext_lazy("deleted a draft"),
    "invite": gettext_lazy("invited somebody"),
    "revoke_invitation": gettext_lazy("took an invitation back"),
    "accept_invitation": gettext_lazy("accepted an invitation"),
    "change_person_role": gettext_lazy("changed somebody's role"),
    "remove_person": gettext_lazy("removed somebody"),
    "leave_organisation": gettext_lazy("left the organisation"),
    "ask_to_join": gettext_lazy("asked to join"),
    "block_organisation": gettext_lazy("stopped proposals with another organisation"),
    "unblock_organisation": gettext_lazy("allowed proposals with another organisation again"),
}
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
            what=str(WORDS.get(entry.verb) or entry.verb.replace("_", " ")),
            subject=titles.get(int(entry.subject_id), "") if entry.subject_type == Listing._meta.label_lower else "",
            after=str(_STATES.get(entry.after, "")),
        )
        for entry in entries
    ]


def _who(entry: AuditEntry, colleagues: dict[int, str]) -> str:
    actor_id = entry.actor_id
    if actor_id is None:
        return _("The site")
    if entry.verb.startswith("review_"):
        return _("An organiser")
    return colleagues.get(actor_id) or _("Somebody who is not with you")
