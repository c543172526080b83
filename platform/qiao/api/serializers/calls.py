"""Calls, entries to them, and the figures of a bridge."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qiao.api.core.fields import PlainText, WrittenText
from qiao.api.serializers.directory import SectorCodes
from qiao.calls.enums import CallState, EntryState
from qiao.calls.models.entry import ANSWER_LENGTH
from qiao.common.languages import TextLanguage
from qiao.directory.enums import ListingKind, OrganisationKind


class CriterionOut(serializers.Serializer[Any]):
    """What entries are judged by, and answer."""

    position = serializers.IntegerField(help_text="Number by which it is answered.")
    name = serializers.CharField(help_text="What it is called.")
    explanation = serializers.CharField(help_text="What it asks, or empty.")
    weight = serializers.IntegerField(help_text="How much it counts beside the others.")


class CallOut(serializers.Serializer[Any]):
    """A challenge that an organisation publishes."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the call.")
    organisation = serializers.CharField(source="organisation.public_id", help_text="Whose call it is.")
    language = serializers.ChoiceField(choices=TextLanguage.choices, help_text="The language it was written in.")
    title = WrittenText("title", read_only=True, help_text="Its title.")
    brief = WrittenText("brief", read_only=True, help_text="The challenge.")
    offers = WrittenText("offers", read_only=True, help_text="What is offered.")
    kind = serializers.ChoiceField(choices=ListingKind.choices, help_text="What it is about.")
    sectors = SectorCodes()
    partner_kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=OrganisationKind.choices), help_text="Who may enter; none means any."
    )
    time_zone = serializers.CharField(help_text="Name of the time zone of its dates.")
    opens_at = serializers.DateTimeField(help_text="From when it takes entries.")
    closes_at = serializers.DateTimeField(help_text="Until when.")
    decision_by = serializers.DateField(help_text="By when it is decided.")
    words_per_answer = serializers.IntegerField(help_text="Words of an answer at most.")
    state = serializers.ChoiceField(choices=CallState.choices, help_text="Where it stands.")
    takes_entries = serializers.BooleanField(help_text="Whether it takes entries at this moment.")
    criteria = CriterionOut(many=True, source="criteria.all", help_text="What entries are judged by.")
    updated_at = serializers.DateTimeField(help_text="When it was last changed.")


class EntryOut(serializers.Serializer[Any]):
    """An entry of an organisation to a call."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the entry.")
    call = serializers.CharField(source="call.public_id", help_text="Identifier of the call.")
    organisation = serializers.CharField(source="organisation.public_id", help_text="Who enters.")
    language = serializers.ChoiceField(choices=TextLanguage.choices, help_text="The language it was written in.")
    title = serializers.CharField(help_text="Its title, or empty.")
    state = serializers.ChoiceField(choices=EntryState.choices, help_text="Where it stands.")
    submitted_at = serializers.DateTimeField(allow_null=True, help_text="When it was handed in.")
    answers = serializers.SerializerMethodField(help_text="Answers by the position of the criterion.")
    updated_at = serializers.DateTimeField(help_text="When it was last changed.")

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_answers(self, entry: Any) -> dict[str, str]:
        return {str(one.criterion.position): one.text for one in entry.answers.all()}


class EntryIn(serializers.Serializer[Any]):
    """An entry as it is written. It is a draft until it is handed in by `act`."""

    organisation = serializers.CharField(
        required=False, max_length=12, help_text="Who enters; may be left out by who has one organisation."
    )
    language = serializers.ChoiceField(choices=TextLanguage.choices, help_text="The language it is written in.")
    title = PlainText(max_length=160, allow_blank=True, help_text="Its title.")
    answers = serializers.DictField(
        child=PlainText(max_length=ANSWER_LENGTH, allow_blank=True), required=False,
        help_text="Answers by the position of the criterion; those not named stay.",
    )  # fmt: skip


class EntryActIn(serializers.Serializer[Any]):
    """A step of an entry."""

    act = serializers.ChoiceField(
        choices=["submit", "take_back", "withdraw", "reopen"],
        help_text="Hand it in, make it a draft again, enter no longer, or go on with what was withdrawn.",
    )


class SideFigures(serializers.Serializer[Any]):
    """Members of one side."""

    code = serializers.CharField(help_text="Code of the side.")
    country = serializers.CharField(help_text="ISO 3166 code of its country.")
    members = serializers.IntegerField(help_text="How many members it has.")


class FiguresOut(serializers.Serializer[Any]):
    """What goes on on a bridge, at most a minute old."""

    members = serializers.IntegerField(help_text="Members of all sides.")
    sides = SideFigures(many=True, help_text="Members by side.")
    needs = serializers.IntegerField(help_text="Needs that are shown.")
    offers = serializers.IntegerField(help_text="Offers that are shown.")
    in_english = serializers.IntegerField(help_text="Of both, those written in English.")
    in_chinese = serializers.IntegerField(help_text="Of both, those written in Chinese.")
    proposals = serializers.IntegerField(help_text="Proposals that hold.")
