"""Forms of the desk for mail: letters to groups, and the address of a message."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.bridges.models import Bridge
from qiao.directory.enums import OrganisationKind, PersonRole
from qiao.notifications.models import Circular

AUDIENCE = ("side", "kind", "roles")


class LetterForm(forms.ModelForm[Circular]):
    """A letter and the group it goes to."""

    side = forms.ChoiceField(label=_("Side"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of organisation"), required=False, choices=[("", _("Every kind")), *OrganisationKind.choices]
    )
    roles = forms.MultipleChoiceField(
        label=_("Role in the organisation"),
        required=False,
        choices=PersonRole.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means everybody."),
    )

    class Meta:
        model = Circular
        fields = ("subject_en", "text_en", "subject_zh", "text_zh")
        widgets = {
            "text_en": forms.Textarea(attrs={"rows": 8, "lang": "en"}),
            "text_zh": forms.Textarea(attrs={"rows": 8, "lang": "zh-Hans"}),
        }
        help_texts = {
            "text_en": _("Plain text. A greeting, the bridge's name and how to end such messages are added."),
        }

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = [  # type: ignore[attr-defined]
            ("", _("All sides")),
            *((side.code, str(side)) for side in bridge.sides.all()),
        ]

    def _post_clean(self) -> None:
        """The domain function checks and writes; the form's own copy of the letter is left alone."""

    @property
    def audience(self) -> dict[str, Any]:
        """The group, once the form is valid."""
        return {name: self.cleaned_data[name] for name in AUDIENCE}

    @property
    def words(self) -> dict[str, str]:
        """Subjects and texts, once the form is valid."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class AddressForm(forms.Form):
    """Where a message that was given up goes instead."""

    to = forms.EmailField(label=_("E-mail address"), max_length=254)
