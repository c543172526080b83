"""Digests: what a person has not read, in one message at the hour they chose."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone, translation

from qiao.common.text import plain_name
from qiao.notifications.domain.mail import write_mail
from qiao.notifications.domain.preferences import zone_of
from qiao.notifications.enums import Topic
from qiao.notifications.models import MailPreference, Notification, OutgoingMail
from qiao.notifications.sentences import sentence_of
from qiao.notifications.timing import latest_digest
from qiao.notifications.unsubscribing import DIGEST

#: More lines than a person reads in a message; the rest is counted, and is in the inbox.
MOST_LINES = 60


@dataclass
class _Section:
    """What was told of one topic on one bridge."""

    bridge: str
    topic: str
    lines: list[tuple[str, str]] = field(default_factory=list)


def people_with_digests() -> list[int]:
    """Keys of preferences of people for whom something waits; whether it is their hour is seen one by one."""
    waiting = Notification.objects.waiting_for_digest().filter(user=OuterRef("user"))
    found = MailPreference.objects.filter(Exists(waiting), user__is_active=True).order_by("pk")
    return list(found.values_list("pk", flat=True))


@transaction.atomic
def write_digest(preference_id: int, *, now: datetime | None = None) -> OutgoingMail | None:
    """Write a person's digest if their hour has come since the last; None if not, or if nothing waits.

    The lines are marked in the transaction that queues the message: a second run finds none, and a failed one leaves
    them. Sending is the outbox's, which tries again.
    """
    now = now or timezone.now()
    locked = MailPreference.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
    preference = locked.filter(pk=preference_id).first()
    if preference is None:
        return None
    user = preference.user
    moment = latest_digest(
        now,
        every=preference.digest_every,
        weekday=preference.digest_weekday,
        hour=preference.digest_hour,
        zone=zone_of(user),
    )
    if preference.last_digest_at is not None and preference.last_digest_at >= moment:
        return None
    lines = list(Notification.objects.visible_to(user).waiting_for_digest().order_by("id"))
    # What came after the hour waits for the next one; with something older it goes along.
    if not lines or min(line.created_at for line in lines) > moment:
        return None
    with translation.override(user.language):
        sections = _sections(lines[:MOST_LINES])
    mail = write_mail(
        "digest",
        to=user.email,
        language=user.language,
        context={"user": user, "sections": sections, "count": len(lines), "more": len(lines[MOST_LINES:])},
        recipient=user,
        topic=DIGEST,
    )
    Notification.objects.filter(pk__in=[line.pk for line in lines]).update(in_digest=False)
    preference.last_digest_at = now
    preference.save(update_fields=["last_digest_at", "updated_at"])
    return mail


def _sections(lines: list[Notification]) -> list[_Section]:
    def place(line: Notification) -> tuple[str, int]:
        return _bridge_of(line), topics.index(line.topic) if line.topic in topics else len(topics)

    topics = Topic.values
    sections = []
    for (bridge, position), group in groupby(sorted(lines, key=place), key=place):
        label = str(Topic(topics[position]).label) if position < len(topics) else ""
        sections.append(_Section(bridge, label, [(_safe_sentence(line), line.url) for line in group]))
    return sections


def _bridge_of(line: Notification) -> str:
    names: dict[str, Any] = line.bridge_name or {}
    name = names.get(translation.get_language() or "en") or next(iter(names.values()), "")
    return plain_name(str(name))


def _safe_sentence(line: Notification) -> str:
    """The line's sentence with nothing in it that becomes a link: titles are typed by strangers."""
    context = dict(line.context)
    context["subject"] = plain_name(str(context.get("subject", "")))
    return sentence_of(line.kind, context)
