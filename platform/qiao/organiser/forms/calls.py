"""Forms of calls on the desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReviewCallForm(forms.Form):
    """What the organisation reads with the decision."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The organisation reads it. Needed when you send the call back."),
    )


class StopCallForm(forms.Form):
    """Why a call is withdrawn."""

    reason = forms.CharField(
        label=_("Why: who has entered or was invited reads it"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
