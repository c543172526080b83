"""Forms in which a workshop is set up."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from i18nfield.forms import I18nFormField, I18nTextarea, I18nTextInput

from qiao.bridges.models import Bridge
from qiao.common.languages import InterfaceLanguage
from qiao.common.time_zones import time_zone, time_zone_names
from qiao.directory.enums import OrganisationKind
from qiao.organiser.forms.desk import SecureURLField
from qiao.workshops.enums import QuestionKind, RegistrationMode, SessionKind, WorkshopFormat, WorkshopRole
from qiao.workshops.models import Room, Workshop

LOCALES = list(InterfaceLanguage.values)
#: Moments that are typed by the workshop's own clock.
MOMENTS = (
    "registration_opens_at", "registration_closes_at", "meeting_requests_open_at", "meeting_requests_close_at",
)  # fmt: skip


def in_both(label: Any, *, length: int, required: bool = False, area: bool = False, **more: Any) -> I18nFormField:
    """A text in each language, of which one is enough."""
    widget = I18nTextarea if area else I18nTextInput
    field = I18nFormField(label=label, locales=LOCALES, widget=widget, max_length=length, required=required, **more)
    for language, part in zip(LOCALES, field.widget.widgets, strict=True):
        part.attrs |= {"aria-label": f"{label} ({InterfaceLanguage(language).label})"}
        if area:
            part.attrs["rows"] = 5
    return field


def moment(label: Any) -> forms.DateTimeField:
    """A moment by the workshop's clock; the form gives it its time zone."""
    return forms.DateTimeField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def day(label: Any) -> forms.DateField:
    """A day of the calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def number(label: Any, *, required: bool = True, least: int = 0, most: int = 20_000, **more: Any) -> forms.IntegerField:
    """A whole number."""
    return forms.IntegerField(label=label, required=required, min_value=least, max_value=most, **more)


class WorkshopForm(forms.Form):
    """What a workshop is. Fields are shown in `groups`."""

    use_required_attribute = False
    name = in_both(_("Name"), length=160, required=True)
    theme = in_both(_("Theme"), length=240)
    description = in_both(_("What it is about"), length=20_000, area=True)
    format = forms.ChoiceField(label=_("Format"), choices=WorkshopFormat.choices)
    venue = in_both(_("Venue"), length=240)
    venue_address = in_both(_("Address and how to get there"), length=2000, area=True)
    online_url = SecureURLField(label=_("Link for those online"), required=False)
    first_day = day(_("First day"))
    last_day = day(_("Last day"))
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Days and clock times are meant in it."))
    capacity = number(_("Places on site"), required=False, least=1, help_text=_("Empty: no limit."))
    remote_capacity = number(_("Places online"), required=False, least=1, help_text=_("Empty: no limit."))
    places_per_organisation = number(_("People of one organisation at most"), required=False, least=1)
    registration_mode = forms.ChoiceField(label=_("Registration"), choices=RegistrationMode.choices)
    registration_opens_at = moment(_("Registration opens"))
    registration_closes_at = moment(_("Registration closes"))
    session_kinds = forms.MultipleChoiceField(
        label=_("Kinds of session"), choices=SessionKind.choices, widget=forms.CheckboxSelectMultiple
    )
    has_meetings = forms.BooleanField(label=_("There are one-to-one meetings"), required=False)
    meeting_requests_open_at = moment(_("Requests for meetings open"))
    meeting_requests_close_at = moment(_("Requests for meetings close"))
    hours_to_answer = number(_("Hours to answer a request"), least=1, most=720)
    meetings_per_person = number(_("Meetings a person has at most"), least=1, most=60)
    least_meetings = number(
        _("Meetings everyone should have"),
        most=20,
        help_text=_("Everyone reaches this many, where it can be, before anybody has more."),
    )
    requests_per_person = number(_("Open requests a person may have made"), least=1, most=100)
    longest_run = number(_("Meetings in a row at most"), required=False, least=1, most=60)
    minutes_between = number(_("Minutes between a session and a meeting"), most=120)
    interpreters = number(_("Interpreters for meetings at a time"), most=500)

    _GROUPS = (
        (_("What it is"), ("name", "theme", "description")),
        (_("When and where"), ("format", "first_day", "last_day", "time_zone", "venue", "venue_address", "online_url")),
        (
            _("Registration"),
            (
                "registration_mode", "registration_opens_at", "registration_closes_at", "capacity", "remote_capacity",
                "places_per_organisation",
            ),
        ),
        (_("Sessions"), ("session_kinds",)),
        (
            _("Meetings"),
            (
                "has_meetings", "meeting_requests_open_at", "meeting_requests_close_at", "hours_to_answer",
                "meetings_per_person", "least_meetings", "requests_per_person", "longest_run", "minutes_between",
                "interpreters",
            ),
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, workshop: Workshop | None = None, **kwargs: Any) -> None:
        blank = workshop or Workshop(time_zone="Asia/Shanghai")
        initial: dict[str, Any] = {name: getattr(blank, name) for name in self.base_fields}
        for name in MOMENTS:
            if initial[name] is not None:
                initial[name] = initial[name].astimezone(blank.zone).replace(tzinfo=None)
        super().__init__(*args, **{"initial": initial} | kwargs)
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            (name, name.replace("_", " ")) for name in time_zone_names()
        ]

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Headings with their fields."""
        return [(heading, [self[name] for name in names]) for heading, names in self._GROUPS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        zone = time_zone(cleaned.get("time_zone", "")) or datetime.UTC
        for name in MOMENTS:
            if cleaned.get(name) is not None:  # as it was typed, by the workshop's clock
                cleaned[name] = cleaned[name].replace(tzinfo=zone)
        return cleaned


class CopyForm(forms.Form):
    """When the new one begins."""

    first_day = day(_("First day of the new workshop"))
    with_sessions = forms.BooleanField(
        label=_("Take its sessions along"), required=False, help_text=_("With their rooms and times, without speakers.")
    )


class CancelForm(forms.Form):
    """Why it does not take place."""

    reason = forms.CharField(
        label=_("Why: everybody who is registered reads it"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class RoomForm(forms.Form):
    """A room."""

    use_required_attribute = False
    name = in_both(_("Name"), length=120, required=True)
    site = forms.CharField(
        label=_("Building or site"),
        max_length=80,
        required=False,
        help_text=_("Rooms with the same words are near each other; moving between others takes time."),
    )
    capacity = number(_("Seats"), required=False, least=1)
    has_interpreting = forms.BooleanField(label=_("It has a booth for interpreting"), required=False)
    online_url = SecureURLField(label=_("Link to join online"), required=False)


class TablesForm(forms.Form):
    """How many tables there are for meetings."""

    count = number(_("Tables"), most=1000)
    seats = number(_("Seats at each"), least=2, most=50)
    room = forms.ModelChoiceField(
        label=_("In"), queryset=Room.objects.none(), required=False, to_field_name="public_id"
    )

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].queryset = Room.objects.filter(  # type: ignore[attr-defined]
            workshop=workshop, removed_at=None
        )


class SlotForm(forms.Form):
    """One slot, by the workshop's clock."""

    use_required_attribute = False
    starts_at = moment(_("Begins"))
    minutes = number(_("Minutes"), least=1, most=1440, initial=20)

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        self.zone = workshop.zone
        super().__init__(*args, **{"auto_id": "id_one_%s"} | kwargs)
        self.fields["starts_at"].required = True

    def clean_starts_at(self) -> Any:
        return self.cleaned_data["starts_at"].replace(tzinfo=self.zone)


class SlotsForm(forms.Form):
    """Slots of some days, one after another."""

    days = forms.MultipleChoiceField(label=_("Days"), widget=forms.CheckboxSelectMultiple)
    begins = forms.TimeField(
        label=pgettext_lazy("time", "From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=pgettext_lazy("time", "To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = number(
        _("Minutes of a slot"), least=5, most=240, help_text=_("15, 20 or 30 are usual; any other will do as well.")
    )
    pause = number(_("Minutes between two"), most=120)
    break_begins = forms.TimeField(
        label=_("Break from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    break_ends = forms.TimeField(
        label=_("Break to"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from django.utils.formats import date_format

        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (one.isoformat(), date_format(one, "DATE_FORMAT")) for one in workshop.days
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if bool(cleaned.get("break_begins")) != bool(cleaned.get("break_ends")):
            self.add_error("break_ends", _("A break needs both."))
        return cleaned


class WorkshopStaffForm(forms.Form):
    """What somebody does for the workshop."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("The person needs an account with this address."))
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=WorkshopRole.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class QuestionForm(forms.Form):
    """One question of registration."""

    use_required_attribute = False
    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = in_both(_("Question"), length=300)
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=QuestionKind.choices)
    choices = forms.CharField(
        label=_("Choices, one a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In both languages with a bar between: Vegetarian | 素食"),
    )
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)

    @staticmethod
    def as_lines(choices: list[dict[str, str]]) -> str:
        """Choices as they are typed."""
        return "\n".join(" | ".join(one.get(code, "") for code in LOCALES).removesuffix(" | ") for one in choices)

    @property
    def row(self) -> dict[str, Any]:
        """What the domain function takes."""
        cleaned = self.cleaned_data
        choices = []
        for line in cleaned["choices"].splitlines():
            parts = [part.strip() for part in line.split("|")]
            choices.append({code: part for code, part in zip(LOCALES, parts, strict=False) if part})
        return {**cleaned, "choices": [one for one in choices if one]}


QuestionFormSet = forms.formset_factory(QuestionForm, extra=2, can_delete=True, can_order=True)


class AskingRuleForm(forms.Form):
    """One rule of who may ask whom."""

    asking_sides = forms.MultipleChoiceField(
        label=_("Who asks: sides"), required=False, widget=forms.CheckboxSelectMultiple
    )
    asking_kinds = forms.MultipleChoiceField(
        label=_("Who asks: kinds"),
        required=False,
        choices=OrganisationKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    asked_sides = forms.MultipleChoiceField(
        label=_("Who is asked: sides"), required=False, widget=forms.CheckboxSelectMultiple
    )
    asked_kinds = forms.MultipleChoiceField(
        label=_("Who is asked: kinds"),
        required=False,
        choices=OrganisationKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = [(str(side.pk), side.country_label) for side in bridge.sides.all()]
        for name in ("asking_sides", "asked_sides"):
            self.fields[name].choices = sides  # type: ignore[attr-defined]

    @property
    def in_words(self) -> Any:
        """The rule in a line, as it is marked."""
        ends = {}
        anybody = {"asking": pgettext_lazy("who asks", "Anybody"), "asked": pgettext_lazy("who is asked", "anybody")}
        for end, whoever in anybody.items():
            marked = [
                str(label)
                for name in (f"{end}_sides", f"{end}_kinds")
                for value, label in self.fields[name].choices  # type: ignore[attr-defined]
                if value in (self[name].value() or ())
            ]
            ends[end] = " · ".join(marked) or whoever
        return _("%(asking)s may ask %(asked)s") % ends


AskingRuleFormSet = forms.formset_factory(AskingRuleForm, extra=1, can_delete=True)
