"""Forms of calls: writing one, entering one, reviewing entries."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qiao.calls.domain.calls import CRITERION_FIELDS, MOST_CRITERIA, MOST_STAGES, STAGE_FIELDS
from qiao.calls.enums import Verdict
from qiao.calls.models import Call, Entry
from qiao.calls.models.call import BRIEF_LENGTH, OFFERS_LENGTH, TITLE_LENGTH
from qiao.calls.models.entry import ENTRY_TITLE_LENGTH, FEEDBACK_LENGTH
from qiao.calls.models.reviewing import NOTE_LENGTH
from qiao.calls.words import count_words, most_characters
from qiao.common.languages import TextLanguage
from qiao.common.time_zones import time_zone, time_zone_names
from qiao.directory.enums import ListingKind, OrganisationKind
from qiao.directory.models import Sector

MOMENTS = ("opens_at", "closes_at")


def _area(label: Any, length: int, rows: int, *, required: bool = False, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget, **more)


def _moment(label: Any, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        **more,
    )


def _in_zone(moment: Any, name: str) -> Any:
    """As it was typed, by the clock of the zone that was chosen."""
    return None if moment is None else moment.replace(tzinfo=time_zone(name) or datetime.UTC)


class CallForm(forms.Form):
    """A challenge. Criteria and stages are rows of their own (`CriterionFormSet`, `StageFormSet`)."""

    use_required_attribute = False
    language = forms.ChoiceField(label=_("Language of the text"), choices=TextLanguage.choices)
    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH)
    brief = _area(
        _("The challenge"), BRIEF_LENGTH, 8, required=True, help_text=_("What is the problem, and what have you tried?")
    )
    offers = _area(
        _("What you offer"), OFFERS_LENGTH, 4, required=True, help_text=_("A pilot, data, money, access, a contract.")
    )
    other_title = forms.CharField(label=_("Title in the other language"), max_length=TITLE_LENGTH, required=False)
    other_brief = _area(_("The challenge in the other language"), BRIEF_LENGTH, 6)
    other_offers = _area(_("What you offer, in the other language"), OFFERS_LENGTH, 3)
    kind = forms.ChoiceField(label=_("Kind"), choices=ListingKind.choices)
    sectors = forms.ModelMultipleChoiceField(
        label=_("Sectors"),
        queryset=Sector.objects.filter(parent__isnull=False).select_related("parent"),
        required=False,
        to_field_name="code",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    partner_kinds = forms.MultipleChoiceField(
        label=_("Who may enter"),
        choices=OrganisationKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing marked: any kind of organisation."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("The dates below are meant in it."))
    opens_at = _moment(_("Opens"))
    closes_at = _moment(_("Closes"), help_text=_("To the second: an entry after it is not taken."))
    decision_by = forms.DateField(
        label=_("Decision by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    words_per_answer = forms.IntegerField(label=_("Words per answer at most"), min_value=20, max_value=1000)
    most_entries = forms.IntegerField(
        label=_("Entries in all at most"), required=False, min_value=1, max_value=1000, help_text=_("Empty: no limit.")
    )
    most_invited = forms.IntegerField(
        label=_("Organisations that the matcher invites at most"), min_value=0, max_value=100
    )

    def __init__(self, *args: Any, call: Call | None = None, zone: str = "", **kwargs: Any) -> None:
        now = timezone.now()
        blank = call or Call(
            time_zone=zone or "Asia/Shanghai",
            language=TextLanguage.ENGLISH,
            opens_at=now,
            closes_at=now + datetime.timedelta(days=28),
            decision_by=(now + datetime.timedelta(days=60)).date(),
        )
        initial: dict[str, Any] = {n: getattr(blank, n) for n in self.base_fields if n != "sectors"}
        for name in MOMENTS:
            initial[name] = initial[name].astimezone(blank.zone).replace(tzinfo=None, second=0, microsecond=0)
        if call is not None:
            initial["sectors"] = [sector.code for sector in call.sectors.all()]
        super().__init__(*args, **{"initial": initial} | kwargs)
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            (name, name.replace("_", " ")) for name in time_zone_names()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in MOMENTS:
            if cleaned.get(name) is not None:
                cleaned[name] = _in_zone(cleaned[name], cleaned.get("time_zone", ""))
        return cleaned


class CriterionForm(forms.Form):
    """What entries are judged by."""

    use_required_attribute = False
    name = forms.CharField(label=_("Criterion"), max_length=100, required=False)
    explanation = forms.CharField(label=_("What you want to know"), max_length=600, required=False)
    other_name = forms.CharField(label=_("Criterion in the other language"), max_length=100, required=False)
    other_explanation = forms.CharField(
        label=_("What you want to know, in the other language"), max_length=600, required=False
    )
    weight = forms.IntegerField(label=_("Weight"), min_value=1, max_value=100, initial=10, required=False)

    @property
    def row(self) -> dict[str, Any]:
        """What the domain function takes."""
        values = {name: self.cleaned_data.get(name) or "" for name in CRITERION_FIELDS}
        return values | {"weight": self.cleaned_data.get("weight") or 10}


class StageForm(forms.Form):
    """A round of reviewing."""

    use_required_attribute = False
    name = forms.CharField(label=_("Stage"), max_length=100, required=False)
    other_name = forms.CharField(label=_("Stage in the other language"), max_length=100, required=False)
    advances = forms.IntegerField(
        label=_("How many come through at most"), min_value=1, max_value=200, initial=1, required=False
    )

    @property
    def row(self) -> dict[str, Any]:
        """What the domain function takes."""
        values = {name: self.cleaned_data.get(name) or "" for name in STAGE_FIELDS}
        return values | {"advances": self.cleaned_data.get("advances") or 1}


CriterionFormSet = forms.formset_factory(CriterionForm, extra=1, min_num=1, max_num=MOST_CRITERIA, can_delete=True)
StageFormSet = forms.formset_factory(StageForm, extra=1, min_num=1, max_num=MOST_STAGES, can_delete=True)


class EntryForm(forms.Form):
    """An entry: a title and an answer to each criterion. A draft may be unfinished and too long."""

    use_required_attribute = False
    language = forms.ChoiceField(label=_("Language of your entry"), choices=TextLanguage.choices)
    title = forms.CharField(label=_("Title"), max_length=ENTRY_TITLE_LENGTH, required=False)

    def __init__(self, *args: Any, call: Call, entry: Entry | None, language: str, **kwargs: Any) -> None:
        answers = {} if entry is None else {one.criterion_id: one.text for one in entry.answers.all()}
        initial: dict[str, Any] = {"language": language, "title": ""}
        if entry is not None:
            initial = {"language": entry.language, "title": entry.title}
        self.criteria = list(call.criteria.all())
        initial |= {f"answer_{one.pk}": answers.get(one.pk, "") for one in self.criteria}
        super().__init__(*args, **{"initial": initial} | kwargs)
        chinese = language == TextLanguage.CHINESE
        for one in self.criteria:
            words = count_words(answers.get(one.pk, ""))
            limits = {"most": call.words_per_answer, "characters": most_characters(call.words_per_answer), "n": words}
            self.fields[f"answer_{one.pk}"] = forms.CharField(
                label=(one.other_name if chinese != (call.language == TextLanguage.CHINESE) else one.name) or one.name,
                required=False,
                max_length=None,
                widget=forms.Textarea(attrs={"rows": 6}),
                help_text=_("At most %(most)d words, or %(characters)d Chinese characters; saved: %(n)d words.")
                % limits,
            )

    @property
    def answers(self) -> dict[int, str]:
        """Texts by the id of their criterion."""
        return {one.pk: self.cleaned_data[f"answer_{one.pk}"] for one in self.criteria}


class ExtendForm(forms.Form):
    """A later date."""

    closes_at = _moment(_("Closes"))
    decision_by = forms.DateField(
        label=_("Decision by"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        self.call = call
        closes = call.closes_at.astimezone(call.zone).replace(tzinfo=None, second=0, microsecond=0)
        initial = {"closes_at": closes, "decision_by": call.decision_by}
        super().__init__(*args, **{"initial": initial} | kwargs)

    def clean_closes_at(self) -> Any:
        return _in_zone(self.cleaned_data["closes_at"], self.call.time_zone)


class WithdrawForm(forms.Form):
    """Why a call ends before its decision."""

    reason = _area(_("Why: who has entered or was invited reads it"), 2000, 3)


class ReviewerForm(forms.Form):
    """Whom to ask."""

    email = forms.EmailField(label=_("E-mail address of a reviewer"), max_length=254)


class MarkForm(forms.Form):
    """What a reviewer thinks."""

    verdict = forms.ChoiceField(label=_("Your mark"), choices=Verdict.choices, widget=forms.RadioSelect)
    note = _area(_("Note"), NOTE_LENGTH, 4, help_text=_("Read by the reviewers alone, once everybody has marked."))


class FeedbackForm(forms.Form):
    """What may help an entrant."""

    feedback = _area(
        _("Feedback"), FEEDBACK_LENGTH, 4, help_text=_("The entrant reads it with the decision, if it was not chosen.")
    )
