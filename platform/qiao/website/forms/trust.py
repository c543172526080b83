"""Forms of trust: asking for verification, reporting, appealing."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.directory.models.moderation import WORDS_LENGTH
from qiao.directory.models.verification import NOTE_LENGTH
from qiao.directory.trust_words import ReportCategory


class VerificationRequestForm(forms.Form):
    """What the organisers can look at."""

    note = forms.CharField(
        label=_("What can the organisers look at?"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "The register you stand in and your number there, the address of your entry, or whom to ask. "
            "Send no documents here."
        ),
    )


class ReportForm(forms.Form):
    """What is wrong."""

    category = forms.ChoiceField(label=_("What is wrong?"), choices=ReportCategory.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In your words"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What you saw, and how one can see it too. Only the organisers read it."),
    )


class AppealForm(forms.Form):
    """Why a decision should be looked at again."""

    text = forms.CharField(
        label=_("Why should it be looked at again?"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("You can appeal once. Another organiser answers, if the bridge has one."),
    )
