"""Proposals, what is answered to them, introductions, and what comes of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from matching.app.enums import Band
from qiao.api.core.fields import AMOUNT, PlainText
from qiao.api.serializers.directory import AuthorOut
from qiao.common.money import Currency
from qiao.partnerships.domain.queries.introduction_view import Tab
from qiao.partnerships.enums import (
    AgreementKind,
    Answer,
    CloseReason,
    Confidentiality,
    DismissalReason,
    IntroductionState,
    MessageKind,
    MilestoneState,
    Stage,
)

_ANSWERS = [Answer.INTERESTED.value, Answer.LATER.value, Answer.NO.value]
_OUR_ORGANISATION = "Which of one's organisations; may be left out by who has one in it."


class QuoteOut(serializers.Serializer[Any]):
    """Words of a listing that a reason stands on."""

    listing = serializers.CharField(source="listing.public_id", help_text="Identifier of the listing.")
    field = serializers.CharField(help_text="Title or text.")
    language = serializers.CharField(help_text="The language of the words.")
    text = serializers.CharField(help_text="The words.")


class ReasonOut(serializers.Serializer[Any]):
    """Why two should meet, or what stands against it: a code with its parameters."""

    code = serializers.CharField(help_text="Stable code of the reason.")
    sense = serializers.ChoiceField(
        choices=["for", "against", "unknown"], help_text="Whether it speaks for a meeting, against it, or is not known."
    )
    params = serializers.DictField(help_text="Parameters of the code.")
    strength = serializers.FloatField(help_text="Its part, 0 to 1, of all that speaks for the meeting.")
    mine = QuoteOut(allow_null=True, help_text="Words of one's own listing.")
    theirs = QuoteOut(allow_null=True, help_text="Words of the other side's listing.")


class ListingLine(serializers.Serializer[Any]):
    """A listing by its title."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the listing.")
    title = serializers.CharField(help_text="Its title, in the language it was written in.")


class ProposalOut(serializers.Serializer[Any]):
    """A proposed partnership, in the eyes of one organisation. What the other side has answered is never in it."""

    id = serializers.CharField(source="view.proposal.public_id", help_text="Identifier of the proposal.")
    organisation = serializers.CharField(source="organisation.public_id", help_text="In whose list it is.")
    rank = serializers.IntegerField(
        source="view.rank", allow_null=True, help_text="Place in the list; null: beside it."
    )
    band = serializers.ChoiceField(source="view.proposal.band", choices=Band.choices, help_text="How strong it is.")
    to_try = serializers.BooleanField(source="view.to_try", help_text="In the list to learn of it, not for its score.")
    is_current = serializers.BooleanField(source="view.is_current", help_text="Whether it still holds.")
    my_listing = ListingLine(source="view.mine.listing", help_text="One's own listing.")
    their_listing = ListingLine(source="view.theirs.listing", help_text="The other side's listing.")
    partner = serializers.SerializerMethodField(help_text="The other side, as far as one may know.")
    reasons = ReasonOut(many=True, source="view.reasons", help_text="Why they would say yes, strongest first.")
    gains = ReasonOut(many=True, source="view.gains", help_text="What one's own side has of it.")
    misfits = ReasonOut(many=True, source="view.misfits", help_text="What stands against it.")
    unknowns = ReasonOut(many=True, source="view.unknowns", help_text="What is not known.")
    saved_at = serializers.DateTimeField(source="mark.saved_at", default=None, allow_null=True, help_text="When saved.")
    dismissed_at = serializers.DateTimeField(
        source="mark.dismissed_at", default=None, allow_null=True, help_text="When one's own side said no."
    )
    later_until = serializers.DateField(
        source="mark.later_until", default=None, allow_null=True, help_text="Until when it is put off."
    )

    @extend_schema_field(AuthorOut)
    def get_partner(self, row: Any) -> Any:
        return AuthorOut(self.context["reader"].author_of(row.view.theirs.listing)).data


class ResponseIn(serializers.Serializer[Any]):
    """What one's own side says to a proposal."""

    organisation = serializers.CharField(required=False, max_length=12, help_text=_OUR_ORGANISATION)
    answer = serializers.ChoiceField(
        choices=_ANSWERS,
        help_text="Interest asks the other side, once. Later and no stay with one's own side.",
    )
    reason = serializers.ChoiceField(
        choices=DismissalReason.choices, required=False, help_text="Why not; the matcher learns from it."
    )
    note = PlainText(required=False, allow_blank=True, max_length=500, help_text="For one's own side.")
    question = PlainText(
        required=False, allow_blank=True, max_length=1000, help_text="A question that goes with interest."
    )
    until = serializers.DateField(required=False, help_text="Until when it is put off; 30 days if left out.")


class MarkIn(serializers.Serializer[Any]):
    """What one's own side does with a proposal in its list."""

    organisation = serializers.CharField(required=False, max_length=12, help_text=_OUR_ORGANISATION)
    act = serializers.ChoiceField(
        choices=["save", "unsave", "restore"], help_text="Save it, save it no longer, or put it back into the list."
    )


class ResponseOut(serializers.Serializer[Any]):
    """What came of a response."""

    proposal = serializers.CharField(help_text="Identifier of the proposal.")
    introduction = serializers.CharField(
        allow_null=True,
        help_text="Identifier of the introduction or request that one's side knows of, if there is one.",
    )


class ContactOut(serializers.Serializer[Any]):
    """Somebody of the other side, once the two are introduced."""

    name = serializers.CharField(help_text="Their name.")
    email = serializers.EmailField(help_text="Their address.")
    title = serializers.CharField(help_text="Their position, or empty.")


class PartnerOut(serializers.Serializer[Any]):
    """The other side. Without an id as long as its name is withheld."""

    id = serializers.CharField(allow_null=True, help_text="Identifier of the organisation, or null.")
    name = serializers.CharField(help_text="Its name, else its kind and country.")


class IntroductionLine(serializers.Serializer[Any]):
    """An introduction, or a request for one, in the eyes of one side."""

    id = serializers.CharField(source="introduction.public_id", help_text="Identifier of the introduction.")
    organisation = serializers.CharField(source="organisation.public_id", help_text="One's own side.")
    partner = serializers.SerializerMethodField(help_text="The other side.")
    state = serializers.ChoiceField(
        choices=IntroductionState.choices, help_text="Where it stands, as one's side knows."
    )
    tab = serializers.ChoiceField(choices=[tab.value for tab in Tab], help_text="The part of the list it is in.")
    i_ask = serializers.BooleanField(help_text="Whether one's own side has asked.")
    my_answer = serializers.ChoiceField(
        choices=Answer.choices, allow_blank=True, help_text="One's own answer, or empty."
    )
    requested_at = serializers.DateTimeField(
        source="introduction.requested_at", allow_null=True, help_text="When it was asked for."
    )
    lapses_at = serializers.DateTimeField(allow_null=True, help_text="Until when it can be answered.")
    opened_at = serializers.DateTimeField(
        source="introduction.opened_at", allow_null=True, help_text="When the two were introduced."
    )
    closed_at = serializers.DateTimeField(source="introduction.closed_at", allow_null=True, help_text="When it ended.")
    close_reason = serializers.ChoiceField(
        source="introduction.close_reason", choices=CloseReason.choices, allow_blank=True, help_text="Why, or empty."
    )
    stage = serializers.ChoiceField(
        source="introduction.stage", choices=Stage.choices, allow_blank=True, help_text="How far it has come, or empty."
    )
    next_step = serializers.CharField(source="introduction.next_step", help_text="What is to be done next, or empty.")
    next_step_on = serializers.DateField(source="introduction.next_step_on", allow_null=True, help_text="Until when.")

    @extend_schema_field(PartnerOut)
    def get_partner(self, row: Any) -> dict[str, Any]:
        theirs = row.their_organisation
        return {"id": theirs.public_id if theirs is not None else None, "name": row.their_name}


class IntroductionOut(IntroductionLine):
    """An introduction in full, in the eyes of one side."""

    my_listing = serializers.SerializerMethodField(help_text="One's own listing, if there is one.")
    their_listing = serializers.SerializerMethodField(help_text="The other side's listing, if there is one.")
    their_contact = serializers.SerializerMethodField(help_text="Whom to write to, once introduced.")
    note = serializers.CharField(source="introduction.note", help_text="What an organiser said to both, or empty.")
    may = serializers.SerializerMethodField(help_text="What one's own side can do now, by the names of `act`.")

    @extend_schema_field(ListingLine(allow_null=True))
    def get_my_listing(self, _row: Any) -> Any:
        return _line(self.context["view_of"].my_listing)

    @extend_schema_field(ListingLine(allow_null=True))
    def get_their_listing(self, _row: Any) -> Any:
        return _line(self.context["view_of"].their_listing)

    @extend_schema_field(ContactOut(allow_null=True))
    def get_their_contact(self, _row: Any) -> Any:
        contact = self.context["view_of"].their_contact
        return ContactOut(contact).data if contact is not None else None

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_may(self, _row: Any) -> list[str]:
        view = self.context["view_of"]
        answers = _ANSWERS if view.may_answer else [Answer.INTERESTED.value] if view.may_ask_back else []
        further = {
            "take_back": view.may_take_back, "withdraw": view.may_withdraw, "close": view.may_close,
            "reopen": view.may_reopen,
        }  # fmt: skip
        return [*answers, *(act for act, allowed in further.items() if allowed)]


class IntroductionActIn(serializers.Serializer[Any]):
    """What one's own side does."""

    organisation = serializers.CharField(required=False, max_length=12, help_text=_OUR_ORGANISATION)
    act = serializers.ChoiceField(
        choices=[*_ANSWERS, "take_back", "withdraw", "close", "reopen"],
        help_text="Answer, take the answer back, withdraw one's own request, end it, or go on with it.",
    )
    reason = serializers.ChoiceField(
        choices=sorted({*DismissalReason.values, *CloseReason.values}), required=False,
        help_text="With `no` and `close`.",
    )  # fmt: skip
    note = PlainText(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="With `no`, for one's own side; with `close`, for both.",
    )
    until = serializers.DateField(required=False, help_text="With `later`.")


class MessageOut(serializers.Serializer[Any]):
    """A message."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the message.")
    kind = serializers.ChoiceField(choices=MessageKind.choices, help_text="A message, or a question before answering.")
    side = serializers.SerializerMethodField(help_text="Who has written it.")
    author = serializers.SerializerMethodField(help_text="The person's name, where one may know it.")
    text = serializers.CharField(help_text="The words; empty when it was taken back.")
    retracted_at = serializers.DateTimeField(allow_null=True, help_text="When it was taken back.")
    created_at = serializers.DateTimeField(help_text="When it was written.")

    @extend_schema_field({"type": "string", "enum": ["mine", "theirs", "organiser"]})
    def get_side(self, message: Any) -> str:
        if message.organisation_id is None:
            return "organiser"
        return "mine" if message.organisation_id == self.context["mine"].pk else "theirs"

    @extend_schema_field({"type": ["string", "null"]})
    def get_author(self, message: Any) -> str | None:
        # Before the two are introduced, people are not named to each other.
        known = self.get_side(message) == "mine" or self.context["is_introduced"]
        return str(message.author.display_name) if message.author is not None and known else None


class MessageIn(serializers.Serializer[Any]):
    """A message to everybody in the introduction."""

    organisation = serializers.CharField(required=False, max_length=12, help_text=_OUR_ORGANISATION)
    text = PlainText(max_length=8000, help_text="The words.")
    acknowledges = serializers.BooleanField(
        default=False,
        help_text="With the first message: that one knows to say nothing confidential before an NDA.",
    )


class MilestoneOut(serializers.Serializer[Any]):
    """Something that happened between the two, recorded by one side and confirmed by the other."""

    id = serializers.CharField(source="milestone.public_id", help_text="Identifier of the milestone.")
    stage = serializers.ChoiceField(source="milestone.stage", choices=Stage.choices, help_text="What happened.")
    happened_on = serializers.DateField(source="milestone.happened_on", help_text="On which day.")
    state = serializers.ChoiceField(
        source="milestone.state", choices=MilestoneState.choices, help_text="Where it stands."
    )
    comment = serializers.CharField(source="milestone.comment", help_text="In a few words, or empty.")
    kind = serializers.ChoiceField(
        source="milestone.kind",
        choices=AgreementKind.choices,
        allow_blank=True,
        help_text="Kind of agreement, or empty.",
    )
    value_least = serializers.IntegerField(source="milestone.value_least", allow_null=True, help_text="Value from.")
    value_most = serializers.IntegerField(source="milestone.value_most", allow_null=True, help_text="Value to.")
    currency = serializers.ChoiceField(
        source="milestone.currency", choices=Currency.choices, allow_blank=True, help_text="ISO 4217 code, or empty."
    )
    public_funding = serializers.IntegerField(
        source="milestone.public_funding", allow_null=True, help_text="Public funding in it."
    )
    funding_source = serializers.CharField(source="milestone.funding_source", help_text="Of which source, or empty.")
    other_parties = serializers.CharField(source="milestone.other_parties", help_text="Further parties, or empty.")
    starts_on = serializers.DateField(source="milestone.starts_on", allow_null=True, help_text="Runs from.")
    ends_on = serializers.DateField(source="milestone.ends_on", allow_null=True, help_text="Runs to.")
    confidentiality = serializers.ChoiceField(
        source="milestone.confidentiality", choices=Confidentiality.choices, help_text="Who may know."
    )
    i_agree = serializers.BooleanField(allow_null=True, help_text="What one's own side says; null: nothing yet.")
    they_agree = serializers.BooleanField(allow_null=True, help_text="What the other side says; null: nothing yet.")


class MilestoneIn(serializers.Serializer[Any]):
    """What happened."""

    organisation = serializers.CharField(required=False, max_length=12, help_text=_OUR_ORGANISATION)
    stage = serializers.ChoiceField(
        choices=[stage.value for stage in Stage if stage != Stage.INTRODUCED], help_text="What happened."
    )
    happened_on = serializers.DateField(help_text="On which day.")
    comment = PlainText(required=False, allow_blank=True, max_length=2000, help_text="In a few words.")
    kind = serializers.ChoiceField(choices=AgreementKind.choices, required=False, help_text="Of an agreement.")
    value_least = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=AMOUNT - 1, help_text="Value from."
    )
    value_most = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=AMOUNT - 1, help_text="Value to."
    )
    currency = serializers.ChoiceField(choices=Currency.choices, required=False, help_text="ISO 4217 code.")
    public_funding = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=AMOUNT - 1, help_text="Public funding in it."
    )
    funding_source = PlainText(required=False, allow_blank=True, max_length=160, help_text="Of which source.")
    other_parties = PlainText(required=False, allow_blank=True, max_length=300, help_text="Further parties.")
    starts_on = serializers.DateField(required=False, allow_null=True, help_text="Runs from.")
    ends_on = serializers.DateField(required=False, allow_null=True, help_text="Runs to.")
    confidentiality = serializers.ChoiceField(
        choices=Confidentiality.choices, required=False, help_text="Who may know."
    )


class MilestoneActIn(serializers.Serializer[Any]):
    """What one's own side says of a milestone."""

    organisation = serializers.CharField(required=False, max_length=12, help_text=_OUR_ORGANISATION)
    act = serializers.ChoiceField(
        choices=["confirm", "dispute", "withdraw"], help_text="That it is so, that it is not, or take one's own back."
    )
    comment = PlainText(
        required=False, allow_blank=True, max_length=500, help_text="What is not right, with `dispute`."
    )


def _line(listing: Any) -> Any:
    return ListingLine(listing).data if listing is not None else None
