"""Makes stored things for tests. Where a state has a domain function, the factory says so if it goes round it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory
from i18nfield.strings import LazyI18nString

from matching.app.models import Proposal
from qiao.accounts.models import User
from qiao.bridges.enums import BridgeRole, BridgeState
from qiao.bridges.models import Bridge, BridgeStaff, MatchingPolicy, Side
from qiao.directory.domain.indexing import index_listing, index_organisation
from qiao.directory.enums import Direction, ListingKind, ListingState, MembershipState, OrganisationKind, PersonRole
from qiao.directory.models import Affiliation, Listing, Membership, Organisation
from qiao.partnerships.models import ProposalMark
from qiao.workshops.models import MeetingTable, Registration, Slot, Workshop, WorkshopStaff

PASSWORD = "a-long-test-password"
Model = TypeVar("Model")


class Factory(DjangoModelFactory[Model]):
    """A factory whose call is known to make its model; at run time the metaclass sees to that."""

    if TYPE_CHECKING:

        def __new__(cls, **values: Any) -> Model: ...  # type: ignore[misc]  # a class that makes another class's things


class UserFactory(Factory[User]):
    """A person with a confirmed address, who signs in with `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@people.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    terms_accepted_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def password(self: User, create: bool, extracted: str | None, **_: Any) -> None:
        self.set_password(extracted or PASSWORD)
        if create:
            self.save()
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class BridgeFactory(Factory[Bridge]):
    """An open bridge with a British and a Chinese side and the default policy."""

    class Meta:
        model = Bridge
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"bridge-{n}")
    name = factory.Sequence(lambda n: LazyI18nString({"en": f"Bridge {n}", "zh-hans": f"桥 {n}"}))
    languages = factory.LazyFunction(lambda: ["en", "zh-hans"])
    state = BridgeState.OPEN

    @factory.post_generation
    def sides(self: Bridge, create: bool, extracted: list[tuple[str, str]] | None, **_: Any) -> None:
        for position, (code, country) in enumerate(extracted or [("gb", "GB"), ("cn", "CN")]):
            Side.objects.create(bridge=self, code=code, country=country, position=position)
        MatchingPolicy.objects.create(bridge=self)


class OrganisationFactory(Factory[Organisation]):
    """An organisation. `owner=` gives it an owner."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    name_en = factory.Sequence(lambda n: f"Organisation {n}")
    kind = OrganisationKind.STARTUP
    size = "small"
    country = "GB"
    city_en = "Leeds"
    summary_en = "Makes things that help people."

    @factory.post_generation
    def owner(self: Organisation, create: bool, extracted: User | None, **_: Any) -> None:
        if extracted is not None:
            Affiliation.objects.create(user=extracted, organisation=self, role=PersonRole.OWNER)
        index_organisation(self)


class MembershipFactory(Factory[Membership]):
    """An approved membership, on the side of the organisation's country."""

    class Meta:
        model = Membership

    bridge = factory.SubFactory(BridgeFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    side = factory.LazyAttribute(lambda o: o.bridge.sides.get(country=o.organisation.country))
    state = MembershipState.APPROVED


class ListingFactory(Factory[Listing]):
    """A published need. The organisation must be given a membership by the test, or use `member_listing`."""

    class Meta:
        model = Listing
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    bridge = factory.SubFactory(BridgeFactory)
    direction = Direction.NEED
    kind = ListingKind.TECHNOLOGY
    language = "en"
    title = factory.Sequence(lambda n: f"Listing {n}")
    text = "We look for a partner who can validate a wearable sensor for blood pressure."
    state = ListingState.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def indexed(self: Listing, create: bool, extracted: Any, **_: Any) -> None:
        index_listing(self)


def affiliate(user: User, organisation: Organisation, role: str = PersonRole.OWNER) -> Affiliation:
    """Give a person a role in an organisation."""
    return Affiliation.objects.create(user=user, organisation=organisation, role=role)


def staff(bridge: Bridge, user: User, role: str = BridgeRole.ORGANISER) -> BridgeStaff:
    """Give a person a role on a bridge."""
    return BridgeStaff.objects.create(bridge=bridge, user=user, role=role)


def member(bridge: Bridge, *, country: str = "GB", owner: User | None = None, **fields: Any) -> Organisation:
    """An organisation that is a member of the bridge."""
    organisation: Organisation = OrganisationFactory(country=country, owner=owner, **fields)
    MembershipFactory(bridge=bridge, organisation=organisation)
    return organisation


def member_listing(bridge: Bridge, *, country: str = "GB", owner: User | None = None, **fields: Any) -> Listing:
    """A published listing of a new member of the bridge."""
    listing: Listing = ListingFactory(
        organisation=fields.pop("organisation", None) or member(bridge, country=country, owner=owner),
        bridge=bridge,
        **fields,
    )
    return listing


def propose(one: Listing, other: Listing, *, saved_by: Organisation | None = None, **fields: Any) -> Proposal:
    """A current proposal in the lists of both listings' organisations, as the matcher would write it."""
    first, second = sorted((one, other), key=lambda listing: listing.organisation_id)
    quotes = {
        f"{side}_quote": {
            "listing": str(listing.pk), "field": "title", "language": listing.language, "start": 0,
            "end": len(listing.title), "text": listing.title,
        }
        for side, listing in (("first", first), ("second", second))
    }  # fmt: skip
    reasons = [{"code": "text", "amount": 2.0, "share": 1.0, "params": {}} | quotes]
    values: dict[str, Any] = {
        "bridge_id": first.bridge_id, "first_id": first.organisation_id, "second_id": second.organisation_id,
        "first_listing": first, "second_listing": second, "score": 0.8, "score_for_first": 0.8, "score_for_second": 0.8,
        "band": "good", "rank_for_first": 1, "rank_for_second": 1, "encoder": "word-hash",
        "reasons": {"first": reasons, "second": reasons, "misfits": [], "unknown": [],
                    "listings": {"first": [first.pk], "second": [second.pk]}},
    }  # fmt: skip
    proposal: Proposal = Proposal.objects.create(**(values | fields))
    if saved_by is not None:
        ProposalMark.objects.create(proposal=proposal, organisation=saved_by, saved_at=timezone.now())
    return proposal


class WorkshopFactory(Factory[Workshop]):
    """A published workshop of two days, some weeks ahead, open for registration."""

    class Meta:
        model = Workshop
        skip_postgeneration_save = True

    bridge = factory.SubFactory(BridgeFactory)
    name = factory.LazyFunction(lambda: LazyI18nString({"en": "Health workshop", "zh-hans": "健康研讨会"}))
    first_day = factory.LazyFunction(lambda: timezone.now().date() + datetime.timedelta(days=30))
    last_day = factory.LazyAttribute(lambda one: one.first_day + datetime.timedelta(days=1))
    time_zone = "Asia/Shanghai"
    state = "published"


class RegistrationFactory(Factory[Registration]):
    """A confirmed registration of somebody for an organisation that is a member."""

    class Meta:
        model = Registration
        skip_postgeneration_save = True

    workshop = factory.SubFactory(WorkshopFactory)
    organisation = factory.LazyAttribute(lambda one: member(one.workshop.bridge))
    user = factory.SubFactory(UserFactory)
    name = factory.LazyAttribute(lambda one: one.user.name)
    email = factory.LazyAttribute(lambda one: one.user.email)
    state = "confirmed"
    confirmed_at = factory.LazyFunction(timezone.now)
    languages = ["en"]


def workshop_staff(workshop: Workshop, user: User, role: str = "owner") -> WorkshopStaff:
    """Give somebody a part in running a workshop."""
    return WorkshopStaff.objects.create(workshop=workshop, user=user, role=role)


def add_slots(workshop: Workshop, count: int, *, minutes: int = 20, hour: int = 9) -> list[Slot]:
    """Slots one after another on its first day, by the clock of its time zone."""
    begin = datetime.datetime.combine(workshop.first_day, datetime.time(hour), tzinfo=workshop.zone)
    step = datetime.timedelta(minutes=minutes)
    return [
        Slot.objects.create(workshop=workshop, starts_at=begin + n * step, ends_at=begin + (n + 1) * step)
        for n in range(count)
    ]


def add_tables(workshop: Workshop, count: int) -> list[MeetingTable]:
    """Tables numbered from 1."""
    return [MeetingTable.objects.create(workshop=workshop, number=n + 1) for n in range(count)]
