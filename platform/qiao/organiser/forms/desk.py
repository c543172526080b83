"""Forms of the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from i18nfield.forms import I18nFormField, I18nTextarea, I18nTextInput

from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, MatchingPolicy, Side
from qiao.common.languages import InterfaceLanguage
from qiao.directory.enums import ReviewDecision
from qiao.directory.models import Organisation, Sector

_LOCALES = list(InterfaceLanguage.values)


class ReviewForm(forms.Form):
    """A decision and the reason that is sent with it."""

    decision = forms.ChoiceField(label=_("Decision"), choices=ReviewDecision.choices)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Sent to the organisation's owners and editors. Needed unless you approve."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SuspensionForm(forms.Form):
    """Why a member is taken out of sight."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ClaimForm(forms.Form):
    """To whom the link goes with which a profile is taken over."""

    email = forms.EmailField(label=_("E-mail address of their person"), max_length=254)


class SecureURLField(forms.URLField):
    """An address whose scheme, when it is left out, is https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"assume_scheme": "https"}))


class ManagedProfileForm(forms.ModelForm[Organisation]):
    """A profile that organisers keep for an organisation without an account."""

    sectors = forms.ModelMultipleChoiceField(
        label=_("Sectors"),
        queryset=Sector.objects.filter(parent__isnull=False).select_related("parent"),
        required=False,
        to_field_name="code",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )

    class Meta:
        model = Organisation
        fields = (
            "kind", "name_en", "name_zh", "country", "region_en", "region_zh", "city_en", "city_zh", "size", "founded",
            "website", "summary_en", "summary_zh", "description_en", "description_zh",
        )  # fmt: skip
        field_classes = {"website": SecureURLField}
        widgets = {"summary_en": forms.Textarea(attrs={"rows": 3}), "summary_zh": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = [(side.country, side.country_label) for side in bridge.sides.all()]
        self.fields["country"] = forms.ChoiceField(label=_("Country"), choices=[("", "---------"), *sides])
        if self.instance.pk:
            self.initial["sectors"] = [sector.code for sector in self.instance.sectors.all()]

    def validate_unique(self) -> None:
        """The domain function says what is a duplicate."""

    def _post_clean(self) -> None:
        """Checks belong to the domain function: the instance stays as it is until that has accepted the values."""


class PolicyForm(forms.ModelForm[MatchingPolicy]):
    """What the matcher may do on this bridge."""

    class Meta:
        model = MatchingPolicy
        fields = (
            "proposals_per_organisation", "requests_per_organisation", "least_score", "newcomer_floor", "trust_weight",
            "one_try_in",
        )  # fmt: skip

    def _post_clean(self) -> None:
        """The domain function stores the values, under a new version."""


class BridgeForm(forms.Form):
    """What the bridge says of itself, in both languages. A name in one of them is enough."""

    use_required_attribute = False
    name = I18nFormField(label=_("Name"), locales=_LOCALES, widget=I18nTextInput, max_length=120)
    tagline = I18nFormField(label=_("Tagline"), locales=_LOCALES, widget=I18nTextInput, max_length=200, required=False)
    theme = I18nFormField(
        label=_("Theme of the year"), locales=_LOCALES, widget=I18nTextInput, max_length=200, required=False
    )
    description = I18nFormField(label=_("Description"), locales=_LOCALES, widget=I18nTextarea, required=False)
    contact_email = forms.EmailField(label=_("Contact e-mail"), required=False)

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.sides = {f"guiding_body_{side.code}": side for side in bridge.sides.all()}
        for name, side in self.sides.items():
            self.fields[name] = I18nFormField(
                label=_("Guiding body: %(side)s") % {"side": side},
                locales=_LOCALES,
                widget=I18nTextInput,
                max_length=200,
                required=False,
                initial=side.guiding_body,
            )
        for field in self.fields.values():
            if isinstance(field, I18nFormField):
                for language, widget in zip(_LOCALES, field.widget.widgets, strict=True):
                    widget.attrs["aria-label"] = f"{field.label} ({InterfaceLanguage(language).label})"

    @property
    def guiding_bodies(self) -> dict[str, Any]:
        """Cleaned names of the guiding bodies by code of the side."""
        return {side.code: self.cleaned_data[name] for name, side in self.sides.items()}

    @property
    def words(self) -> dict[str, Any]:
        """Cleaned values of the bridge itself."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.sides}


class StaffForm(forms.Form):
    """A person's role at the desk."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("The person needs an account with this address."))
    role = forms.ChoiceField(label=_("Role"), choices=BridgeRole.choices)
    side = forms.ModelChoiceField(label=_("Side"), queryset=Side.objects.none(), required=False)

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].queryset = bridge.sides.all()  # type: ignore[attr-defined]
