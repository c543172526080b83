"""Forms of the desk that concern trust."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.bridges.models import Side
from qiao.directory.models.moderation import WORDS_LENGTH
from qiao.directory.models.verification import NOTE_LENGTH
from qiao.directory.trust_words import DocumentKind, Measure


class DayInput(forms.DateInput):
    """A day, in the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DocumentForm(forms.Form):
    """What was seen of an organisation."""

    document_kind = forms.ChoiceField(label=_("What have you seen?"), choices=DocumentKind.choices)
    note = forms.CharField(
        label=_("Note for the desk"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where and how you saw it, and its number."),
    )
    expires_on = forms.DateField(
        label=_("Holds until"),
        required=False,
        widget=DayInput,
        help_text=_("The date of the document, or a day on which to look again. At most three years."),
    )


class VouchForm(forms.Form):
    """Whose guiding body vouches."""

    side = forms.ModelChoiceField(label=_("On behalf of"), queryset=Side.objects.none(), empty_label=None)
    note = forms.CharField(
        label=_("Note for the desk"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who of the guiding body said so, and where."),
    )
    expires_on = forms.DateField(label=_("Holds until"), required=False, widget=DayInput)

    def __init__(self, *args: Any, sides: list[Side], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["side"]
        field.queryset = Side.objects.filter(pk__in=[side.pk for side in sides])  # type: ignore[attr-defined]
        field.label_from_instance = lambda side: side.guiding_body  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """What is missing."""

    answer = forms.CharField(
        label=_("What is missing"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sent to the organisation's owners and editors."),
    )


class DecisionForm(forms.Form):
    """What is decided on a report."""

    measure = forms.ChoiceField(
        label=_("If it is upheld"), choices=Measure.choices, widget=forms.RadioSelect, initial=Measure.NONE
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the desk. If a measure follows, it is sent to the organisation: name nobody who reported."),
    )
    note_to_reporter = forms.CharField(
        label=_("To who reported it"),
        required=False,
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sent to this person alone, with the decision."),
    )

    def __init__(self, *args: Any, measures: list[Measure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [(one.value, one.label) for one in measures]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The answer to an appeal."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Sent to the organisation's owners and editors."),
    )
