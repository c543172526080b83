"""What has happened in an introduction, as one side may know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.activity.models import AuditEntry
from qiao.directory.models import Affiliation
from qiao.partnerships.domain.queries.introduction_view import IntroductionView
from qiao.partnerships.enums import Stage

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 40
#: What each act is called, as the sentence goes on after who did it.
ACTS: dict[str, StrOrPromise] = {
    "request_introduction": gettext_lazy("asked for an introduction"),
    "send_queued_request": gettext_lazy("passed a waiting request on"),
    "introduce_by_hand": gettext_lazy("proposed an introduction"),
    "pass_on_request": gettext_lazy("passed the request on"),
    "do_not_pass_on_request": gettext_lazy("did not pass the request on"),
    "open_introduction": gettext_lazy("said interested: both sides are introduced"),
    "answer_request": gettext_lazy("answered for your organisation"),
    "take_back_answer": gettext_lazy("took the answer back"),
    "withdraw_request": gettext_lazy("withdrew the request"),
    "lapse_request": gettext_lazy("let the request lapse on its date"),
    "remind_of_request": gettext_lazy("reminded your organisation"),
    "nudge": gettext_lazy("reminded your organisation"),
    "assign_adviser": gettext_lazy("changed who advises"),
    "pause_introduction": gettext_lazy("paused it"),
    "resume_introduction": gettext_lazy("went on with it"),
    "close_introduction": gettext_lazy("closed it"),
    "reopen_introduction": gettext_lazy("opened it again"),
    "set_next_step": gettext_lazy("changed the next step"),
    "set_contact": gettext_lazy("changed the contact"),
    "record_milestone": gettext_lazy("recorded a milestone"),
    "confirm_milestone": gettext_lazy("confirmed a milestone"),
    "dispute_milestone": gettext_lazy("disputed a milestone"),
    "withdraw_milestone": gettext_lazy("took a milestone back"),
    "retract_message": gettext_lazy("took a message back"),
    "answer_follow_up": gettext_lazy("answered how it goes"),
}


@dataclass(frozen=True)
class HistoryLine:
    """One act."""

    at: datetime
    who: str
    what: str
    about: str


def history_of(view: IntroductionView) -> list[HistoryLine]:
    """The acts that this side may read, newest first. What the other side did privately is not among them."""
    organisation = view.row.organisation
    entries = list(
        AuditEntry.objects.about(view.introduction)
        .filter(Q(organisation_id=organisation.pk) | Q(also__contains=[organisation.pk], private=False), verb__in=ACTS)
        .select_related("actor")[:SHOWN]
    )
    sides: dict[Any, set[int]] = {}
    ids = (view.introduction.first_id, view.introduction.second_id)
    for user_id, organisation_id in Affiliation.objects.filter(
        user__in={entry.actor_id for entry in entries} - {None}, organisation__in=ids
    ).values_list("user_id", "organisation_id"):
        sides.setdefault(user_id, set()).add(organisation_id)
    return [
        HistoryLine(
            at=entry.at,
            who=_who(view, entry, sides.get(entry.actor_id, set())),
            what=str(ACTS[entry.verb]),
            about=str(Stage(entry.detail["stage"]).label) if entry.detail.get("stage") in Stage.values else "",
        )
        for entry in entries
    ]


def _who(view: IntroductionView, entry: AuditEntry, sides: set[int]) -> str:
    if entry.actor_id is None:
        return _("The site")
    name = entry.actor.display_name if entry.actor is not None else _("Somebody who has left")
    if view.row.organisation.pk in sides:
        return str(name)
    if sides:
        return str(name) if view.introduction.is_introduced else view.row.their_name
    return _("An organiser")
