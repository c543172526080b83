"""Everything that a person can read of introductions, in a form that two bridges can be compared by."""

from __future__ import annotations

import re
from typing import Any

from matching.app.domain.queries.proposal_view import proposal_views
from qiao.activity.models import AuditEntry
from qiao.common.errors import QiaoError
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.domain.conversation import readers_of, unread_counts
from qiao.partnerships.domain.limits import allowance_of
from qiao.partnerships.domain.queries.attention import waiting_for, with_milestones_to_confirm
from qiao.partnerships.domain.queries.introduction_view import (
    IntroductionView,
    introduction_rows,
    introduction_view,
    introductions_to_answer,
)
from qiao.partnerships.domain.remembering import as_known_to
from qiao.partnerships.models import Document, FollowUp, Introduction, Message, Milestone, PrivateNote
from tests.partnerships.cast import Cast


def all_that(cast: Cast, who: str) -> dict[str, Any]:
    """What one person of the cast can read, on every way there is."""
    user = cast.user(who)
    own = cast.organisation(who[0]) if who[1:2] == "." else None
    visible = list(Introduction.objects.visible_to(user).on_bridge(cast.bridge).in_full().order_by("pk"))
    if own is not None:  # as its pages do
        visible = [as_known_to(one, own.pk) for one in visible]
    found: dict[str, Any] = {
        "introductions": [_introduction(one) for one in visible],
        "views": [_view(introduction_view(user, one)) for one in visible],
        "readers": [
            sorted((one.user.name, one.read_at) for one in readers_of(introduction)) for introduction in visible
        ],
        "messages": [
            (one.kind, one.text, one.organisation and one.organisation.name, one.created_at, one.retracted_at)
            for one in Message.objects.visible_to(user).filter(introduction__bridge=cast.bridge)
        ],
        "documents": list(
            Document.objects.visible_to(user).filter(introduction__bridge=cast.bridge).values_list("name", "size")
        ),
        "milestones": [
            (one.stage, one.happened_on, one.state, one.comment, one.updated_at)
            for one in Milestone.objects.visible_to(user).filter(introduction__bridge=cast.bridge)
        ],
        "follow_ups": list(
            FollowUp.objects.visible_to(user)
            .filter(introduction__bridge=cast.bridge)
            .values_list("organisation__name_en", "months", "due_on", "sent_at", "answer", "comment")
        ),
        "notes": list(
            PrivateNote.objects.visible_to(user).filter(introduction__bridge=cast.bridge).values_list("text", flat=True)
        ),
    }
    if user.is_authenticated:
        found["unread"] = list(unread_counts(user, visible).values())
        found["waiting"] = waiting_for(user, cast.bridge)
        found["told"] = [
            (one.kind, one.sentence, cast_free(cast, one.url), one.context, one.topic, one.created_at)
            for one in Notification.objects.filter(user=user).order_by("pk")
        ]
        found["mail"] = [
            (one.template, cast_free(cast, one.subject), cast_free(cast, one.text))
            for one in OutgoingMail.objects.filter(to=user.email).order_by("pk")
        ]
    if own is not None:
        found["rows"] = [
            (one.their_name, one.state, one.state_label, one.tab, one.i_ask, one.my_answer, one.unread, one.lapses_at)
            for one in introduction_rows(user, own, cast.bridge)
        ]
        found["to_answer"] = introductions_to_answer(user, own, cast.bridge)
        found["to_confirm"] = len(with_milestones_to_confirm(own, visible))
        found["allowance"] = allowance_of(own, cast.bridge)
        found["list"] = [
            (one.theirs.author.organisation and one.theirs.author.organisation.name, one.rank, one.is_current)
            for one in proposal_views(user, own, cast.bridge)
        ]
        found["acts"] = [
            (one.verb, *(re.sub(r"^\d+$", "somebody", text) for text in (one.before, one.after)), one.at)
            for one in AuditEntry.objects.visible_to(user).filter(bridge_id=cast.bridge.pk).order_by("pk")
        ]
    return found


def cast_free(cast: Cast, text: str) -> str:
    """The text without what is peculiar to one bridge: its address and name, and identifiers in links."""
    text = re.sub(r"(https?:/)?/\S+", lambda link: re.sub(r"[\w:-]{8,}", "…", link.group()), text)
    text = text.replace(f"/{cast.bridge.slug}/", "/bridge/").replace(cast.domain, "domain")
    for name in (cast.bridge.name.data or {}).values():
        text = text.replace(name, "Bridge")
    return text


def refusal_of(error: QiaoError) -> tuple[str, str, str]:
    """What somebody reads who was refused."""
    return type(error).__name__, str(error), str(getattr(error, "errors", ""))


def _introduction(one: Introduction) -> tuple[Any, ...]:
    return (
        one.state, one.paused_until, one.via_advisers, one.requested_at, one.lapses_at, one.opened_at, one.closed_at,
        one.close_reason, one.close_note, one.note, one.next_step, one.next_step_on, one.stage, one.stirred_at,
        one.created_at, one.updated_at, len(one.agenda),
    )  # fmt: skip


def _view(view: IntroductionView | None) -> dict[str, Any] | None:
    if view is None:
        return None
    return {
        "contact": view.their_contact and (view.their_contact.name, view.their_contact.title),
        "name": view.row.their_name,
        "state": (view.row.state, view.row.state_label, view.row.tab, view.row.overdue),
        "mine": (view.party.answer, view.party.asks, view.party.reason, view.party.comment, view.party.later_until),
        "proposal": view.proposal and (view.proposal.is_current, len(view.proposal.reasons), len(view.proposal.gains)),
        "agenda": [item.text for item in view.agenda],
        "milestones": [
            (one.milestone.stage, one.milestone.state, one.i_agree, one.they_agree, one.their_comment, one.may_judge)
            for one in view.milestones
        ],
        "follow_ups": [(one.months, one.answer) for one in view.follow_ups],
        "may": {
            name: getattr(view, name)
            for name in (
                "may_act", "may_answer", "may_ask_back", "may_take_back", "may_withdraw", "may_question", "may_write",
                "may_close", "may_reopen", "must_acknowledge",
            )
        },
    }  # fmt: skip
