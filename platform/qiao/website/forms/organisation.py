"""Forms of an organisation's profile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.bridges.models import Bridge
from qiao.common.languages import interface_text_language
from qiao.common.regions import country_choices, country_name
from qiao.directory.models import Organisation
from qiao.directory.models.organisation import SUMMARY_LENGTH
from qiao.website.forms.fields import SectorsField, model_field

PAIRS = ("name", "summary", "city", "region", "description")


def _summary(name: str) -> Any:
    # A counter tells when it gets too long: cutting off what is pasted would lose it.
    return model_field(Organisation, name, widget=forms.Textarea(attrs={"rows": 3, "data-count": SUMMARY_LENGTH}))


class IdentityForm(forms.Form):
    """Who you are: what a partner needs to know first."""

    kind = model_field(Organisation, "kind")
    name_en = model_field(Organisation, "name_en")
    name_zh = model_field(Organisation, "name_zh")
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    city_en = model_field(Organisation, "city_en")
    city_zh = model_field(Organisation, "city_zh")
    size = model_field(Organisation, "size")
    website = model_field(
        Organisation,
        "website",
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "url"}),
    )
    summary_en = _summary("summary_en")
    summary_zh = _summary("summary_zh")
    sectors = SectorsField(
        help_text=gettext_lazy("Up to eight. Partners find you by them, and the matcher weighs them.")
    )

    def __init__(self, *args: Any, bridge: Bridge, similar_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bridge = bridge
        sides = [(side.country, country_name(side.country)) for side in bridge.sides.all()]
        here = {code for code, _name in sides}
        self.fields["country"].choices = [  # type: ignore[attr-defined]
            ("", "---------"),
            (_("On this bridge"), list(dict(sides).items())),
            (_("Elsewhere"), [choice for choice in country_choices() if choice[0] not in here]),
        ]
        self.fields[f"name_{interface_text_language()}"].help_text = _(
            "In English or Chinese: one of the two is needed."
        )
        if similar_url:
            for name in ("name_en", "name_zh"):
                self.fields[name].widget.attrs |= {
                    "hx-get": similar_url,
                    "hx-trigger": "input changed delay:400ms",
                    "hx-target": "#similar",
                    "hx-include": "#id_name_en, #id_name_zh",
                }

    @property
    def own(self) -> dict[str, forms.BoundField]:
        """Fields in the interface's language, by their name without it: they stand first."""
        return self._in(interface_text_language())

    @property
    def other(self) -> dict[str, forms.BoundField]:
        """Fields in the other language: offered apart."""
        return self._in("en" if interface_text_language() == "zh" else "zh")

    @property
    def other_in_use(self) -> bool:
        """Whether something is typed, or wrong, in the other language."""
        return any(field.value() or field.errors for field in self.other.values())

    def _in(self, language: str) -> dict[str, forms.BoundField]:
        return {name: self[f"{name}_{language}"] for name in PAIRS if f"{name}_{language}" in self.fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = ("name_en", "name_zh")
        if not any(cleaned.get(name) for name in names) and not any(name in self.errors for name in names):
            self.add_error(self.own["name"].name, _("Give the name in English or in Chinese."))
        return cleaned

    @property
    def profile(self) -> dict[str, Any]:
        """Values for the domain function, without the sectors."""
        return {name: value for name, value in self.cleaned_data.items() if name != "sectors"}


class ProfileForm(IdentityForm):
    """The whole profile."""

    region_en = model_field(Organisation, "region_en")
    region_zh = model_field(Organisation, "region_zh")
    founded = model_field(Organisation, "founded")
    description_en = model_field(Organisation, "description_en", widget=forms.Textarea(attrs={"rows": 8}))
    description_zh = model_field(Organisation, "description_zh", widget=forms.Textarea(attrs={"rows": 8}))


def profile_values(organisation: Organisation | None, form: type[IdentityForm]) -> dict[str, Any]:
    """What a form starts with."""
    if organisation is None:
        return {}
    values: dict[str, Any] = {name: getattr(organisation, name) for name in form.base_fields if name != "sectors"}
    values["sectors"] = [sector.code for sector in organisation.sectors.all()]
    return values
