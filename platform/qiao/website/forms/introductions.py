"""Forms of an introduction: what a side says to a proposal or a request, what it writes, and what it keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.common.file_fields import FilesField
from qiao.partnerships.domain.asking import QUESTION_LENGTH
from qiao.partnerships.enums import CloseReason, DismissalReason
from qiao.partnerships.models import Introduction, PrivateNote
from qiao.partnerships.models.conversation import MESSAGE_LENGTH
from qiao.website.forms.fields import model_field

LATER_DAYS = 30


class DayInput(forms.DateInput):
    """A day, by the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day."""

    widget = DayInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


class InterestForm(forms.Form):
    """Interest in a proposal; a question may go with it."""

    question = forms.CharField(
        label=gettext_lazy("A question to them"),
        required=False,
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("They read it with your request and can answer before they decide."),
    )


class LaterForm(forms.Form):
    """Not now: out of sight until a day."""

    until = DayField(label=gettext_lazy("Until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["until"].initial = today + timedelta(days=LATER_DAYS)
        self.fields["until"].widget.attrs |= {
            "min": (today + timedelta(days=1)).isoformat(),
            "max": (today + timedelta(days=366)).isoformat(),
        }


class NoForm(forms.Form):
    """No, with a reason if one likes."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        required=False,
        choices=[("", gettext_lazy("No reason given")), *DismissalReason.choices],
    )
    note = forms.CharField(
        label=gettext_lazy("A note for your colleagues"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class OnceForm(forms.Form):
    """A form that is stored once, however often its button is pressed."""

    once = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["once"].initial = get_random_string(24)


class MessageForm(OnceForm):
    """A message to everybody in the introduction."""

    text = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    files = FilesField(label=gettext_lazy("Files"), required=False)  # type: ignore[assignment]  # a field is no attribute
    understood = forms.BooleanField(
        label=gettext_lazy("I have understood: nothing confidential here until an NDA is recorded."), required=False
    )

    def __init__(self, *args: Any, ask_notice: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text", "files"):  # one of the two: neither is called optional
            self.fields[name].one_required = True  # type: ignore[attr-defined]
        if ask_notice:
            self.fields["understood"].required = True
            self.fields["understood"].error_messages["required"] = _("Tick this once, then your message goes.")
        else:
            del self.fields["understood"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("text", "").strip() and not cleaned.get("files"):
            self.add_error("text", _("Write a message or choose a file."))
        return cleaned


class QuestionForm(OnceForm):
    """A question, or an answer to one, before the two are introduced."""

    question = forms.CharField(
        label=gettext_lazy("Your question or answer"),
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NoteForm(forms.Form):
    """A note for one's own side."""

    text = model_field(PrivateNote, "text", label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}))


class NextStepForm(forms.Form):
    """What comes next, until when, and who does it."""

    text = model_field(Introduction, "next_step", label=gettext_lazy("What comes next"), required=False)
    on = DayField(label=gettext_lazy("By"), required=False)
    by = forms.ChoiceField(label=gettext_lazy("Who does it"), required=False)

    def __init__(self, *args: Any, sides: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = [("", gettext_lazy("Both sides")), *sides]  # type: ignore[attr-defined]


class ContactForm(forms.Form):
    """Who of one's own people stands for the organisation here."""

    contact = forms.ChoiceField(label=gettext_lazy("Contact"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].choices = people  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """The end of an introduction, with the reason that both sides read."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[choice for choice in CloseReason.choices if choice[0] != CloseReason.NOT_PASSED_ON],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("A few words to the other side"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
