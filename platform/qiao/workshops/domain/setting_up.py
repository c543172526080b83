"""Making a workshop and changing what it is."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from i18nfield.strings import LazyI18nString

from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed, QiaoError
from qiao.common.text import clean_line, clean_text
from qiao.common.time_zones import time_zone
from qiao.common.validation import check_model
from qiao.workshops.domain.audience import tell_everybody
from qiao.workshops.domain.log import log_act
from qiao.workshops.enums import QuestionKind, WorkshopRole, WorkshopState
from qiao.workshops.models import RegistrationQuestion, Session, Slot, Workshop, WorkshopStaff
from qiao.workshops.rules import creates_workshops, handles_registrations, owns_workshop

MOST_DAYS = 14
MOST_QUESTIONS = 20
MOST_CHOICES = 30
LINES = {"name": 160, "theme": 240, "venue": 240}
TEXTS = ("description", "venue_address")
PLAIN = (
    "format", "online_url", "first_day", "last_day", "time_zone", "capacity", "remote_capacity",
    "places_per_organisation", "registration_mode", "registration_opens_at", "registration_closes_at", "session_kinds",
    "has_meetings", "meeting_requests_open_at", "meeting_requests_close_at", "hours_to_answer", "meetings_per_person",
    "least_meetings", "requests_per_person", "longest_run", "minutes_between", "interpreters",
)  # fmt: skip
FIELDS = (*LINES, *TEXTS, *PLAIN)
#: What participants must know of when it changes.
TOLD = ("first_day", "last_day", "time_zone", "venue", "format")


class SettingsChanged(QiaoError):
    """Somebody else has changed the workshop since its settings were looked at."""

    code = "changed_meanwhile"
    message = gettext_lazy("Somebody else has changed these settings meanwhile. Nothing of yours is saved yet.")
    status = 409


def edition_of(workshop: Workshop) -> str:
    """Stands for the settings as they are: another after any change of theirs."""
    lines = [f"{name} {comparable(getattr(workshop, name))!r}" for name in FIELDS]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


@transaction.atomic
def create_workshop(bridge: Bridge, *, actor: Any, **fields: Any) -> Workshop:
    """Make a draft that the actor owns. Raises `NotAllowed`, and `InvalidInput` with the messages by field."""
    if not creates_workshops(actor, bridge):
        raise NotAllowed
    workshop = Workshop(bridge=bridge)
    _fill(workshop, fields)
    workshop.save()
    WorkshopStaff.objects.create(workshop=workshop, user=actor, role=WorkshopRole.OWNER)
    log_act(workshop, "create_workshop", actor=actor, after=workshop.state)
    emit("workshop.changed", workshop_id=workshop.pk)
    return workshop


@transaction.atomic
def update_workshop(workshop: Workshop, *, actor: Any, seen: str | None = None, **fields: Any) -> Workshop:
    """Change what it is; once it is published, those registered hear of another day, place or format.

    `seen` is the `edition_of` what the person looked at. Raises `SettingsChanged` when another has changed it since,
    `NotAllowed`, and `InvalidInput` when a slot or session would be outside its days.
    """
    workshop = owned(workshop, actor)
    if seen is not None and seen != edition_of(workshop):
        raise SettingsChanged
    before = {name: comparable(getattr(workshop, name)) for name in FIELDS}
    _fill(workshop, fields)
    _check_days(workshop)
    changed = sorted(name for name in FIELDS if comparable(getattr(workshop, name)) != before[name])
    if not changed:
        return workshop
    workshop.save()
    log_act(workshop, "update_workshop", actor=actor, detail={"fields": changed})
    emit("workshop.changed", workshop_id=workshop.pk)
    told = [name for name in TOLD if name in changed]
    if workshop.state == WorkshopState.PUBLISHED and told:
        tell_everybody(workshop, "workshop_changed", key=f"{workshop.updated_at.timestamp()}", changed=told)
    return workshop


@transaction.atomic
def set_questions(workshop: Workshop, *, actor: Any, questions: list[dict[str, Any]]) -> list[RegistrationQuestion]:
    """Write the questions of registration, in this order. A row with `id` changes that question, others are new.

    A question that is left out goes, with its answers; answers follow a choice that moves. Raises `InvalidInput` with
    the number of the bad row.
    """
    workshop = Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    if not handles_registrations(actor, workshop):
        raise NotAllowed
    if len(questions) > MOST_QUESTIONS:
        raise InvalidInput(_("Ask at most %(n)d questions: people leave long forms.") % {"n": MOST_QUESTIONS})
    known = {one.pk: one for one in workshop.questions.all()}
    kept = []
    for position, row in enumerate(questions):
        one = known.get(row.get("id") or 0) or RegistrationQuestion(workshop=workshop)
        one.position = position
        one.text = _words(row.get("text"), 300)
        one.help_text = _words(row.get("help_text"), 300)
        one.kind = str(row.get("kind") or QuestionKind.LINE)
        before = list(one.choices)
        one.choices = [choice for choice in (_words(c, 120).data for c in row.get("choices") or ()) if choice]
        one.is_required = bool(row.get("is_required"))
        number = {"n": position + 1}
        if not one.text.data:
            raise InvalidInput(_("Question %(n)d has no words.") % number)
        if one.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES) and not 2 <= len(one.choices) <= MOST_CHOICES:
            raise InvalidInput(_("Question %(n)d needs two choices or more.") % number)
        check_model(one)
        one.save()
        if before and before != one.choices:
            _follow_choices(one, before)
        kept.append(one)
    workshop.questions.exclude(pk__in=[one.pk for one in kept]).delete()
    log_act(workshop, "set_questions", actor=actor, detail={"questions": len(kept)})
    return kept


def owned(workshop: Workshop, actor: Any) -> Workshop:
    """The workshop, locked for a change by one of its owners. Raises `NotAllowed`."""
    found = Workshop.objects.select_for_update(no_key=True, of=("self",)).select_related("bridge").get(pk=workshop.pk)
    if not owns_workshop(actor, found):
        raise NotAllowed
    return found


def _follow_choices(question: RegistrationQuestion, before: list[Any]) -> None:
    """Answers hold numbers of choices: give them the number that their choice has now, none if it is gone.

    A new choice at the place of one that is gone is the old one in other words.
    """
    after = question.choices
    now = {}
    for number, choice in enumerate(before):
        if choice in after:
            now[number] = after.index(choice)
        elif number < len(after) and after[number] not in before:
            now[number] = number
    for answer in question.answers.select_for_update():
        value = answer.value
        if isinstance(value, list):
            answer.value = [now[number] for number in value if number in now]
        elif isinstance(value, int) and not isinstance(value, bool):
            answer.value = now.get(value)
        if answer.value != value:
            answer.save(update_fields=["value", "updated_at"])


def _fill(workshop: Workshop, fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"no such fields: {sorted(unknown)}")
    for name, value in fields.items():
        if name in LINES:
            value = _words(value, LINES[name])
        elif name in TEXTS:
            value = _words(value, 20_000, lines=True)
        setattr(workshop, name, value)
    errors: dict[str, list[str]] = {}
    if not comparable(workshop.name):
        errors["name"] = [_("Give it a name, in one language at least.")]
    if time_zone(workshop.time_zone) is None:
        errors["time_zone"] = [_("Choose a time zone.")]
    first: datetime.date | None = workshop.first_day
    last: datetime.date | None = workshop.last_day
    if first is None:
        errors["first_day"] = [_("Say on which day it begins.")]
    elif last is None or last < first:
        errors["last_day"] = [_("It ends on its first day or later.")]
    elif (last - first).days >= MOST_DAYS:
        errors["last_day"] = [_("A workshop lasts %(n)d days at most.") % {"n": MOST_DAYS}]
    for opens, closes in (
        ("registration_opens_at", "registration_closes_at"),
        ("meeting_requests_open_at", "meeting_requests_close_at"),
    ):
        begin: Any = getattr(workshop, opens)
        end: Any = getattr(workshop, closes)
        if begin is not None and end is not None and end <= begin:
            errors[closes] = [_("It closes after it has opened.")]
    if not errors and workshop.registration_closes_at and workshop.registration_closes_at > workshop.ends_at:
        errors["registration_closes_at"] = [_("Registration closes before the workshop is over.")]
    if workshop.least_meetings > workshop.meetings_per_person:
        errors["least_meetings"] = [_("Not more than a person may have.")]
    if errors:
        raise InvalidInput(errors=errors)
    check_model(workshop)


def _check_days(workshop: Workshop) -> None:
    """What has a time must lie within the days."""
    begins, ends = workshop.starts_at, workshop.ends_at
    slots = Slot.objects.filter(workshop=workshop).exclude(starts_at__gte=begins, ends_at__lte=ends).count()
    placed = Session.objects.filter(workshop=workshop).placed()
    sessions = placed.exclude(starts_at__gte=begins, starts_at__lt=ends).count()
    if slots or sessions:
        raise InvalidInput(
            errors={
                "first_day": [
                    _(
                        "%(slots)d slots and %(sessions)d sessions would be outside these days. "
                        "Move or remove them first."
                    )
                    % {"slots": slots, "sessions": sessions}
                ]
            }
        )


def _words(value: Any, longest: int, *, lines: bool = False) -> LazyI18nString:
    """What was typed in each language, tidied; empty ones are left out."""
    data = value.data if isinstance(value, LazyI18nString) else value
    if not isinstance(data, dict):
        data = {"en": data or ""}
    clean = clean_text if lines else clean_line
    return LazyI18nString({language: clean(text)[:longest] for language, text in data.items() if text and clean(text)})


def comparable(value: Any) -> Any:
    """A setting as something that can be compared."""
    if isinstance(value, LazyI18nString):
        return value.data if isinstance(value.data, dict) else ({"en": value.data} if value.data else {})
    return value.astimezone(datetime.UTC) if isinstance(value, datetime.datetime) else value
