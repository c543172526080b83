"""What somebody says when they register: fields, hours, answers; tidied and checked."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput
from qiao.common.languages import TextLanguage
from qiao.common.text import clean_line, clean_text, guess_language
from qiao.common.time_zones import time_zone
from qiao.common.validation import check_model
from qiao.workshops.enums import AttendanceMode, QuestionKind
from qiao.workshops.models import Presence, QuestionAnswer, Registration, RegistrationQuestion

FIELDS = (
    "name", "job_title", "mode", "languages", "needs_interpreter", "access_needs", "goals", "wants_meetings",
    "is_listed", "most_meetings", "time_zone", "at_any_hour",
)  # fmt: skip
Stretch = tuple[datetime.datetime, datetime.datetime]


def fill_registration(one: Registration, fields: Mapping[str, Any]) -> None:
    """Set the fields that were given. Raises `InvalidInput` with the messages by field."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"no such fields: {sorted(unknown)}")
    for name, value in fields.items():
        if name in ("name", "job_title"):
            value = clean_line(value or "")[:120]
        elif name in ("goals", "access_needs"):
            value = clean_text(value or "")
        elif name == "languages":
            value = [code for code in dict.fromkeys(value or ()) if code in TextLanguage.values]
        setattr(one, name, value)
    errors: dict[str, list[str]] = {}
    workshop = one.workshop
    if one.mode == AttendanceMode.REMOTE and not workshop.has_remote:
        errors["mode"] = [_("This workshop takes place in person only.")]
    if one.mode == AttendanceMode.ON_SITE and not workshop.has_venue:
        errors["mode"] = [_("This workshop takes place online only.")]
    if one.time_zone and time_zone(one.time_zone) is None:
        errors["time_zone"] = [_("Choose a time zone.")]
    if one.most_meetings is not None and one.most_meetings > workshop.meetings_per_person:
        errors["most_meetings"] = [_("The workshop allows %(n)d at most.") % {"n": workshop.meetings_per_person}]
    if errors:
        raise InvalidInput(errors=errors)
    one.goals_language = guess_language(one.goals) if one.goals else ""
    check_model(one, exclude=["state", "user", "organisation", "registered_by", "delegation", "public_id"])


def write_parts(one: Registration, presences: Sequence[Stretch] | None, answers: Mapping[int, Any] | None) -> None:
    """Write the hours and the answers that were given, in the place of those before. Raises `InvalidInput`."""
    workshop = one.workshop
    if presences is not None:
        bad = [1 for begins, ends in presences if ends <= begins]
        outside = [1 for begins, ends in presences if begins < workshop.starts_at or ends > workshop.ends_at]
        if bad or outside:
            raise InvalidInput(
                errors={"presences": [_("Choose hours within the days of the workshop, from before to.")]}
            )
        one.presences.all().delete()
        Presence.objects.bulk_create(
            Presence(registration=one, starts_at=begins, ends_at=ends) for begins, ends in sorted(presences)
        )
    if answers is not None:
        _write_answers(one, answers)


def _write_answers(one: Registration, answers: Mapping[int, Any]) -> None:
    errors: dict[str, list[str]] = {}
    for question in RegistrationQuestion.objects.filter(workshop=one.workshop):
        value = _clean_answer(question, answers.get(question.pk))
        if value in (None, "", []) and question.is_required:
            errors[f"question_{question.pk}"] = [_("Answer this, please.")]
            continue
        QuestionAnswer.objects.update_or_create(registration=one, question=question, defaults={"value": value})
    if errors:
        raise InvalidInput(errors=errors)


def _clean_answer(question: RegistrationQuestion, value: Any) -> Any:
    """A text, the number of a choice, a list of such, or yes or no; None for what makes no sense."""
    if value is None:
        return None
    if question.kind in (QuestionKind.LINE, QuestionKind.TEXT):
        clean = clean_line if question.kind == QuestionKind.LINE else clean_text
        return clean(str(value))[:2000]
    if question.kind == QuestionKind.YES_NO:
        return bool(value)
    chosen = [int(one) for one in (value if isinstance(value, list | tuple) else [value]) if str(one).isdigit()]
    chosen = [one for one in chosen if one < len(question.choices)]
    if question.kind == QuestionKind.CHOICE:
        return chosen[0] if chosen else None
    return chosen
