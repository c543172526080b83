"""Forms of programs' keys, for the website and the desk alike."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from qiao.accounts.enums import READ_ONLY, SCOPES, ApiAction, ApiResource, KeyKind

DAYS = ((7, _("a week")), (30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("a year")))
OVERLAPS = (
    (24, _("Keep the old secret for a day")),
    (168, _("Keep the old secret for a week")),
    (0, _("End the old secret at once")),
)


def scope_choices() -> list[tuple[str, str]]:
    """Every scope, in words."""
    words = {ApiAction.READ: pgettext("interface", "read"), ApiAction.WRITE: pgettext("interface", "write")}
    # Pairs first: reading and writing of a thing stand beside each other.
    pairs = [(one, action) for one in ApiResource if one not in READ_ONLY for action in ApiAction]
    alone = [(one, ApiAction.READ) for one in ApiResource if one in READ_ONLY]
    return [(f"{one}:{action}", f"{one.label}: {words[action]}") for one, action in (*pairs, *alone)]


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(label=_("What it is for"), max_length=80, help_text=_("Such as the name of the program."))
    kind = forms.ChoiceField(label=_("Kind"), choices=KeyKind.choices, widget=forms.RadioSelect, initial=KeyKind.TOKEN)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Give it no more than it needs. It can never do more than you can."),
    )
    days = forms.TypedChoiceField(label=_("Holds for"), choices=DAYS, coerce=int, initial=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scope_choices()  # type: ignore[attr-defined]  # a choice field
        self.fields["scopes"].initial = [scope for scope in SCOPES if scope.endswith(":read")]


class RotateForm(forms.Form):
    """A new secret for a key."""

    overlap_hours = forms.TypedChoiceField(label=_("The secret in use"), choices=OVERLAPS, coerce=int, initial=24)


class RevokeForm(forms.Form):
    """The end of a key."""

    sure = forms.BooleanField(label=_("I know that programs with this key stop working at once."))
