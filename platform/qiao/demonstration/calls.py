"""The demonstration's calls: one that takes entries and one that is decided, made by the functions people's acts use.

Only their dates are moved back, for acts happen now; what the audit log says is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.calls.domain.calls import close_call, create_call, review_call, submit_call
from qiao.calls.domain.deciding import (
    advance_entries,
    award_entry,
    begin_deciding,
    end_marking,
    finish_call,
    write_feedback,
)
from qiao.calls.domain.entries import save_entry, submit_entry
from qiao.calls.domain.marks import mark_entry
from qiao.calls.domain.reviewers import accept_review, declare_interests, invite_reviewer
from qiao.calls.models import Call, CallStage, Entry
from qiao.directory.enums import PersonRole
from qiao.directory.models import Organisation, Sector
from qiao.notifications.models import OutgoingMail

_TEXTS = (
    "language", "title", "brief", "offers", "other_title", "other_brief", "other_offers", "kind", "partner_kinds",
    "time_zone", "words_per_answer", "most_entries", "most_invited",
)  # fmt: skip


def load_calls(
    bridge: Bridge, organisations: Mapping[str, Organisation], calls: Iterable[dict[str, Any]], organiser: Any
) -> int:
    """Make every call with its entries; returns how many."""
    made = 0
    for data in calls:
        _load(bridge, organisations, data, organiser)
        made += 1
    return made


def _load(bridge: Bridge, organisations: Mapping[str, Organisation], data: dict[str, Any], organiser: Any) -> None:
    owner = organisations[data["organisation"]]
    actor = _owner(owner)
    now = timezone.now()
    call = create_call(
        owner,
        actor=actor,
        bridge=bridge,
        criteria=data["criteria"],
        stages=data["stages"],
        sectors=Sector.objects.filter(code__in=data.get("sectors", ())),
        opens_at=now - timedelta(days=data["opened"]),
        closes_at=_at_five(now + timedelta(days=max(data["closes"], 1)), data["time_zone"]),
        decision_by=(now + timedelta(days=max(data["closes"], 1) + 30)).date(),
        **{name: data[name] for name in _TEXTS if name in data},
    )
    submit_call(call, actor=actor)
    call = review_call(call, actor=organiser, approve=True)
    entries = {one["by"]: _enter(call, organisations[one["by"]], one) for one in data["entries"]}
    if data["closes"] < 0:
        _decide(call, actor, entries, data)


def _at_five(moment: datetime, zone: str) -> datetime:
    """Five in the afternoon of that day, by the clock there."""
    return moment.astimezone(ZoneInfo(zone)).replace(hour=17, minute=0, second=0, microsecond=0)


def _enter(call: Call, organisation: Organisation, data: dict[str, Any]) -> Entry:
    actor = _owner(organisation)
    answers = dict(zip([one.pk for one in call.criteria.all()], data["answers"], strict=True))
    entry = save_entry(
        call, actor=actor, organisation=organisation, title=data["title"], language=data["language"], answers=answers
    )
    return entry if data.get("draft") else submit_entry(entry, actor=actor)


def _decide(call: Call, actor: Any, entries: dict[str, Entry], data: dict[str, Any]) -> None:
    """Close it some days ago and go through its stages: `marks` by reviewer, entry and stage."""
    ago = timedelta(days=-data["closes"])
    Call.objects.filter(pk=call.pk).update(closes_at=timezone.now() - ago, decision_by=timezone.now().date())
    close_call(call.pk)
    call = begin_deciding(Call.objects.get(pk=call.pk), actor=actor)
    people = [_reviewer(call, actor, email) for email in data["reviewers"]]
    for number, stage in enumerate(data["decided"], 1):
        for person, marks in zip(people, stage["marks"], strict=True):
            for key, verdict in marks.items():
                mark_entry(Entry.objects.get(pk=entries[key].pk), actor=person, verdict=verdict)
        end_marking(call, actor=actor)
        chosen = [Entry.objects.get(pk=entries[key].pk) for key in stage["chosen"]]
        for key, text in stage.get("feedback", {}).items():
            write_feedback(Entry.objects.get(pk=entries[key].pk), actor=actor, text=text)
        if CallStage.objects.filter(call=call, position__gt=number).exists():
            call = advance_entries(call, actor=actor, entries=chosen)
        else:
            for entry in chosen:
                award_entry(entry, actor=actor)
            finish_call(call, actor=actor)


def _reviewer(call: Call, actor: Any, email: str) -> User:
    """Somebody who was asked, has come by the link and has no interests of their own in it."""
    person = User.objects.get(email=email)
    invite_reviewer(call, actor=actor, email=email)
    letter = OutgoingMail.objects.filter(to=email, template="invitation_review").latest("pk")
    token = letter.text.split("/invitations/review/")[1].split("/")[0]
    accept_review(token, actor=person)
    declare_interests(call, actor=person, conflicts=())
    return person


def _owner(organisation: Organisation) -> Any:
    return organisation.affiliations.filter(role=PersonRole.OWNER).select_related("user").order_by("pk")[0].user
