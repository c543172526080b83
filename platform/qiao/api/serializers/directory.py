"""Organisations, their memberships and people, needs and offers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qiao.api.core.fields import AMOUNT, PlainText, TwoTexts, WrittenText
from qiao.common.languages import TextLanguage
from qiao.common.money import Currency
from qiao.directory.enums import (
    CooperationForm,
    DevelopmentStage,
    Direction,
    IntellectualProperty,
    ListingKind,
    ListingState,
    MembershipState,
    OrganisationKind,
    OrganisationSize,
    PersonRole,
)
from qiao.directory.models import Sector
from qiao.directory.models.listing import TEXT_LENGTH, TITLE_LENGTH
from qiao.directory.models.organisation import DESCRIPTION_LENGTH, SUMMARY_LENGTH

SECTORS = "Codes of sectors and branches, as `/sectors/` has them."


class SectorCodes(serializers.ListField):
    """Sectors by their codes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.SlugField(max_length=40), max_length=20, help_text=SECTORS, **kwargs)

    def to_representation(self, value: Any) -> list[str]:
        return sorted(sector.code for sector in value.all())

    def to_internal_value(self, data: Any) -> list[Sector]:
        codes = set(super().to_internal_value(data))
        found = list(Sector.objects.filter(code__in=codes))
        if len(found) != len(codes):
            raise serializers.ValidationError(_("There is no such sector."))
        return found


class OrganisationOut(serializers.Serializer[Any]):
    """An organisation."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the organisation.")
    name = TwoTexts(help_text="Its name.", read_only=True)
    kind = serializers.ChoiceField(choices=OrganisationKind.choices, help_text="What kind of organisation it is.")
    size = serializers.ChoiceField(
        choices=OrganisationSize.choices, allow_blank=True, help_text="How many people work there; empty if not told."
    )
    founded = serializers.IntegerField(allow_null=True, help_text="Year of its foundation, if told.")
    country = serializers.CharField(help_text="ISO 3166 code of its country.")
    region = TwoTexts(help_text="Its region.", read_only=True)
    city = TwoTexts(help_text="Its city.", read_only=True)
    website = serializers.CharField(help_text="Address of its own site, or empty.")
    summary = TwoTexts(help_text="What it does, in a line.", read_only=True)
    description = TwoTexts(help_text="What it does, as Markdown.", read_only=True)
    sectors = SectorCodes()
    updated_at = serializers.DateTimeField(help_text="When the profile was last changed.")
    side = serializers.SerializerMethodField(help_text="Code of its side of the bridge.")
    membership = serializers.SerializerMethodField(help_text="Where its membership of the bridge stands.")

    @extend_schema_field({"type": ["string", "null"]})
    def get_side(self, organisation: Any) -> str | None:
        membership = self.context["memberships"].get(organisation.pk)
        return str(membership.side.code) if membership else None

    @extend_schema_field({"type": ["string", "null"], "enum": [*MembershipState.values, None]})
    def get_membership(self, organisation: Any) -> str | None:
        membership = self.context["memberships"].get(organisation.pk)
        return str(membership.state) if membership else None


class OrganisationIn(serializers.Serializer[Any]):
    """A profile as it is written. A text replaces the text in all languages."""

    name = TwoTexts(help_text="Its name, in English, in Chinese or in both.", lengths=(160, 80))
    kind = serializers.ChoiceField(choices=OrganisationKind.choices, help_text="What kind of organisation it is.")
    size = serializers.ChoiceField(
        choices=OrganisationSize.choices, required=False, allow_blank=True, help_text="How many people work there."
    )
    founded = serializers.IntegerField(
        required=False, allow_null=True, min_value=1000, max_value=2200, help_text="Year of its foundation."
    )
    country = serializers.CharField(max_length=2, min_length=2, help_text="ISO 3166 code of its country.")
    region = TwoTexts(required=False, help_text="Its region.", lengths=(80, 40))
    city = TwoTexts(required=False, help_text="Its city.", lengths=(80, 40))
    website = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="Its own site.")
    summary = TwoTexts(required=False, help_text="What it does, in a line.", lengths=(SUMMARY_LENGTH, SUMMARY_LENGTH))
    description = TwoTexts(
        required=False, help_text="What it does, as Markdown.", lengths=(DESCRIPTION_LENGTH, DESCRIPTION_LENGTH)
    )
    sectors = SectorCodes(required=False)


class MembershipOut(serializers.Serializer[Any]):
    """The place of an organisation on a bridge."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the membership.")
    organisation = serializers.CharField(source="organisation.public_id", help_text="Identifier of the organisation.")
    side = serializers.CharField(source="side.code", help_text="Code of its side.")
    state = serializers.ChoiceField(choices=MembershipState.choices, help_text="Where it stands.")
    applied_at = serializers.DateTimeField(help_text="When it was applied for.")
    decided_at = serializers.DateTimeField(allow_null=True, help_text="When organisers decided.")
    updated_at = serializers.DateTimeField(help_text="When it was last changed.")


class MembershipIn(serializers.Serializer[Any]):
    """An application for membership."""

    organisation = serializers.CharField(
        required=False, max_length=12, help_text="Which of one's organisations; may be left out by who has one."
    )
    side = serializers.SlugField(
        required=False, max_length=20, help_text="Code of the side; by the organisation's country if left out."
    )


class PersonOut(serializers.Serializer[Any]):
    """Somebody of an organisation."""

    id = serializers.CharField(source="user.public_id", help_text="Identifier of the person.")
    name = serializers.CharField(source="user.display_name", help_text="Their name.")
    title = TwoTexts(help_text="Their position.", read_only=True)
    role = serializers.SerializerMethodField(help_text="Their role; told to the organisation's own people.")
    email = serializers.SerializerMethodField(help_text="Their address; told to the organisation's own people.")

    @extend_schema_field({"type": ["string", "null"], "enum": [*PersonRole.values, None]})
    def get_role(self, affiliation: Any) -> str | None:
        return str(affiliation.role) if self.context["is_own"] else None

    @extend_schema_field({"type": ["string", "null"], "format": "email"})
    def get_email(self, affiliation: Any) -> str | None:
        return str(affiliation.user.email) if self.context["is_own"] else None


class AuthorOut(serializers.Serializer[Any]):
    """Whose listing it is, as far as the caller may know. One that is listed without its name has no id."""

    id = serializers.CharField(source="organisation.public_id", default=None, allow_null=True, help_text="Identifier.")
    name = serializers.CharField(source="label", help_text="Its name, else its kind and country.")
    kind = serializers.ChoiceField(choices=OrganisationKind.choices, help_text="What kind of organisation it is.")
    country = serializers.CharField(help_text="ISO 3166 code of its country.")


class AmountOut(serializers.Serializer[Any]):
    """A sum sought, or a ticket range, in whole units. What nobody stated is null, never 0."""

    min = serializers.IntegerField(allow_null=True, help_text="From.")
    max = serializers.IntegerField(allow_null=True, help_text="To.")
    currency = serializers.ChoiceField(choices=Currency.choices, help_text="ISO 4217 code.")


class AmountIn(serializers.Serializer[Any]):
    """A sum sought, or a ticket range, in whole units."""

    min = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=AMOUNT, help_text="From.")
    max = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=AMOUNT, help_text="To.")
    currency = serializers.ChoiceField(choices=Currency.choices, help_text="ISO 4217 code.")


class ListingOut(serializers.Serializer[Any]):
    """A need or an offer."""

    id = serializers.CharField(source="public_id", help_text="Identifier.")
    direction = serializers.ChoiceField(choices=Direction.choices, help_text="Need or offer.")
    kind = serializers.ChoiceField(choices=ListingKind.choices, help_text="What it is about.")
    state = serializers.ChoiceField(choices=ListingState.choices, help_text="Where it stands.")
    organisation = serializers.SerializerMethodField(help_text="Whose it is, as far as the caller may know.")
    language = serializers.ChoiceField(choices=TextLanguage.choices, help_text="The language it was written in.")
    title = WrittenText("title", read_only=True, help_text="Its title.")
    text = WrittenText("text", read_only=True, help_text="What is sought or offered.")
    sectors = SectorCodes()
    stage = serializers.ChoiceField(
        choices=DevelopmentStage.choices, allow_blank=True, help_text="Stage of development, or empty."
    )
    trl = serializers.IntegerField(allow_null=True, help_text="Technology readiness level, 1 to 9.")
    ip_status = serializers.ChoiceField(
        choices=IntellectualProperty.choices, allow_blank=True, help_text="Intellectual property, or empty."
    )
    forms = serializers.ListField(
        child=serializers.ChoiceField(choices=CooperationForm.choices), help_text="Forms of cooperation sought."
    )
    partner_kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=OrganisationKind.choices), help_text="Kinds of partner; none means any."
    )
    partner_sizes = serializers.ListField(
        child=serializers.ChoiceField(choices=OrganisationSize.choices), help_text="Sizes of partner; none means any."
    )
    countries = serializers.ListField(child=serializers.CharField(), help_text="Countries sought; none means any.")
    amount = serializers.SerializerMethodField(help_text="Sum sought or ticket range; of investment only.")
    stages_sought = serializers.ListField(
        child=serializers.ChoiceField(choices=DevelopmentStage.choices), help_text="Stages an investor invests in."
    )
    regions_sought = serializers.ListField(child=serializers.CharField(), help_text="Regions an investor invests in.")
    valid_until = serializers.DateField(allow_null=True, help_text="The last day on which it is shown.")
    anonymous = serializers.BooleanField(help_text="Listed without the organisation's name.")
    published_at = serializers.DateTimeField(allow_null=True, help_text="When it was first published.")
    updated_at = serializers.DateTimeField(help_text="When it was last changed.")

    @extend_schema_field(AuthorOut)
    def get_organisation(self, listing: Any) -> Any:
        return AuthorOut(self.context["reader"].author_of(listing)).data

    @extend_schema_field(AmountOut(allow_null=True))
    def get_amount(self, listing: Any) -> Any:
        if listing.amount_min is None and listing.amount_max is None:
            return None
        return {"min": listing.amount_min, "max": listing.amount_max, "currency": listing.currency}


class ListingIn(serializers.Serializer[Any]):
    """A need or an offer as it is written."""

    organisation = serializers.CharField(
        required=False, max_length=12, help_text="Which of one's organisations; only when it is made."
    )
    direction = serializers.ChoiceField(choices=Direction.choices, help_text="Need or offer.")
    kind = serializers.ChoiceField(choices=ListingKind.choices, help_text="What it is about.")
    language = serializers.ChoiceField(choices=TextLanguage.choices, help_text="The language it is written in.")
    title = WrittenText(
        "title", length=TITLE_LENGTH, help_text="Its title: in its language, and in the other if you have it."
    )
    text = WrittenText("text", length=TEXT_LENGTH, help_text="What is sought or offered.")
    sectors = SectorCodes(required=False)
    stage = serializers.ChoiceField(
        choices=DevelopmentStage.choices, required=False, allow_blank=True, help_text="Stage of development."
    )
    trl = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=9, help_text="Technology readiness level."
    )
    ip_status = serializers.ChoiceField(
        choices=IntellectualProperty.choices, required=False, allow_blank=True, help_text="Intellectual property."
    )
    forms = serializers.ListField(
        child=serializers.ChoiceField(choices=CooperationForm.choices), required=False, max_length=20,
        help_text="Forms of cooperation sought.",
    )  # fmt: skip
    partner_kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=OrganisationKind.choices), required=False, max_length=20,
        help_text="Kinds of partner; none means any.",
    )  # fmt: skip
    partner_sizes = serializers.ListField(
        child=serializers.ChoiceField(choices=OrganisationSize.choices), required=False, max_length=20,
        help_text="Sizes of partner; none means any.",
    )  # fmt: skip
    countries = serializers.ListField(
        child=serializers.CharField(max_length=2, min_length=2), required=False, max_length=60,
        help_text="Countries sought, by ISO 3166; none means any.",
    )  # fmt: skip
    amount = AmountIn(required=False, allow_null=True, help_text="Sum sought or ticket range; of investment only.")
    stages_sought = serializers.ListField(
        child=serializers.ChoiceField(choices=DevelopmentStage.choices), required=False, max_length=20,
        help_text="Stages an investor invests in.",
    )  # fmt: skip
    regions_sought = serializers.ListField(
        child=PlainText(max_length=80), required=False, max_length=40, help_text="Regions an investor invests in."
    )
    valid_until = serializers.DateField(required=False, allow_null=True, help_text="The last day on which it is shown.")
    anonymous = serializers.BooleanField(required=False, help_text="List it without the organisation's name.")


class ListingActIn(serializers.Serializer[Any]):
    """A step of a need or an offer."""

    act = serializers.ChoiceField(
        choices=["submit", "return_to_draft", "pause", "resume", "fulfil", "withdraw", "reopen"],
        help_text="Send to review, take back from review, hide for a while, show again, say that it is met, take back, "
        "make a draft again.",
    )  # fmt: skip
