"""Messages, questions, private notes, the next step and who has read what."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_line, clean_text
from qiao.directory.models import Affiliation, Organisation
from qiao.notifications.domain.telling import tell
from qiao.partnerships.domain.asking import record_question
from qiao.partnerships.domain.case import (
    Case,
    blocks,
    desk_path_of,
    locked_case,
    log,
    log_at_desk,
    path_of,
    people_of,
    stir,
)
from qiao.partnerships.domain.documents import check_files, keep_files
from qiao.partnerships.domain.queries.naming import name_of_other
from qiao.partnerships.enums import IntroductionState, MilestoneState, Stage
from qiao.partnerships.models import (
    ConfidentialityNotice,
    Introduction,
    Message,
    Milestone,
    Party,
    PrivateNote,
    ReadMark,
)
from qiao.partnerships.models.conversation import MESSAGE_LENGTH
from qiao.partnerships.rules import acts_for, brokers

State = IntroductionState
#: A message can be taken back for so long.
RETRACT_WITHIN = datetime.timedelta(minutes=15)


@transaction.atomic
def send_message(
    introduction: Introduction,
    *,
    actor: Any,
    text: str,
    organisation: Organisation | None = None,
    files: Iterable[Any] = (),
    once: str = "",
) -> Message:
    """Write to everybody in an open introduction; without an organisation, as an organiser to both sides.

    `once` is the form's own mark: the same one a second time gives the message that is there. Raises `InvalidInput`
    for an empty or too long text or a refused file, with nothing sent.
    """
    case, party = _taking_part(introduction, actor, organisation)
    if not case.introduction.is_introduced:
        raise TransitionNotAllowed(_("You can write to each other once you have been introduced."))
    if case.introduction.state == State.CLOSED:
        raise TransitionNotAllowed(_("This introduction is closed. Open it again to write."))
    if once:
        there = Message.objects.filter(introduction=introduction, author=actor, once=once[:32]).first()
        if there is not None:
            return there
    text = clean_text(text)
    checked = check_files(files)
    if not text and not checked:
        raise InvalidInput(errors={"text": [_("Write something, or add a file.")]})
    if len(text) > MESSAGE_LENGTH:
        raise InvalidInput(errors={"text": [_("Keep it under %(limit)s characters.") % {"limit": MESSAGE_LENGTH}]})
    message = Message.objects.create(
        introduction=case.introduction,
        author=actor,
        organisation_id=party.organisation_id if party else None,
        text=text,
        once=once[:32],
    )
    keep_files(
        checked,
        actor=actor,
        introduction=case.introduction,
        organisation_id=message.organisation_id,
        message=message,
    )
    stir(case.introduction)
    log(case, "send_message", actor=actor, party=party, message=message.public_id, files=len(checked))
    emit("introduction.message", introduction_id=case.introduction.pk, message_id=message.pk)
    _mark_read(case.introduction, actor, message.pk)
    _tell_of_message(case, message, party)
    return message


@transaction.atomic
def ask_question(introduction: Introduction, *, actor: Any, organisation: Organisation, text: str) -> Message:
    """Ask, or answer, a question while a request waits. It changes no state. At most five of each side."""
    case, party = _side(introduction, actor, organisation)
    if case.introduction.state != State.REQUESTED:
        raise TransitionNotAllowed(_("Questions go with a request that waits for an answer."))
    if Message.objects.filter(introduction=introduction, organisation=organisation).count() >= 5:
        raise InvalidInput(errors={"question": [_("Five questions are enough before an answer.")]})
    message = record_question(case, party, actor=actor, text=text)
    stir(case.introduction)
    log(case, "ask_question", actor=actor, party=party, message=message.public_id)
    _mark_read(case.introduction, actor, message.pk)
    _tell_of_message(case, message, party)
    return message


@transaction.atomic
def retract_message(message: Message, *, actor: Any) -> Message:
    """Take back one's own message within a quarter of an hour: its words and files go, that it was there does not."""
    case = locked_case(message.introduction)
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.author_id is None or message.author_id != actor.pk:
        raise NotAllowed
    if message.retracted_at is not None:
        return message
    if timezone.now() - message.created_at > RETRACT_WITHIN:
        raise TransitionNotAllowed(_("A message can be taken back for a quarter of an hour."))
    message.documents.all().delete()
    message.text, message.retracted_at = "", timezone.now()
    message.save(update_fields=["text", "retracted_at", "updated_at"])
    log(
        case,
        "retract_message",
        actor=actor,
        party=case.parties.get(message.organisation_id or 0),
        message=message.public_id,
    )
    return message


def mark_read(introduction: Introduction, *, actor: Any) -> None:
    """Note that somebody has the messages on the screen. Not audited: it is not an act."""
    newest = Message.objects.visible_to(actor).filter(introduction=introduction).order_by("-pk").first()
    if (
        newest is not None
        and not ReadMark.objects.filter(introduction=introduction, user=actor, last_message_id__gte=newest.pk).exists()
    ):
        _mark_read(introduction, actor, newest.pk)


@dataclass(frozen=True)
class Reader:
    """Somebody who has read to a message."""

    user: Any
    last_message_id: int
    read_at: datetime.datetime


def readers_of(introduction: Introduction) -> list[Reader]:
    """Who of the two sides has read how far. Organisers who look on are not shown."""
    sides = Affiliation.objects.filter(organisation__in=(introduction.first_id, introduction.second_id))
    marks = introduction.read_marks.filter(user__in=sides.values("user_id")).select_related("user")
    return [Reader(mark.user, mark.last_message_id, mark.read_at) for mark in marks]


def unread_counts(user: Any, introductions: Iterable[Introduction]) -> dict[int, int]:
    """Messages of others that the person has not read, by introduction; two queries however many there are."""
    ids = [one.pk for one in introductions]
    read = dict(
        ReadMark.objects.filter(user=user, introduction__in=ids).values_list("introduction_id", "last_message_id")
    )
    counts: dict[int, int] = {}
    newer = (
        Message.objects.visible_to(user).filter(introduction__in=ids, retracted_at__isnull=True).exclude(author=user)
    )
    for introduction_id, pk in newer.values_list("introduction_id", "pk"):
        if pk > read.get(introduction_id, 0):
            counts[introduction_id] = counts.get(introduction_id, 0) + 1
    return counts


@transaction.atomic
def acknowledge_confidentiality(introduction: Introduction, *, actor: Any) -> None:
    """Note that the person, who sees the introduction, knows: nothing confidential here until an NDA is recorded."""
    if not Introduction.objects.visible_to(actor).filter(pk=introduction.pk).exists():
        raise NotAllowed
    case = locked_case(introduction)
    if not ConfidentialityNotice.objects.get_or_create(introduction=case.introduction, user=actor)[1]:
        return
    own = Affiliation.objects.filter(user=actor, organisation__in=case.parties).order_by("pk").first()
    if own is None:
        log_at_desk(case, "acknowledge_confidentiality", actor=actor)
    else:
        log(case, "acknowledge_confidentiality", actor=actor, party=case.parties[own.organisation_id])


def must_acknowledge(introduction: Introduction, user: Any) -> bool:
    """Whether to ask the person: not asked yet, and no NDA confirmed."""
    return (
        not Milestone.objects.filter(
            introduction=introduction, stage=Stage.NDA, state=MilestoneState.CONFIRMED
        ).exists()
        and not ConfidentialityNotice.objects.filter(introduction=introduction, user=user).exists()
    )


@transaction.atomic
def add_note(
    introduction: Introduction, *, actor: Any, text: str, organisation: Organisation | None = None
) -> PrivateNote:
    """Write a note that one's own side alone reads; without an organisation, the bridge's organisers and advisers."""
    case, party = _taking_part(introduction, actor, organisation)
    note = PrivateNote.objects.create(
        introduction=case.introduction, organisation=organisation, author=actor, text=_checked_note(text)
    )
    _log_note(case, "add_note", actor, party)
    return note


@transaction.atomic
def change_note(note: PrivateNote, *, actor: Any, text: str) -> PrivateNote:
    """Change a note: its author, or a colleague who acts for the same side."""
    case, party = _taking_part(note.introduction, actor, note.organisation)
    note.text = _checked_note(text)
    note.save(update_fields=["text", "updated_at"])
    _log_note(case, "change_note", actor, party)
    return note


@transaction.atomic
def delete_note(note: PrivateNote, *, actor: Any) -> None:
    """Throw a note away."""
    case, party = _taking_part(note.introduction, actor, note.organisation)
    note.delete()
    _log_note(case, "delete_note", actor, party)


@transaction.atomic
def set_next_step(
    introduction: Introduction,
    *,
    actor: Any,
    text: str,
    on: datetime.date | None,
    organisation: Organisation | None = None,
    by: Organisation | None = None,
) -> Introduction:
    """Agree on what comes next, by when, and who does it. An empty text says that it is done."""
    case, party = _taking_part(introduction, actor, organisation)
    found = case.introduction
    if found.state != State.OPEN:
        raise TransitionNotAllowed
    text = clean_line(text)
    errors: dict[str, list[str]] = {}
    if len(text) > 300:
        errors["text"] = [_("Keep it under 300 characters.")]
    if text and on is None:
        errors["on"] = [_("Give a day: a step without one is seldom taken.")]
    if on is not None and on < timezone.localdate():
        errors["on"] = [_("Choose today or a day to come.")]
    if by is not None and by.pk not in case.parties:
        errors["by"] = [_("Choose one of the two sides.")]
    if errors:
        raise InvalidInput(errors=errors)
    before = found.next_step
    found.next_step, found.next_step_on, found.next_step_by = text, on if text else None, by if text else None
    found.save(update_fields=["next_step", "next_step_on", "next_step_by", "updated_at"])
    stir(found)
    log(
        case,
        "set_next_step",
        actor=actor,
        party=party,
        had=bool(before),
        has=bool(text),
        on=on.isoformat() if on else "",
    )
    return found


@transaction.atomic
def set_contact(introduction: Introduction, *, actor: Any, organisation: Organisation, contact: Any) -> Party:
    """Say who of one's side the other should turn to."""
    case, party = _side(introduction, actor, organisation)
    if contact not in people_of(organisation):
        raise InvalidInput(errors={"contact": [_("Choose somebody who acts for your organisation.")]})
    before, party.contact = party.contact_id, contact
    party.save(update_fields=["contact", "updated_at"])
    log(case, "set_contact", actor=actor, party=party, before=str(before or ""), after=str(contact.pk))
    return party


def _taking_part(
    introduction: Introduction, actor: Any, organisation: Organisation | None
) -> tuple[Case, Party | None]:
    """The locked case and one's side in it; no side for a broker. Raises `NotAllowed` for everybody else."""
    if organisation is None:
        if not brokers(actor, introduction):
            raise NotAllowed
        return locked_case(introduction), None
    return _side(introduction, actor, organisation)


def _side(introduction: Introduction, actor: Any, organisation: Organisation) -> tuple[Case, Party]:
    if not acts_for(actor, organisation):
        raise NotAllowed
    case = locked_case(introduction)
    party = case.party_of(organisation)
    if not (party.knows or party.remembers):
        raise NotAllowed
    return case, party


def _mark_read(introduction: Introduction, user: Any, message_id: int) -> None:
    ReadMark.objects.update_or_create(
        introduction=introduction, user=user, defaults={"last_message_id": message_id, "read_at": timezone.now()}
    )


def _tell_of_message(case: Case, message: Message, sender: Party | None) -> None:
    """Everybody who acts for the other side, or for both when an organiser writes; and the advisers of the case."""
    for party in case:
        if party is sender or not party.knows or (sender is not None and blocks(party, sender)):
            continue
        for user in people_of(party.organisation_id):
            if user == message.author:
                continue
            name = name_of_other(case.introduction, case.other(party), language=user.language)
            tell(
                user,
                "introduction_message" if sender is not None else "introduction_message_of_organiser",
                topic="messages",
                url=path_of(case.introduction),
                bridge=case.bridge,
                key=f"message:{message.public_id}",
                mail="introduction_message",
                mail_context={
                    "introduction": case.introduction,
                    "message": message,
                    "other_name": name,
                    "from_organiser": sender is None,
                    "organisation": party.organisation,
                },
                subject=name,
            )
    if sender is not None:
        for party in case:
            if party.adviser is not None and party.adviser != message.author:
                tell(
                    party.adviser,
                    "case_message",
                    topic="messages",
                    url=desk_path_of(case.introduction),
                    bridge=case.bridge,
                    key=f"message:{message.public_id}",
                    subject=f"{case.introduction.first} – {case.introduction.second}",
                )


def _log_note(case: Case, verb: str, actor: Any, party: Party | None) -> None:
    if party is None:
        log_at_desk(case, verb, actor=actor)
    else:
        log(case, verb, actor=actor, party=party, private=True)


def _checked_note(text: str) -> str:
    text = clean_text(text)
    if not text:
        raise InvalidInput(errors={"text": [_("Write your note.")]})
    if len(text) > 4000:
        raise InvalidInput(errors={"text": [_("Keep it under %(limit)s characters.") % {"limit": 4000}]})
    return text
