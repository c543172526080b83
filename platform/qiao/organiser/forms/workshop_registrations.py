"""Forms of registrations on the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.bridges.models import Bridge
from qiao.directory.enums import MembershipState
from qiao.directory.models import Organisation


class InviteForm(forms.Form):
    """Whom to invite, or to register at once."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), to_field_name="public_id"
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    at_once = forms.BooleanField(
        label=_("Register them at once"),
        required=False,
        help_text=_("Otherwise they are invited and decide themselves."),
    )

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Organisation.objects.filter(memberships__bridge=bridge, memberships__state=MembershipState.APPROVED)
        self.fields["organisation"].queryset = members.order_by("name_en", "name_zh")  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    """What organisers keep in mind of somebody."""

    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
