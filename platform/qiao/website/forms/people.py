"""Forms of an organisation's people."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.directory.enums import PersonRole


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=PersonRole.choices,
        initial=PersonRole.EDITOR,
        help_text=_("Owners also invite and remove people; editors write; viewers read."),
    )


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label=_("Role"), choices=PersonRole.choices)
