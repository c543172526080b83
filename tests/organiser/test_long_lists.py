"""Every list of the desk takes as many queries for one row as for three hundred."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matching.app.models import MatchRun, Proposal
from qiao.activity.domain.audit import entry_of, record_all
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff, Side
from qiao.directory.enums import Direction, ListingKind, ListingState, MembershipState, OrganisationKind
from qiao.directory.models import ImportJob, Listing, Membership, Organisation
from qiao.notifications.models import MailState, OutgoingMail
from tests.factories import BridgeFactory, UserFactory, staff

pytestmark = pytest.mark.django_db

LISTS = (
    "desk", "review_list", "review_list?of=listings", "membership_list", "membership_list?format=csv", "listing_list",
    "managed_list", "import_list", "proposal_list", "matching", "matching_progress", "audit_list", "mail_list",
    "staff_list",
)  # fmt: skip


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory(slug="long-bridge")


@pytest.fixture
def owner(bridge: Bridge, client: Client) -> Client:
    user = UserFactory()
    staff(bridge, user, BridgeRole.OWNER)
    client.force_login(user)
    return client


def _fill(bridge: Bridge, count: int) -> None:
    """One more of everything the desk lists, `count` times, on both sides of the bridge."""
    from qiao.accounts.models import User

    sides: dict[str, Side] = {side.country: side for side in bridge.sides.all()}
    start = Organisation.objects.count()

    def organisations(country: str) -> list[Organisation]:
        return Organisation.objects.bulk_create(
            Organisation(
                name_en=f"{country} {start + n}", country=country, kind=OrganisationKind.STARTUP, managed_by=bridge
            )
            for n in range(count)
        )

    def listings(makers: list[Organisation], state: str, direction: str) -> list[Listing]:
        return Listing.objects.bulk_create(
            Listing(
                organisation=one, bridge=bridge, direction=direction, kind=ListingKind.TECHNOLOGY, language="en",
                title=f"About {one.name_en}", text="Text.", state=state,
            )
            for one in makers
        )  # fmt: skip

    british, chinese, applicants = organisations("GB"), organisations("CN"), organisations("GB")
    Membership.objects.bulk_create(
        Membership(bridge=bridge, organisation=one, side=sides[one.country], state=state)
        for makers, state in (
            (british, MembershipState.APPROVED),
            (chinese, MembershipState.APPROVED),
            (applicants, MembershipState.APPLIED),
        )
        for one in makers
    )
    needs = listings(british, ListingState.PUBLISHED, Direction.NEED)
    offers = listings(chinese, ListingState.PUBLISHED, Direction.OFFER)
    waiting = listings(british, ListingState.IN_REVIEW, Direction.OFFER)
    Proposal.objects.bulk_create(
        Proposal(
            bridge=bridge, first=need.organisation, second=offer.organisation, first_listing=need,
            second_listing=offer, score=0.5, band="good", score_for_first=0.5, score_for_second=0.5, encoder="x",
        )
        for need, offer in zip(needs, offers, strict=True)
    )  # fmt: skip
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            to="a@people.example", language="en", template="x", subject="x", text="x", bridge_id=bridge.pk,
            state=MailState.FAILED,
        )
        for _ in range(count)
    )  # fmt: skip
    people = User.objects.bulk_create(User(email=f"colleague{start + n}@people.example") for n in range(count))
    BridgeStaff.objects.bulk_create(
        BridgeStaff(bridge=bridge, user=one, role=BridgeRole.REVIEWER, side=sides["GB"]) for one in people
    )
    applications = Membership.objects.order_by("-id")[:count]
    record_all(
        # One of each kind in turn, so that every page of the log shows all of them.
        entry_of("update_listing", subject, actor=one, bridge_id=bridge.pk)
        for *subjects, one in zip(waiting, british, applications, people, strict=True)
        for subject in (*subjects, one)
    )
    MatchRun.objects.bulk_create(
        MatchRun(bridge=bridge, state="done", requested_by=one, figures={"proposals": 1}) for one in people
    )
    ImportJob.objects.bulk_create(
        ImportJob(bridge=bridge, file_name="a.csv", started_by=one, state="checked") for one in people
    )


def _queries(client: Client, bridge: Bridge, name: str) -> int:
    name, _, query = name.partition("?")
    cache.clear()  # figures kept for a minute are counted each time here
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(reverse(f"organiser:{name}", args=[bridge.slug]) + f"?{query}")
        assert answer.status_code == 200
        assert answer.content
    return len(captured)


def test_lists_take_the_same_number_of_queries_with_1_3_and_300_rows(bridge: Bridge, owner: Client) -> None:
    _fill(bridge, 1)
    for name in LISTS:
        _queries(owner, bridge, name)  # warms what the process keeps
    one = {name: _queries(owner, bridge, name) for name in LISTS}
    _fill(bridge, 2)
    three = {name: _queries(owner, bridge, name) for name in LISTS}
    _fill(bridge, 297)
    assert {name: _queries(owner, bridge, name) for name in LISTS} == three == one
