"""What automatic placement is to do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from qiao.workshops.domain.placing import LONGEST, STEPS, hours_of
from qiao.workshops.enums import WorkshopFormat
from qiao.workshops.models import Room, Workshop


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class PlacingForm(forms.Form):
    """Which sessions, when, where, and how long it may take."""

    scope = forms.ChoiceField(
        label=_("What to place"),
        choices=[
            ("missing", _("Only sessions without a time or a room")),
            ("all", _("All sessions that are not locked")),
        ],
        initial="missing",
        widget=forms.RadioSelect,
    )
    begins = _clock(pgettext_lazy("time", "From"))
    ends = _clock(pgettext_lazy("time", "To"))
    step = forms.TypedChoiceField(
        label=_("Sessions begin every"),
        coerce=int,
        # Read in the language of the page, not of the moment the form was defined.
        choices=lambda: [(one, gettext("%d minutes") % one) for one in STEPS],
        initial=15,
    )
    rooms = forms.ModelMultipleChoiceField(
        label=_("Rooms"),
        queryset=Room.objects.none(),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    never_small = forms.BooleanField(label=_("Never in a room with fewer seats than are expected"), required=False)
    seconds = forms.IntegerField(label=_("Seconds it may take"), min_value=1, max_value=LONGEST, initial=30)

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        there = Room.objects.filter(workshop=workshop, removed_at=None)
        begins, ends = hours_of(workshop)
        initial = {"begins": begins, "ends": ends, "rooms": [one.public_id for one in there]}
        super().__init__(*args, **{"initial": initial} | kwargs)
        rooms = self.fields["rooms"]
        if isinstance(rooms, forms.ModelMultipleChoiceField):
            rooms.queryset = there
            rooms.required = workshop.format != WorkshopFormat.ONLINE
        if not there:
            del self.fields["rooms"]
