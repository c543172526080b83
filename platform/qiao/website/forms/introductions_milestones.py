"""The form of a milestone: what is asked depends on what has happened."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.common.file_fields import FilesField
from qiao.common.money import Currency
from qiao.partnerships.enums import AgreementKind, Stage
from qiao.partnerships.models import Milestone
from qiao.website.forms.fields import AmountField, model_field
from qiao.website.forms.introductions import DayField, OnceForm

#: What each stage asks besides the day, the words, the files and who may know.
ASKED: dict[str, tuple[str, ...]] = {
    Stage.MEETING: (),
    Stage.NDA: ("starts_on", "ends_on"),
    Stage.MEMORANDUM: ("kind", "other_parties", "starts_on", "ends_on"),
    Stage.AGREEMENT: (
        "kind", "value_least", "value_most", "currency", "public_funding", "funding_source", "other_parties",
        "starts_on", "ends_on",
    ),
    Stage.OUTCOME: ("kind", "value_least", "value_most", "currency", "public_funding", "funding_source"),
}  # fmt: skip
#: Stages that can be recorded.
RECORDED = tuple(ASKED)
_NO_CHOICE = [("", gettext_lazy("Not stated"))]


class MilestoneForm(OnceForm):
    """Something that both sides are to confirm."""

    happened_on = DayField(label=gettext_lazy("On which day"))
    comment = model_field(
        Milestone,
        "comment",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The other side reads it and confirms it."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of agreement"), required=False, choices=[*_NO_CHOICE, *AgreementKind.choices]
    )
    value_least = AmountField(label=gettext_lazy("Value from"))
    value_most = AmountField(label=gettext_lazy("Value to"))
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), required=False, choices=[*_NO_CHOICE, *Currency.choices]
    )
    public_funding = AmountField(
        label=gettext_lazy("Public funding in it"), help_text=gettext_lazy("In the same currency.")
    )
    funding_source = model_field(Milestone, "funding_source")
    other_parties = model_field(Milestone, "other_parties")
    starts_on = DayField(label=gettext_lazy("Runs from"), required=False)
    ends_on = DayField(label=gettext_lazy("Runs to"), required=False)
    files = FilesField(label=gettext_lazy("Evidence"), required=False)  # type: ignore[assignment]  # a field is no attribute
    confidentiality = model_field(Milestone, "confidentiality", widget=forms.RadioSelect)

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage = stage
        for name in {name for asked in ASKED.values() for name in asked} - set(ASKED[stage]):
            del self.fields[name]
        self.fields["happened_on"].initial = timezone.localdate()
        self.fields["happened_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        if stage == Stage.AGREEMENT:
            self.fields["kind"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        least, most = cleaned.get("value_least"), cleaned.get("value_most")
        if least is not None and most is not None and least > most:
            self.add_error("value_most", _("This is less than the lower end."))
        amounts = (least, most, cleaned.get("public_funding"))
        if any(amount is not None for amount in amounts) and not cleaned.get("currency"):
            self.add_error("currency", _("Choose the currency of the amounts."))
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("This is before the first day."))
        return cleaned

    @property
    def details(self) -> dict[str, Any]:
        """What is handed to the domain besides the stage, the day and the files."""
        return {
            name: value for name, value in self.cleaned_data.items() if name not in ("once", "happened_on", "files")
        }


class DisputeForm(forms.Form):
    """What is not right about a milestone."""

    comment = forms.CharField(
        label=gettext_lazy("What is not right?"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
