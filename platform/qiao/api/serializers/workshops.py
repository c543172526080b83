"""Workshops: what they are, who comes, the programme, and meetings."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qiao.api.core.fields import PlainText, Texts
from qiao.common.languages import TextLanguage
from qiao.workshops.enums import (
    AttendanceMode,
    MeetingAnswer,
    MeetingOrigin,
    MeetingOutcome,
    MeetingState,
    QuestionKind,
    RegistrationMode,
    RegistrationState,
    WorkshopFormat,
    WorkshopState,
)


class QuestionOut(serializers.Serializer[Any]):
    """What a workshop asks of those who register."""

    id = serializers.IntegerField(source="pk", help_text="Number by which it is answered.")
    text = Texts(help_text="The question.")
    kind = serializers.ChoiceField(choices=QuestionKind.choices, help_text="Kind of answer.")
    choices = serializers.SerializerMethodField(help_text="What can be chosen, by number from 0.")
    is_required = serializers.BooleanField(help_text="Whether it must be answered.")

    @extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}})
    def get_choices(self, question: Any) -> list[dict[str, str]]:
        return [
            {"zh" if name.startswith("zh") else name: str(text) for name, text in choice.items()}
            if isinstance(choice, dict)
            else {"en": str(choice)}
            for choice in question.choices
        ]


class WorkshopOut(serializers.Serializer[Any]):
    """A workshop. Its days are days of its own time zone."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the workshop.")
    name = Texts(help_text="Its name.")
    theme = Texts(help_text="Its theme.")
    description = Texts(help_text="What it is about, as Markdown.")
    format = serializers.ChoiceField(choices=WorkshopFormat.choices, help_text="In person, online, or both.")
    venue = Texts(help_text="Where it is.")
    venue_address = Texts(help_text="Address, and how to get there.")
    first_day = serializers.DateField(help_text="Its first day.")
    last_day = serializers.DateField(help_text="Its last day.")
    time_zone = serializers.CharField(help_text="Name of its time zone.")
    state = serializers.ChoiceField(choices=WorkshopState.choices, help_text="Where it stands.")
    registration_mode = serializers.ChoiceField(choices=RegistrationMode.choices, help_text="How one gets a place.")
    registration_opens_at = serializers.DateTimeField(allow_null=True, help_text="From when one can register.")
    registration_closes_at = serializers.DateTimeField(allow_null=True, help_text="Until when one can register.")
    has_meetings = serializers.BooleanField(help_text="Whether there are one-to-one meetings.")
    updated_at = serializers.DateTimeField(help_text="When it was last changed.")


class StretchField(serializers.Serializer[Any]):
    """Hours in which somebody is there."""

    starts_at = serializers.DateTimeField(help_text="From.")
    ends_at = serializers.DateTimeField(help_text="To.")


class RegistrationOut(serializers.Serializer[Any]):
    """Somebody at a workshop. What is for the person and the organisers alone is null for others."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the registration.")
    organisation = serializers.CharField(source="organisation.public_id", help_text="For which organisation.")
    name = serializers.CharField(help_text="Name on the badge.")
    job_title = serializers.CharField(help_text="Position, or empty.")
    mode = serializers.ChoiceField(choices=AttendanceMode.choices, help_text="On site or online.")
    languages = serializers.ListField(child=serializers.CharField(), help_text="Languages spoken.")
    goals = serializers.CharField(help_text="What they hope for, or empty.")
    wants_meetings = serializers.BooleanField(help_text="Whether others may ask them for meetings.")
    state = serializers.ChoiceField(choices=RegistrationState.choices, help_text="Where it stands.")
    email = serializers.SerializerMethodField(help_text="Their address.")
    is_listed = serializers.SerializerMethodField(help_text="Whether they let themselves be listed.")
    needs_interpreter = serializers.SerializerMethodField(help_text="Whether they need an interpreter.")
    access_needs = serializers.SerializerMethodField(help_text="Access needs; for the person and who handles them.")
    most_meetings = serializers.SerializerMethodField(
        help_text="Meetings at most; null: as many as the workshop allows."
    )

    def _own(self, one: Any, name: str) -> Any:
        return getattr(one, name) if self.context["knows"](one) else None

    @extend_schema_field({"type": ["string", "null"], "format": "email"})
    def get_email(self, one: Any) -> Any:
        return self._own(one, "email")

    @extend_schema_field({"type": ["boolean", "null"]})
    def get_is_listed(self, one: Any) -> Any:
        return self._own(one, "is_listed")

    @extend_schema_field({"type": ["boolean", "null"]})
    def get_needs_interpreter(self, one: Any) -> Any:
        return self._own(one, "needs_interpreter")

    @extend_schema_field({"type": ["string", "null"]})
    def get_access_needs(self, one: Any) -> Any:
        return one.access_needs if self.context["reads_needs"](one) else None

    @extend_schema_field({"type": ["integer", "null"]})
    def get_most_meetings(self, one: Any) -> Any:
        return self._own(one, "most_meetings")


class RegistrationChange(serializers.Serializer[Any]):
    """What is said with a registration."""

    name = PlainText(required=False, max_length=120, help_text="Name on the badge.")
    job_title = PlainText(required=False, allow_blank=True, max_length=120, help_text="Position.")
    mode = serializers.ChoiceField(choices=AttendanceMode.choices, required=False, help_text="On site or online.")
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=TextLanguage.choices), required=False, max_length=5,
        help_text="Languages spoken.",
    )  # fmt: skip
    needs_interpreter = serializers.BooleanField(required=False, help_text="Needs an interpreter.")
    access_needs = PlainText(
        required=False, allow_blank=True, max_length=1000, help_text="Read by who handles registrations alone."
    )
    goals = PlainText(required=False, allow_blank=True, max_length=1500, help_text="Read by the matcher and by others.")
    wants_meetings = serializers.BooleanField(required=False, help_text="Others may ask for meetings.")
    is_listed = serializers.BooleanField(required=False, help_text="Shown in the list of participants.")
    most_meetings = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=60, help_text="Meetings at most."
    )
    time_zone = serializers.CharField(required=False, allow_blank=True, max_length=60, help_text="Of who is online.")
    at_any_hour = serializers.BooleanField(required=False, help_text="Meetings at any hour of one's own clock.")
    presences = StretchField(  # type: ignore[call-arg]  # of the list
        many=True, required=False, max_length=40, help_text="Hours there; none: all the time."
    )
    answers = serializers.DictField(
        child=serializers.JSONField(), required=False,
        help_text="Answers by the number of the question: a text, a number, numbers, or true and false.",
    )  # fmt: skip


class RegistrationIn(RegistrationChange):
    """A registration: of oneself, or of a colleague whose `email` is given."""

    organisation = serializers.CharField(
        required=False, max_length=12, help_text="For which organisation; may be left out by who has one."
    )
    email = serializers.EmailField(required=False, max_length=200, help_text="A colleague's address.")


class SessionOut(serializers.Serializer[Any]):
    """A session as it was released."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the session.")
    title = Texts(help_text="Its title.")
    description = Texts(help_text="What it is about.")
    starts_at = serializers.DateTimeField(help_text="When it starts.")
    ends_at = serializers.DateTimeField(help_text="When it ends.")
    room = serializers.SerializerMethodField(help_text="Its room.")
    online_url = serializers.SerializerMethodField(help_text="Link to join; told to who takes part.")
    is_cancelled = serializers.BooleanField(help_text="Whether it was cancelled.")
    release = serializers.IntegerField(source="sequence", help_text="Number of the release that last changed it.")
    changed_at = serializers.DateTimeField(help_text="When that was.")

    @extend_schema_field({"type": ["string", "null"]})
    def get_room(self, session: Any) -> str | None:
        return str(session.room) if session.room is not None else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_online_url(self, session: Any) -> str | None:
        return session.online_url or None if self.context["takes_part"] else None


class SessionAnswerIn(serializers.Serializer[Any]):
    """Whether one comes."""

    comes = serializers.BooleanField(help_text="Whether one comes.")


class SlotOut(serializers.Serializer[Any]):
    """A stretch of time in which meetings are held."""

    id = serializers.IntegerField(source="pk", help_text="Number of the slot.")
    starts_at = serializers.DateTimeField(help_text="From.")
    ends_at = serializers.DateTimeField(help_text="To.")


class MemberOut(serializers.Serializer[Any]):
    """Somebody in a meeting."""

    registration = serializers.CharField(source="registration.public_id", help_text="Identifier of the registration.")
    name = serializers.CharField(source="registration.name", help_text="Their name.")
    organisation = serializers.CharField(
        source="registration.organisation.public_id", help_text="Identifier of their organisation."
    )
    is_asking = serializers.BooleanField(help_text="Whether they have asked for it.")
    answer = serializers.ChoiceField(choices=MeetingAnswer.choices, help_text="What they have answered.")


class MeetingOut(serializers.Serializer[Any]):
    """A meeting, in the eyes of one who is in it."""

    id = serializers.CharField(source="meeting.public_id", help_text="Identifier of the meeting.")
    origin = serializers.ChoiceField(
        source="meeting.origin", choices=MeetingOrigin.choices, help_text="Whose idea it was."
    )
    state = serializers.ChoiceField(source="meeting.state", choices=MeetingState.choices, help_text="Where it stands.")
    starts_at = serializers.DateTimeField(source="begins_at", allow_null=True, help_text="When, if it has a time.")
    ends_at = serializers.DateTimeField(allow_null=True, help_text="Until when.")
    wished_slot = serializers.IntegerField(
        source="meeting.wished_slot_id", allow_null=True, help_text="Number of the slot that is asked for."
    )
    place = serializers.SerializerMethodField(help_text="Table and room, if it has them.")
    join_url = serializers.CharField(source="meeting.join_url", help_text="Link to join online, or empty.")
    message = serializers.CharField(source="meeting.message", help_text="What was said with the request, or empty.")
    lapses_at = serializers.DateTimeField(
        source="meeting.lapses_at", allow_null=True, help_text="Until when the request can be answered."
    )
    mine = MemberOut(help_text="One's own place in it.")
    others = MemberOut(many=True, help_text="The others.")
    outcome = serializers.ChoiceField(
        source="meeting.outcome",
        choices=MeetingOutcome.choices,
        allow_blank=True,
        help_text="What became of it, or empty.",
    )
    next_step = serializers.CharField(source="meeting.next_step", help_text="What was agreed on, or empty.")
    next_step_on = serializers.DateField(source="meeting.next_step_on", allow_null=True, help_text="Until when.")
    sequence = serializers.IntegerField(source="meeting.sequence", help_text="Changes of time or place.")

    @extend_schema_field({"type": ["string", "null"]})
    def get_place(self, line: Any) -> str | None:
        table = line.meeting.table
        return f"{table.room}, {table}" if table is not None else None


class MeetingIn(serializers.Serializer[Any]):
    """A request for a meeting."""

    people = serializers.ListField(
        child=serializers.CharField(max_length=12), min_length=1, max_length=12,
        help_text="Identifiers of the registrations of those to meet.",
    )  # fmt: skip
    message = PlainText(required=False, allow_blank=True, max_length=1000, help_text="What one says with it.")
    slot = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**53, help_text="Number of the slot that one asks for."
    )


class MeetingActIn(serializers.Serializer[Any]):
    """What one does with a meeting."""

    act = serializers.ChoiceField(
        choices=[
            "accept", "decline", "take_back", "withdraw", "cancel", "propose_time", "held", "did_not_happen",
            "agree_next_step",
        ],
        help_text="Say yes or no, undo a no, withdraw one's request, call it off, propose a time, say whether it was "
        "held, or write down what comes next.",
    )  # fmt: skip
    reason = PlainText(
        required=False,
        allow_blank=True,
        max_length=300,
        help_text="With `decline`, for organisers; with `cancel`, for all.",
    )
    slot = serializers.IntegerField(required=False, min_value=1, max_value=2**53, help_text="With `propose_time`.")
    next_step = PlainText(required=False, allow_blank=True, max_length=300, help_text="With `agree_next_step`.")
    next_step_on = serializers.DateField(required=False, allow_null=True, help_text="With `agree_next_step`.")
