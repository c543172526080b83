"""Forms of the programme."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.organiser.forms.desk import SecureURLField
from qiao.organiser.forms.workshop_setup import in_both, number
from qiao.workshops.enums import SessionKind, SessionRole
from qiao.workshops.models import Registration, Room, Session, Workshop


class SessionForm(forms.Form):
    """What a session is."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("Kind"))
    title = in_both(_("Title"), length=240, required=True)
    description = in_both(_("What it is about"), length=20_000, area=True)
    track = forms.CharField(
        label=_("Track"), max_length=80, required=False, help_text=_("Sessions of one track should not be in parallel.")
    )
    minutes = number(_("Minutes"), least=5, most=720)
    capacity = number(_("Places"), required=False, least=1, help_text=_("Empty: no limit."))
    expected = number(_("People expected"), required=False)
    needs_interpreting = forms.BooleanField(label=_("It needs interpreting"), required=False)
    is_for_all = forms.BooleanField(label=_("It is for everybody: no meetings meanwhile"), required=False)
    online_url = SecureURLField(label=_("Link to join online"), required=False)
    answer_by = forms.DateField(
        label=_("Answers wanted by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=_("Places are kept until then for those whom you invite. Empty: until they have answered."),
    )

    def __init__(self, *args: Any, workshop: Workshop, session: Session | None = None, **kwargs: Any) -> None:
        blank = session or Session(workshop=workshop, kind=SessionKind.PANEL)
        initial = {name: getattr(blank, name) for name in self.base_fields}
        super().__init__(*args, **{"initial": initial} | kwargs)
        allowed = {*workshop.session_kinds, blank.kind}
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in SessionKind.choices if value in allowed
        ]


class PlaceForm(forms.Form):
    """When and where, by the workshop's clock."""

    starts_at = forms.DateTimeField(
        label=_("Begins"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("By the workshop's clock. Empty: no time yet."),
    )
    room = forms.ModelChoiceField(
        label=_("Room"), queryset=Room.objects.none(), required=False, to_field_name="public_id"
    )
    is_locked = forms.BooleanField(label=_("It keeps its room and time"), required=False)

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        self.zone = session.workshop.zone
        begins = session.starts_at
        initial = {
            "starts_at": None if begins is None else begins.astimezone(self.zone).replace(tzinfo=None),
            "room": None if session.room is None else session.room.public_id,
            "is_locked": session.is_locked,
        }
        super().__init__(*args, **{"initial": initial} | kwargs)
        self.fields["room"].queryset = Room.objects.filter(  # type: ignore[attr-defined]
            workshop=session.workshop, removed_at=None
        )

    def clean_starts_at(self) -> Any:
        given = self.cleaned_data["starts_at"]
        if given is None:
            return None
        moment = given.replace(tzinfo=self.zone)
        there = moment.astimezone(datetime.UTC).astimezone(self.zone).replace(tzinfo=None)
        if there != given.replace(tzinfo=None):
            raise forms.ValidationError(_("Clocks go forward that night: there is no such time."))
        return moment


class SessionPersonForm(forms.Form):
    """Somebody for a session: registered, or a name from outside."""

    role = forms.ChoiceField(label=_("Role"), choices=SessionRole.choices)
    registration = forms.ModelChoiceField(
        label=_("Somebody registered"), queryset=Registration.objects.none(), required=False, to_field_name="public_id"
    )
    name = forms.CharField(label=_("Or a name from outside"), max_length=120, required=False)
    affiliation = forms.CharField(label=_("Their organisation"), max_length=200, required=False)
    note = forms.CharField(
        label=_("Why you ask them"),
        max_length=300,
        required=False,
        help_text=_("It stands in the letter. A name from outside gets none."),
    )

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Registration.objects.of_workshop(workshop).confirmed().order_by("name", "pk")
        self.fields["registration"].queryset = people  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    """A name and a few words for a release."""

    name = forms.CharField(label=_("Name of the release"), max_length=80, required=False)
    note = forms.CharField(
        label=_("What changes, in your words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
