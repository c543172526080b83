"""Forms of the desk of a workshop's meetings."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.workshops.domain.schedule_runs import LONGEST
from qiao.workshops.enums import MeetingOrigin, MeetingOutcome, MeetingState
from qiao.workshops.models import Meeting, MeetingTable, Registration, Slot, Workshop

_MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A day and time by the clock of the workshop."""

    def __init__(self, *, zone: datetime.tzinfo | None = None, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(
            input_formats=[_MOMENT],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
            **kwargs,
        )

    def to_python(self, value: Any) -> datetime.datetime | None:
        found = super().to_python(value)
        return found.replace(tzinfo=self.zone) if found is not None and self.zone is not None else found


class MeetingFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """The list of meetings."""

    q = django_filters.CharFilter(label=gettext_lazy("Name or organisation"), method="by_words")
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), empty_label=gettext_lazy("Any"), choices=MeetingState.choices
    )
    origin = django_filters.ChoiceFilter(
        label=gettext_lazy("Origin"), empty_label=gettext_lazy("Any"), choices=MeetingOrigin.choices
    )
    outcome = django_filters.ChoiceFilter(
        label=gettext_lazy("What became of it"),
        empty_label=gettext_lazy("Any"),
        choices=[*MeetingOutcome.choices, ("none", gettext_lazy("Over, nothing said"))],
        method="by_outcome",
    )

    class Meta:
        model = Meeting
        fields = ("q", "state", "origin", "outcome")

    def by_words(self, queryset: QuerySet[Meeting], name: str, value: str) -> QuerySet[Meeting]:
        words = value.replace("\0", "").strip()
        if not words:
            return queryset
        people = Registration.objects.filter(
            Q(name__icontains=words)
            | Q(organisation__name_en__icontains=words)
            | Q(organisation__name_zh__icontains=words)
        )
        return queryset.filter(members__registration__in=people).distinct()

    def by_outcome(self, queryset: QuerySet[Meeting], name: str, value: str) -> QuerySet[Meeting]:
        if value == "none":
            over = Q(slot__ends_at__lte=timezone.now()) | Q(ends_at__lte=timezone.now())
            return queryset.filter(over, state=MeetingState.SCHEDULED, outcome="")
        return queryset.filter(outcome=value)


class RunForm(forms.Form):
    """What the scheduler is to do."""

    scope = forms.ChoiceField(
        label=gettext_lazy("What to schedule"),
        choices=[
            ("unbooked", gettext_lazy("Only meetings without a time")),
            ("all", gettext_lazy("All meetings that are not locked")),
        ],
        initial="unbooked",
        widget=forms.RadioSelect,
    )
    with_requests = forms.BooleanField(
        label=gettext_lazy("Place requests that wait for an answer as well"), required=False, initial=True
    )
    invite_unasked = forms.BooleanField(
        label=gettext_lazy("Let the matcher add meetings that nobody has asked for"), required=False, initial=True
    )
    seconds = forms.IntegerField(label=gettext_lazy("Seconds it may take"), min_value=1, max_value=LONGEST, initial=60)


class ShowForm(forms.Form):
    """Until when participants may comment."""

    def __init__(self, *args: Any, zone: datetime.tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begins = (timezone.now() + datetime.timedelta(days=2)).astimezone(zone).replace(minute=0, second=0)
        self.fields["until"] = MomentField(
            label=_("Comments until"), zone=zone, help_text=_("By the clock of the workshop."),
            initial=begins.replace(tzinfo=None),
        )  # fmt: skip


def slots_by_day(workshop: Workshop, slots: Iterable[Slot]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Slots to choose from, by day of the workshop's clock."""
    days: dict[str, list[tuple[str, str]]] = {}
    for slot in slots:
        begins, ends = slot.starts_at.astimezone(workshop.zone), slot.ends_at.astimezone(workshop.zone)
        days.setdefault(date_format(begins, "DATE_FORMAT"), []).append((str(slot.pk), f"{begins:%H:%M}–{ends:%H:%M}"))
    return list(days.items())


class PlaceForm(forms.Form):
    """Time and table of a meeting."""

    slot = forms.ChoiceField(label=gettext_lazy("Time"), required=False)
    table = forms.ChoiceField(label=gettext_lazy("Table number"), required=False)

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = {str(one.pk): one for one in Slot.objects.filter(workshop=workshop)}
        tables = MeetingTable.objects.filter(workshop=workshop, removed_at=None).select_related("room")
        self.tables = {str(one.pk): one for one in tables}
        field: Any = self.fields["slot"]
        field.choices = [("", _("No time")), *slots_by_day(workshop, self.slots.values())]
        field = self.fields["table"]
        field.choices = [("", _("As it fits"))] + [
            (key, f"{one.number} ({one.room})" if one.room else f"{one.number}") for key, one in self.tables.items()
        ]

    def clean_slot(self) -> Slot | None:
        """The slot."""
        return self.slots.get(self.cleaned_data["slot"])

    def clean_table(self) -> MeetingTable | None:
        """The table."""
        return self.tables.get(self.cleaned_data["table"])


class PeopleField(forms.MultipleChoiceField):
    """Some of the people of a workshop."""

    def __init__(self, **kwargs: Any) -> None:
        self.people: dict[str, Registration] = {}
        super().__init__(widget=forms.SelectMultiple(attrs={"size": 10}), **kwargs)

    def offer(self, people: Iterable[Registration]) -> None:
        """Who can be chosen."""
        self.people = {one.public_id: one for one in people}
        self.choices = [(key, f"{one.name} ({one.organisation})") for key, one in self.people.items()]

    def clean(self, value: Any) -> Any:
        return [self.people[key] for key in super().clean(value)]


class ArrangeForm(PlaceForm):
    """A meeting that an organiser sets."""

    field_order = ("people", "slot", "message")
    people = PeopleField(label=gettext_lazy("Who meets"), help_text=gettext_lazy("Two people or more."))
    message = forms.CharField(
        label=gettext_lazy("Message"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, workshop: Workshop, people: Iterable[Registration], **kwargs: Any) -> None:
        super().__init__(*args, workshop=workshop, **kwargs)
        del self.fields["table"]
        field: Any = self.fields["people"]
        field.offer(people)


class RepairForm(forms.Form):
    """Who stays away, and who comes late."""

    away = PeopleField(label=gettext_lazy("Who stays away"), required=False)
    late = PeopleField(label=gettext_lazy("Who comes late"), required=False)

    def __init__(self, *args: Any, people: Iterable[Registration], zone: datetime.tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = list(people)
        for name in ("away", "late"):
            field: Any = self.fields[name]
            field.offer(listed)
        self.fields["until"] = MomentField(
            label=_("They come at"), required=False, zone=zone, help_text=_("By the clock of the workshop.")
        )
        self.fields["apply"] = forms.BooleanField(
            label=_("Apply it at once and tell those it touches"), required=False, initial=True
        )


class SettleForm(forms.Form):
    """A reason for calling a meeting off."""

    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300)
