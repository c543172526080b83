"""Forms for what organisers write after a workshop."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.workshops.domain.afterwards import TEXT_LENGTH


def _text(label: object) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # a lazy string
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class AfterwardsForm(forms.Form):
    """Highlights and minutes, in one language or both."""

    highlights_en = _text(_("Highlights, in English"))
    highlights_zh = _text(_("Highlights, in Chinese"))
    minutes_en = _text(_("Minutes, in English"))
    minutes_zh = _text(_("Minutes, in Chinese"))
    is_public = forms.BooleanField(
        label=_("Show them to everybody"),
        required=False,
        help_text=_("Otherwise those who took part read them, and nobody else."),
    )
