"""Forms of cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qiao.bridges.models import Bridge
from qiao.common.file_fields import FilesField
from qiao.common.money import Currency
from qiao.organiser.case_filter import adviser_choices
from qiao.partnerships.enums import AgreementKind, CloseReason, Confidentiality, Stage
from qiao.partnerships.models import CooperationPolicy


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class IntroduceForm(forms.Form):
    """Two members and what is said to both."""

    note = forms.CharField(
        label=_("What you say to both"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Why you think they should talk. Both read it, each in the words you choose."),
    )
    ask_first = forms.BooleanField(
        label=_("Ask both first"),
        required=False,
        initial=True,
        help_text=_("Otherwise they are introduced at once, with the names of their people."),
    )


class MessageForm(forms.Form):
    """To both sides."""

    text = forms.CharField(
        label=_("Message to both sides"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )
    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]  # a field is no attribute
    once = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("text", "").strip() and not cleaned.get("files"):
            self.add_error("text", _("Write a message or choose a file."))
        return cleaned


class NoteForm(forms.Form):
    """For the desk alone."""

    text = forms.CharField(label=_("Note for the desk"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class KeepBackForm(forms.Form):
    """Why a request is not passed on."""

    note = forms.CharField(
        label=_("Why not: the organisation that asked reads it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PauseForm(forms.Form):
    """Until when."""

    until = _day(label=_("Until"), required=False, help_text=_("Without a day, until somebody resumes it."))


class CloseForm(forms.Form):
    """With what reason."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[one for one in CloseReason.choices if one[0] != CloseReason.NOT_PASSED_ON]
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=500)


class CaseMilestoneForm(forms.Form):
    """Something the desk knows has happened; both sides are asked to confirm it."""

    stage = forms.ChoiceField(label=_("What happened"), choices=Stage.choices[1:])
    happened_on = _day(label=_("On which day"))
    kind = forms.ChoiceField(
        label=_("Kind of agreement"), required=False, choices=[("", _("Not stated")), *AgreementKind.choices]
    )
    value_least = forms.IntegerField(label=_("Value from"), required=False, min_value=0)
    value_most = forms.IntegerField(label=_("Value to"), required=False, min_value=0)
    currency = forms.ChoiceField(
        label=_("Currency"), required=False, choices=[("", _("Not stated")), *Currency.choices]
    )
    confidentiality = forms.ChoiceField(label=_("Who may know"), choices=Confidentiality.choices)
    comment = forms.CharField(
        label=_("In a few words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    file = forms.FileField(label=_("Evidence"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].initial = timezone.localdate()


class BulkForm(forms.Form):
    """What is done with the cases that are ticked."""

    act = forms.ChoiceField(
        label=_("With those ticked"),
        choices=[
            ("assign", _("Assign an adviser")),
            ("nudge", _("Nudge who has not answered (cannot be undone)")),
            ("pause", _("Pause")),
            ("resume", _("Resume")),
            ("close", _("Close: no answer any more")),
        ],
    )
    adviser = forms.ChoiceField(label=_("Adviser"), required=False)

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adviser"] = forms.ChoiceField(
            label=_("Adviser"),
            required=False,
            choices=[("", _("Choose")), ("none", _("Nobody")), *adviser_choices(bridge)],
        )


class CooperationPolicyForm(forms.ModelForm[CooperationPolicy]):
    """Limits of requests."""

    class Meta:
        model = CooperationPolicy
        fields = ("requests_out", "requests_in", "days_to_answer", "advisers_for_all")

    def _post_clean(self) -> None:
        """The domain function stores the values."""
