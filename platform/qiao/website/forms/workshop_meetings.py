"""Forms of meetings at a workshop: asking, another time, notes, the next step, walk-ins."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.website.forms.introductions import DayField
from qiao.workshops.domain.asking import MESSAGE_LENGTH
from qiao.workshops.domain.outcomes import NOTES_LENGTH
from qiao.workshops.domain.queries.free_times import Against, FreeTimes
from qiao.workshops.domain.walk_ins import DEFAULT_MINUTES
from qiao.workshops.models import Registration, Slot
from qiao.workshops.templatetags.workshop_meetings import own_clock

#: What stands against a time, said of oneself and of another.
_MINE = {
    Against.MEETING: gettext_lazy("you have a meeting"),
    Against.SESSION: gettext_lazy("you are in a session"),
    Against.ABSENT: gettext_lazy("you are not there"),
    Against.NIGHT: gettext_lazy("it is night where you are"),
}
_THEIRS = {
    Against.MEETING: gettext_lazy("%(name)s has a meeting"),
    Against.SESSION: gettext_lazy("%(name)s is in a session"),
    Against.ABSENT: gettext_lazy("%(name)s is not there"),
    Against.NIGHT: gettext_lazy("it is night where %(name)s is"),
}


def slot_choices(times: FreeTimes, mine: Registration, reader: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Times one can wish for, by day, each with what stands against it. What no wish can overrule is left out."""
    zone = times.workshop.zone
    days: dict[datetime.date, list[tuple[str, str]]] = {}
    for slot in times.slots:
        against = {pk: times.against(pk, slot) for pk in times.people}
        if any(found & {Against.PAST, Against.PLENARY} for found in against.values()):
            continue
        begins = slot.starts_at.astimezone(zone)
        words = f"{begins:%H:%M}–{slot.ends_at.astimezone(zone):%H:%M}"
        own = own_clock(slot.starts_at, zone, reader)
        notes = [str(_MINE[one]) for one in sorted(against.get(mine.pk, ()))]
        for pk, found in against.items():
            if pk != mine.pk:
                notes += [str(_THEIRS[one]) % {"name": times.people[pk].name} for one in sorted(found)]
        label = " · ".join([words, *([own] if own else []), *notes])
        days.setdefault(begins.date(), []).append((str(slot.pk), label))
    return [(date_format(day, "DATE_FORMAT"), choices) for day, choices in days.items()]


def _slot_of(times: FreeTimes, value: str) -> Slot | None:
    return next((slot for slot in times.slots if str(slot.pk) == value), None)


class TimeForm(forms.Form):
    """Another time for a meeting."""

    slot = forms.ChoiceField(label=gettext_lazy("Time"))

    def __init__(self, *args: Any, times: FreeTimes, mine: Registration, reader: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.times = times
        field: Any = self.fields["slot"]
        field.choices = [("", _("Choose a time")), *slot_choices(times, mine, reader)]

    def clean_slot(self) -> Slot | None:
        """The slot itself."""
        return _slot_of(self.times, self.cleaned_data["slot"])


class AskForm(TimeForm):
    """A request for a meeting."""

    field_order = ("message", "slot", "also")
    message = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What you would like to talk about. They read it with your request."),
    )
    also = forms.MultipleChoiceField(
        label=gettext_lazy("Others who should be there"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Everybody is asked. Colleagues of yours can come along as well."),
    )

    def __init__(
        self, *args: Any, times: FreeTimes, mine: Registration, reader: Any, also: Iterable[Registration], **kwargs: Any
    ) -> None:
        super().__init__(*args, times=times, mine=mine, reader=reader, **kwargs)
        field: Any = self.fields["slot"]
        field.required = False
        field.label = _("Time you wish for")
        field.help_text = _("A wish holds no time: it is a meeting once they accept. Busy times are marked.")
        field.choices = [("", _("Any time")), *field.choices[1:]]
        people: Any = self.fields["also"]
        self.others = {one.public_id: one for one in also}
        people.choices = [(key, f"{one.name} ({one.organisation})") for key, one in self.others.items()]
        if not self.others:
            del self.fields["also"]

    def clean_also(self) -> list[Registration]:
        """The people themselves."""
        return [self.others[key] for key in self.cleaned_data["also"]]


class DeclineForm(forms.Form):
    """No, with a reason if one likes."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Only the organisers read it."),
    )


class CancelForm(forms.Form):
    """Calling a meeting off."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"), required=False, max_length=300, help_text=gettext_lazy("The others read it.")
    )


class LinkForm(forms.Form):
    """The link at which a meeting is held."""

    join_url = forms.URLField(
        label=gettext_lazy("Link to join online"), required=False, max_length=200, assume_scheme="https"
    )


class NotesForm(forms.Form):
    """One's own notes."""

    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=NOTES_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Only you and your colleagues read them."),
    )


class StepForm(forms.Form):
    """What comes next."""

    next_step = forms.CharField(
        label=gettext_lazy("Next step"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Everybody in the meeting reads it, and it goes on into your collaboration."),
    )
    next_step_on = DayField(label=gettext_lazy("Due on"), required=False)


class ColleagueForm(forms.Form):
    """A colleague who comes along."""

    colleague = forms.ChoiceField(label=gettext_lazy("Colleague"))

    def __init__(self, *args: Any, colleagues: Iterable[Registration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {one.public_id: one for one in colleagues}
        field: Any = self.fields["colleague"]
        field.choices = [(key, one.name) for key, one in self.colleagues.items()]

    def clean_colleague(self) -> Registration:
        """The person."""
        return self.colleagues[self.cleaned_data["colleague"]]


class WalkInForm(forms.Form):
    """A meeting that nobody had planned."""

    other = forms.ChoiceField(label=gettext_lazy("With whom"))
    starts_at = forms.DateTimeField(
        label=gettext_lazy("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        help_text=gettext_lazy("By the clock of the workshop."),
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=5, max_value=240, initial=DEFAULT_MINUTES)

    def __init__(
        self, *args: Any, people: Iterable[Registration], zone: datetime.tzinfo, chosen: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.people = {one.public_id: one for one in people}
        field: Any = self.fields["other"]
        field.choices = [("", _("Choose a person"))] + [
            (key, f"{one.name} ({one.organisation})") for key, one in self.people.items()
        ]
        field.initial = chosen
        self.fields["starts_at"].initial = timezone.now().astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)

    def clean_other(self) -> Registration:
        """The person."""
        return self.people[self.cleaned_data["other"]]

    def clean_starts_at(self) -> datetime.datetime:
        """The moment, by the workshop's clock: the field itself has read it by the server's."""
        found: datetime.datetime = self.cleaned_data["starts_at"]
        return found.replace(tzinfo=self.zone)


class CommentForm(forms.Form):
    """What does not suit one in a provisional schedule."""

    text = forms.CharField(
        label=gettext_lazy("What does not suit you?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
