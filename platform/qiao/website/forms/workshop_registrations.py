"""Forms of registering for a workshop."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qiao.common.languages import TextLanguage
from qiao.common.time_zones import time_zone_names
from qiao.workshops.domain.registration_fields import FIELDS
from qiao.workshops.enums import AttendanceMode, QuestionKind
from qiao.workshops.models import Registration, RegistrationQuestion, Workshop


class RegistrationForm(forms.Form):
    """What is asked of everybody, the hours of each day, and the workshop's own questions."""

    use_required_attribute = False
    name = forms.CharField(label=_("Name on the badge"), max_length=120)
    job_title = forms.CharField(label=_("Position"), max_length=120, required=False)
    mode = forms.ChoiceField(label=_("You take part"), choices=AttendanceMode.choices, widget=forms.RadioSelect)
    languages = forms.MultipleChoiceField(
        label=_("Languages you speak"), choices=TextLanguage.choices, widget=forms.CheckboxSelectMultiple
    )
    needs_interpreter = forms.BooleanField(label=_("I need an interpreter"), required=False)
    access_needs = forms.CharField(
        label=_("Access needs"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Step-free access, a hearing loop, a companion. Only those who handle registrations read it."),
    )
    goals = forms.CharField(
        label=_("What you hope for at this workshop"),
        required=False,
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The matcher reads it and looks for sessions and people that fit. Others see it in the list."),
    )
    wants_meetings = forms.BooleanField(label=_("Others may ask me for meetings"), required=False)
    most_meetings = forms.IntegerField(label=_("Meetings at most"), required=False, min_value=0)
    is_listed = forms.BooleanField(label=_("Show me in the list of participants"), required=False)
    time_zone = forms.ChoiceField(
        label=_("Your time zone"), required=False, help_text=_("For those online: no meetings at night.")
    )
    at_any_hour = forms.BooleanField(label=_("Meetings at any hour of my own clock are fine"), required=False)

    def __init__(self, *args: Any, workshop: Workshop, one: Registration | None = None, **kwargs: Any) -> None:
        self.workshop = workshop
        blank = one or Registration(workshop=workshop, mode=_first_mode(workshop))
        initial = {name: getattr(blank, name) for name in FIELDS} | self._hours(one) | self._answers(one)
        super().__init__(*args, **{"initial": initial | kwargs.pop("initial", {})} | kwargs)
        fields: dict[str, Any] = self.fields
        if not (workshop.has_venue and workshop.has_remote):
            fields["mode"].widget = forms.HiddenInput()
            fields["mode"].initial = _first_mode(workshop)
        if not workshop.has_meetings:
            for name in ("wants_meetings", "most_meetings"):
                del fields[name]
        if workshop.has_remote:
            fields["time_zone"].choices = [("", "–"), *((n, n.replace("_", " ")) for n in time_zone_names())]
        else:
            for name in ("time_zone", "at_any_hour"):
                del fields[name]
        for day in workshop.days:
            label = date_format(day, "DATE_FORMAT")
            for end, words in (("from", _("%(day)s, from")), ("to", _("%(day)s, to"))):
                fields[f"{end}_{day.isoformat()}"] = forms.TimeField(
                    label=words % {"day": label},
                    required=False,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )
        self.questions = list(RegistrationQuestion.objects.filter(workshop=workshop))
        for question in self.questions:
            fields[f"question_{question.pk}"] = _field_of(question)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for day in self.workshop.days:
            begins, ends = cleaned.get(f"from_{day.isoformat()}"), cleaned.get(f"to_{day.isoformat()}")
            if (begins is None) != (ends is None):
                self.add_error(f"to_{day.isoformat()}", _("Say both, or neither for the whole day."))
            elif begins is not None and ends is not None and ends <= begins:
                self.add_error(f"to_{day.isoformat()}", _("It ends after it has begun."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the domain functions take."""
        cleaned = self.cleaned_data
        taken = {name: cleaned[name] for name in FIELDS if name in cleaned}
        answers = {one.pk: cleaned.get(f"question_{one.pk}") for one in self.questions}
        return {**taken, "presences": self._presences(), "answers": answers}

    @property
    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Headings with their fields."""
        own = [name for name in self.fields if name in FIELDS]
        hours = [name for name in self.fields if name.startswith(("from_", "to_"))]
        asked = [name for name in self.fields if name.startswith("question_")]
        groups = ((_("You"), own), (_("When you are there"), hours), (_("The organisers ask"), asked))
        return [(heading, [self[name] for name in names]) for heading, names in groups if names]

    def _presences(self) -> list[tuple[datetime.datetime, datetime.datetime]]:
        found = []
        zone = self.workshop.zone
        for day in self.workshop.days:
            begins = self.cleaned_data.get(f"from_{day.isoformat()}")
            ends = self.cleaned_data.get(f"to_{day.isoformat()}")
            if begins is not None and ends is not None:
                found.append((datetime.datetime.combine(day, begins, zone), datetime.datetime.combine(day, ends, zone)))
        return found

    def _hours(self, one: Registration | None) -> dict[str, Any]:
        if one is None or one.pk is None:
            return {}
        zone = self.workshop.zone
        found: dict[str, Any] = {}
        for stretch in one.presences.all():
            begins, ends = stretch.starts_at.astimezone(zone), stretch.ends_at.astimezone(zone)
            found[f"from_{begins.date().isoformat()}"] = begins.time()
            found[f"to_{begins.date().isoformat()}"] = ends.time()
        return found

    def _answers(self, one: Registration | None) -> dict[str, Any]:
        if one is None or one.pk is None:
            return {}
        return {f"question_{answer.question_id}": answer.value for answer in one.answers.all()}


class DelegationForm(forms.Form):
    """A table of people."""

    name = forms.CharField(label=_("Name of the delegation"), max_length=160, required=False)
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "The first line names the columns: name, email, position, languages, interpreter, access needs, goals; "
            "or 姓名、邮箱、职务、语言、口译、无障碍需求、目标."
        ),
    )
    all_or_nothing = forms.BooleanField(label=_("Register nobody if a row is bad"), required=False)


class ColleagueForm(forms.Form):
    """Somebody else of one's organisation."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    job_title = forms.CharField(label=_("Position"), max_length=120, required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages spoken"), choices=TextLanguage.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


def _first_mode(workshop: Workshop) -> str:
    return str(AttendanceMode.ON_SITE if workshop.has_venue else AttendanceMode.REMOTE)


def _field_of(question: RegistrationQuestion) -> forms.Field:
    told: dict[str, Any] = {"label": str(question.text), "required": question.is_required}
    if str(question.help_text or ""):
        told["help_text"] = str(question.help_text)
    language = "zh-hans" if (get_language() or "en").startswith("zh") else "en"
    choices = [(str(n), one.get(language) or next(iter(one.values()), "")) for n, one in enumerate(question.choices)]
    if question.kind == QuestionKind.TEXT:
        return forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **told)
    if question.kind == QuestionKind.YES_NO:
        return forms.BooleanField(**told)
    if question.kind == QuestionKind.CHOICE:
        return forms.ChoiceField(choices=[("", "–"), *choices], **told)
    if question.kind == QuestionKind.CHOICES:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **told)
    return forms.CharField(max_length=300, **told)
