"""Form fields of our own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.common.amounts import amount_of
from qiao.common.text import clean_line
from qiao.directory.models import Sector

MOST_SECTORS = 8
MOST_REGIONS = 20
LONGEST_REGION = 80


def model_field(model: type[Model], name: str, **changes: Any) -> Any:
    """The form field that Django makes of a model's, so that labels, lengths and checks are said once."""
    return model._meta.get_field(name).formfield(**changes)  # type: ignore[union-attr]


class SectorChoices(forms.CheckboxSelectMultiple):
    """Branches under their top sector; a sector with something chosen is open."""

    template_name = "website/widgets/sectors.html"


class SectorsField(forms.MultipleChoiceField):
    """Branches of the taxonomy, by code; cleaned to a list of `Sector`."""

    widget = SectorChoices

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Sectors"))
        kwargs.setdefault("required", False)
        super().__init__(choices=_branches, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return [one.code if isinstance(one, Sector) else one for one in value] if value else value

    def clean(self, value: Any) -> Any:
        codes = super().clean(value)
        if len(codes) > MOST_SECTORS:
            raise ValidationError(_("Choose at most %(most)s sectors: the closest ones.") % {"most": MOST_SECTORS})
        return list(Sector.objects.filter(code__in=codes).order_by("position"))


def _branches() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[int, tuple[str, list[tuple[str, str]]]] = {}
    for sector in Sector.objects.order_by("position"):
        if sector.parent_id is None:
            groups[sector.pk] = (str(sector), [])
        elif sector.parent_id in groups:
            groups[sector.parent_id][1].append((sector.code, str(sector)))
    return list(groups.values())


class ChecksField(forms.MultipleChoiceField):
    """Several of a model's array choices, as boxes to tick. None ticked means any."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, model: type[Model], name: str, choices: Iterable[tuple[Any, Any]], **kwargs: Any) -> None:
        kwargs.setdefault("label", capfirst(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        kwargs.setdefault("required", False)
        super().__init__(choices=list(choices), **kwargs)


class AmountField(forms.CharField):
    """Whole units of money as people write them: 500000, 1,500,000, 1.5m, 300万."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        amount = amount_of(typed)
        if amount is None:
            raise ValidationError(_("Type an amount in figures, such as 500,000, 1.5m or 300万."))
        return amount


class RegionsField(forms.CharField):
    """Regions separated by commas of either language; cleaned to a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(max_length=1000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        regions = [region for region in map(clean_line, re.split("[,，、;；\n]", typed or "")) if region]
        if len(regions) > MOST_REGIONS:
            raise ValidationError(_("Name at most %(most)s regions.") % {"most": MOST_REGIONS})
        if any(len(region) > LONGEST_REGION for region in regions):
            raise ValidationError(_("Separate the regions by commas."))
        return list(dict.fromkeys(regions))
