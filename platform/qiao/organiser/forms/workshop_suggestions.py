"""Forms of proposed sessions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.workshops.domain.suggesting import SMALLEST
from qiao.workshops.domain.suggestion_runs import LARGEST, LEAST, MOST


class ProposeForm(forms.Form):
    """How large sessions are, and how many of them."""

    least = forms.IntegerField(label=_("People, at least"), initial=LEAST, min_value=SMALLEST, max_value=LARGEST)
    most = forms.IntegerField(label=_("People, at most"), initial=MOST, min_value=SMALLEST, max_value=LARGEST)
    groups = forms.IntegerField(
        label=_("Sessions"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("Leave it empty and the matcher makes as many as the people fill."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("least") and cleaned.get("most") and cleaned["least"] > cleaned["most"]:
            self.add_error("most", _("Not fewer than at least."))
        return cleaned


class TitleForm(forms.Form):
    """A title in each language."""

    title_en = forms.CharField(label=_("Title in English"), required=False, max_length=240)
    title_zh = forms.CharField(label=_("Title in Chinese"), required=False, max_length=240)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("title_en") and not cleaned.get("title_zh"):
            self.add_error("title_en", _("Write a title, in one language at least."))
        return cleaned


class AcceptForm(forms.Form):
    """How long the roundtable is."""

    minutes = forms.IntegerField(label=_("Minutes"), initial=60, min_value=5, max_value=720)
