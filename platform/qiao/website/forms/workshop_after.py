"""Forms for what participants say afterwards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MARKS = (
    ("5", pgettext_lazy("mark", "5, very good")),
    ("4", pgettext_lazy("mark", "4, good")),
    ("3", pgettext_lazy("mark", "3, fair")),
    ("2", pgettext_lazy("mark", "2, poor")),
    ("1", pgettext_lazy("mark", "1, very poor")),
)


class FeedbackForm(forms.Form):
    """A mark and words, of the workshop or of one of its sessions."""

    session = forms.ChoiceField(label=_("About"), required=False)
    mark = forms.TypedChoiceField(
        label=_("Mark"), choices=MARKS, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    good = forms.CharField(
        label=_("What was good"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    better = forms.CharField(
        label=_("What should be better"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_anonymous = forms.BooleanField(
        label=_("Without my name"),
        required=False,
        help_text=_("The organisers read your words and not who wrote them."),
    )

    def __init__(self, *args: Any, sessions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["session"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("the workshop as a whole")), *sessions]
