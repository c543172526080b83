"""The form of an endorsement."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from qiao.common.languages import TextLanguage
from qiao.directory.models import Endorsement
from qiao.website.forms.fields import model_field


class EndorsementForm(forms.Form):
    """What one says of a partner, and in which language."""

    text = model_field(
        Endorsement,
        "text",
        label=gettext_lazy("What would you tell others about working with them?"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Up to 600 characters. Everybody who reads their page can read it."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the text"), choices=TextLanguage.choices, widget=forms.RadioSelect
    )
