"""The conversation of an introduction, line by line, as one side reads it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.partnerships.domain.conversation import RETRACT_WITHIN, Reader, readers_of
from qiao.partnerships.domain.queries.introduction_view import IntroductionView
from qiao.partnerships.models import Document, Introduction, Message

#: Messages on the page at once; earlier ones on request.
SHOWN = 50


@dataclass(frozen=True)
class MessageLine:
    """A message: who has written it as far as the reader may know, and what can still be done with it."""

    message: Message
    author: str
    side: str  # mine | theirs | organiser
    documents: list[Document]
    may_retract: bool


@dataclass(frozen=True)
class ReaderLine:
    """How far somebody has read: everything, or to a message of a moment."""

    name: str
    is_up_to_date: bool
    read_to: datetime | None
    read_at: datetime


@dataclass(frozen=True)
class Conversation:
    """Lines oldest first, and who has read how far."""

    lines: list[MessageLine]
    retracted: list[MessageLine]
    readers: list[ReaderLine]
    last: str
    earlier: str
    marks: str


def conversation_of(request: HttpRequest, view: IntroductionView, *, after: str | None = None) -> Conversation:
    """The newest messages, those before `?before=`, or those that came after one (its identifier)."""
    introduction = view.introduction
    found = (
        Message.objects.visible_to(request.user)
        .filter(introduction=introduction)
        .select_related("author")
        .prefetch_related(Prefetch("documents", Document.objects.without_content()))
    )
    if after:
        messages = list(found.filter(pk__gt=_place_of(introduction, after)).order_by("pk")[:SHOWN])
        earlier = ""
    else:
        before = request.GET.get("before", "")[:12] if after is None else ""
        older = found.filter(pk__lt=_place_of(introduction, before)) if before else found
        newest = list(older.order_by("-pk")[: SHOWN + 1])
        earlier = newest[SHOWN - 1].public_id if len(newest) > SHOWN else ""
        messages = newest[:SHOWN][::-1]
    recent = list(found.filter(retracted_at__gte=timezone.now() - 2 * RETRACT_WITHIN)) if after is not None else []
    pulse = pulse_of(request.user, introduction)
    return Conversation(
        lines=[_line(request.user, view, message) for message in messages],
        retracted=[_line(request.user, view, message) for message in recent],
        readers=_reader_lines(view, pulse.readers),
        last=messages[-1].public_id if messages else (after or ""),
        earlier=earlier,
        marks=pulse.marks,
    )


@dataclass(frozen=True)
class Pulse:
    """By what a page knows that nothing is new: the newest message, and a mark of what was read and retracted."""

    newest: str
    marks: str
    readers: list[Reader]


def pulse_of(user: Any, introduction: Introduction) -> Pulse:
    """How the conversation stands, in three small queries: every open page asks for it every few seconds."""
    sent = Message.objects.visible_to(user).filter(introduction=introduction)
    newest = sent.order_by("-pk").values_list("public_id", flat=True).first()
    readers = [one for one in readers_of(introduction) if one.user != user] if introduction.is_introduced else []
    seen = (sent.filter(retracted_at__isnull=False).count(), [(one.user.pk, one.last_message_id) for one in readers])
    return Pulse(newest or "none", hashlib.sha256(repr(seen).encode()).hexdigest()[:12], readers)


def _place_of(introduction: Introduction, public_id: str) -> int:
    """The key of a message by the identifier that an address names; 0, before all, for one that is not there."""
    if "\x00" in public_id:
        return 0
    keys = Message.objects.filter(introduction=introduction, public_id=public_id).values_list("pk", flat=True)
    return keys.first() or 0


def _line(user: Any, view: IntroductionView, message: Message) -> MessageLine:
    if message.organisation_id is None:
        side, author = "organiser", _("The organisers")
    elif message.organisation_id == view.row.organisation.pk:
        side, author = "mine", view.row.organisation.name
    else:
        side, author = "theirs", view.row.their_name
    # Before the two are introduced, people are not named to each other.
    if message.author is not None and (side == "mine" or view.introduction.is_introduced):
        author = _("%(person)s, %(organisation)s") % {"person": message.author.display_name, "organisation": author}
    return MessageLine(
        message=message,
        author=author,
        side=side,
        documents=list(message.documents.all()) if message.retracted_at is None else [],
        may_retract=view.may_act
        and message.author_id == user.pk
        and message.retracted_at is None
        and timezone.now() - message.created_at < RETRACT_WITHIN,
    )


def _reader_lines(view: IntroductionView, readers: list[Reader]) -> list[ReaderLine]:
    ids = {one.last_message_id for one in readers}
    sent = dict(Message.objects.filter(introduction=view.introduction, pk__in=ids).values_list("pk", "created_at"))
    newest = Message.objects.filter(introduction=view.introduction).order_by("-pk").values_list("pk", flat=True).first()
    return [
        ReaderLine(
            name=one.user.display_name,
            is_up_to_date=one.last_message_id == newest,
            read_to=sent.get(one.last_message_id),
            read_at=one.read_at,
        )
        for one in readers
    ]
