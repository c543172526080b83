"""Forms of the map of standards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.standards.models import StandardsBody


class SyncForm(forms.Form):
    """A body's file."""

    use_required_attribute = False
    body = forms.ModelChoiceField(
        label=_("Standards body"), queryset=StandardsBody.objects.all(), to_field_name="code", empty_label=None
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "JSON Lines or CSV as ISO publishes them, or a table with a column “reference”; packed with gzip or not."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".jsonl,.json,.csv,.gz"}),
    )
    is_complete = forms.BooleanField(
        label=_("The file is all there is: documents that it lacks are gone"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label_from_instance = lambda one: f"{one.code} – {one.name}"  # type: ignore[attr-defined]
