"""Forms of a need or an offer: what it is, and which partner it seeks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.forms import DateInput
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.bridges.models import Bridge
from qiao.common.regions import country_name
from qiao.common.text import guess_language
from qiao.directory.enums import (
    CooperationForm,
    DevelopmentStage,
    Direction,
    ListingKind,
    OrganisationKind,
    OrganisationSize,
)
from qiao.directory.models import Listing, Organisation
from qiao.website.forms.fields import AmountField, ChecksField, RegionsField, SectorsField, model_field

#: Who most often comes to offer; everybody else starts from a need.
OFFERING = (OrganisationKind.INVESTOR, OrganisationKind.UNIVERSITY, OrganisationKind.SERVICE_PROVIDER)
USUAL_VALIDITY = timedelta(days=180)


class ListingPartForm(forms.Form):
    """A part of a listing, with the bridge and organisation it belongs to."""

    def __init__(self, *args: Any, bridge: Bridge, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bridge, self.organisation = bridge, organisation

    @property
    def wishes(self) -> dict[str, Any]:
        """Values for the domain function, without the sectors."""
        return {name: value for name, value in self.cleaned_data.items() if name != "sectors"}


class WhatForm(ListingPartForm):
    """What you need or offer, in your own words."""

    direction = forms.ChoiceField(
        label=gettext_lazy("Do you need something, or offer it?"), choices=Direction.choices, widget=forms.RadioSelect
    )
    kind = model_field(Listing, "kind", label=gettext_lazy("What is it about?"))
    title = model_field(
        Listing,
        "title",
        help_text=gettext_lazy("One line that a stranger understands, such as “Hospital to test a gait sensor”."),
    )
    text = model_field(
        Listing,
        "text",
        label=gettext_lazy("In your own words"),
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=gettext_lazy(
            "What it is, how far you are, what a partner would do, what you expect. Write in English or in Chinese: "
            "the other side is matched across languages. Numbers, standards and deadlines help most."
        ),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the text"),
        choices=[
            ("", gettext_lazy("As written (recognised)")),
            ("en", gettext_lazy("English")),
            ("zh", gettext_lazy("Chinese")),
        ],
        required=False,
    )
    other_title = model_field(Listing, "other_title")
    other_text = model_field(Listing, "other_text", widget=forms.Textarea(attrs={"rows": 4}))
    sectors = SectorsField(help_text=gettext_lazy("Up to eight. Left empty, your organisation's sectors count."))
    amount_min = AmountField(label=gettext_lazy("Amount from"))
    amount_max = AmountField(label=gettext_lazy("Amount to"))
    currency = model_field(Listing, "currency")
    stages_sought = ChecksField(Listing, "stages_sought", DevelopmentStage.choices)
    regions_sought = RegionsField(
        label=gettext_lazy("Regions invested in"),
        help_text=gettext_lazy("Separated by commas, such as Guangdong, Jiangsu."),
    )

    def clean(self) -> dict[str, Any]:
        """Leave out what does not belong to the kind; recognise the language."""
        cleaned = super().clean() or {}
        investment = cleaned.get("kind") == ListingKind.INVESTMENT
        if not investment:
            cleaned |= {"amount_min": None, "amount_max": None, "currency": ""}
        if not (investment and cleaned.get("direction") == Direction.OFFER):
            cleaned |= {"stages_sought": [], "regions_sought": []}
        cleaned["language"] = cleaned.get("language") or guess_language(
            f"{cleaned.get('title', '')}\n{cleaned.get('text', '')}"
        )
        return cleaned


class PartnerForm(ListingPartForm):
    """Which partner you seek, and on what terms."""

    stage = model_field(Listing, "stage", help_text=gettext_lazy("Of what you offer, or of what you seek."))
    trl = forms.TypedChoiceField(
        label=gettext_lazy("Technology readiness level"),
        choices=[("", "---------"), *((level, level) for level in range(1, 10))],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("From 1 (basic principles observed) to 9 (proven in use)."),
    )
    ip_status = model_field(Listing, "ip_status")
    forms = ChecksField(Listing, "forms", CooperationForm.choices)
    partner_kinds = ChecksField(
        Listing, "partner_kinds", OrganisationKind.choices, help_text=gettext_lazy("None ticked: any kind.")
    )
    partner_sizes = ChecksField(
        Listing, "partner_sizes", OrganisationSize.choices, help_text=gettext_lazy("None ticked: any size.")
    )
    countries = ChecksField(Listing, "countries", (), help_text=gettext_lazy("None ticked: any country of the bridge."))
    valid_until = model_field(
        Listing,
        "valid_until",
        widget=DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("After this day it is no longer shown. You can move the date."),
    )
    anonymous = model_field(Listing, "anonymous")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [side.country for side in self.bridge.sides.all()]
        codes += [code for code in self.initial.get("countries") or [] if code not in codes]
        self.fields["countries"].choices = [(code, country_name(code)) for code in dict.fromkeys(codes)]  # type: ignore[attr-defined]
        self.fields["valid_until"].widget.attrs["min"] = timezone.localdate().isoformat()

    def clean_valid_until(self) -> Any:
        value = self.cleaned_data["valid_until"]
        if value and value < timezone.localdate():
            raise forms.ValidationError(_("This date has gone by. Choose a later one."))
        return value


class ListingForm(WhatForm, PartnerForm):
    """The whole of a need or an offer."""


def what_values(listing: Listing | None, organisation: Organisation) -> dict[str, Any]:
    """What the first half starts with: what is stored, else what such an organisation most often brings."""
    if listing is None:
        offering = organisation.kind in OFFERING
        return {
            "direction": Direction.OFFER if offering else Direction.NEED,
            "kind": ListingKind.INVESTMENT if organisation.kind == OrganisationKind.INVESTOR else "",
        }
    values: dict[str, Any] = {name: getattr(listing, name) for name in WhatForm.base_fields if name != "sectors"}
    values["sectors"] = [sector.code for sector in listing.sectors.all()]
    return values


def partner_values(listing: Listing | None) -> dict[str, Any]:
    """What the second half starts with; a new listing is valid for half a year."""
    if listing is None:
        return {"valid_until": timezone.localdate() + USUAL_VALIDITY}
    return {name: getattr(listing, name) for name in PartnerForm.base_fields}
