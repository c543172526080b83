"""Reviewing: everything a decision needs is on the page, and of two decisions the first one holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.text import has_chinese
from qiao.directory.domain.listings import update_listing
from qiao.directory.domain.reviews import review_membership
from qiao.directory.enums import ListingState, MembershipState, PersonRole
from qiao.directory.models import Membership
from qiao.organiser.common_reasons import common_reasons
from tests.factories import (
    BridgeFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    affiliate,
    member_listing,
    staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory(slug="review-bridge")


@pytest.fixture
def reviewer(bridge: Bridge, client: Client) -> Client:
    user = UserFactory()
    staff(bridge, user, BridgeRole.REVIEWER)
    client.force_login(user)
    return client


def waiting_application(bridge: Bridge) -> Membership:
    return MembershipFactory(bridge=bridge, organisation=OrganisationFactory(), state=MembershipState.APPLIED)


def test_second_decision_on_an_application_is_refused_whatever_the_first_was(bridge: Bridge) -> None:
    first, second = UserFactory(), UserFactory()
    for person in (first, second):
        staff(bridge, person, BridgeRole.REVIEWER)
    seen_by_both = waiting_application(bridge)
    review_membership(seen_by_both, actor=first, decision="changes_requested", reason="Say more.")
    with pytest.raises(InvalidInput, match="no longer waits"):
        review_membership(seen_by_both, actor=second, decision="rejected", reason="Outside the theme.")
    seen_by_both.refresh_from_db()
    assert seen_by_both.state == MembershipState.CHANGES_REQUESTED
    assert seen_by_both.reviews.count() == 1


def test_late_reviewer_reads_that_it_was_too_late_and_keeps_the_words(bridge: Bridge, reviewer: Client) -> None:
    listing = member_listing(bridge, state=ListingState.IN_REVIEW)
    address = reverse("organiser:review_listing", args=[bridge.slug, listing.public_id])
    reviewer.post(address, {"decision": "approved"})
    late = reviewer.post(address, {"decision": "rejected", "reason": "My careful reason."})
    text = late.content.decode()
    assert late.status_code == 422
    assert "Your decision came too late" in text
    assert "My careful reason." in text
    assert "Somebody may have decided already" in text


def test_review_of_a_listing_shows_its_facts_and_its_organisation_in_full(bridge: Bridge, reviewer: Client) -> None:
    listing = member_listing(
        bridge,
        state=ListingState.IN_REVIEW,
        forms=["licence"],
        countries=["CN"],
        trl=6,
        stage="prototype",
        valid_until=timezone.localdate() - timedelta(days=1),
    )
    organisation = listing.organisation
    organisation.description_en, organisation.description_zh = "We make **sensors**.", "我们制造传感器。"
    organisation.save()
    text = reviewer.get(reverse("organiser:review_listing", args=[bridge.slug, listing.public_id])).content.decode()
    for words in ("Licence", "China", "TRL 6", "<strong>sensors</strong>", "我们制造传感器。", organisation.summary_en):
        assert words in text
    assert "Its date has gone by" in text


@pytest.mark.parametrize("state", [ListingState.PUBLISHED, ListingState.DRAFT, ListingState.WITHDRAWN])
def test_what_does_not_wait_offers_no_decision(state: str, bridge: Bridge, reviewer: Client) -> None:
    listing = member_listing(bridge, state=state)
    text = reviewer.get(reverse("organiser:review_listing", args=[bridge.slug, listing.public_id])).content.decode()
    assert 'name="decision"' not in text


def test_text_that_changed_while_it_was_read_is_read_again(bridge: Bridge, reviewer: Client) -> None:
    owner = UserFactory()
    listing = member_listing(bridge, owner=owner, state=ListingState.IN_REVIEW)
    address = reverse("organiser:review_listing", args=[bridge.slug, listing.public_id])
    read = {"decision": "approved", "version": listing.version}
    update_listing(listing, actor=owner, text="Another text, that nobody has read yet.")
    refused = reviewer.post(address, read)
    assert refused.status_code == 422
    assert "Its people have changed it since you opened it" in refused.content.decode()
    listing.refresh_from_db()
    assert listing.state == ListingState.IN_REVIEW
    assert f'name="version" value="{listing.version}"' in refused.content.decode()
    reviewer.post(address, {"decision": "approved", "version": listing.version})
    listing.refresh_from_db()
    assert listing.state == ListingState.PUBLISHED


def test_common_reasons_are_written_in_the_languages_of_those_who_read_them(bridge: Bridge) -> None:
    organisation = OrganisationFactory(owner=UserFactory(language="zh-hans"))
    chinese = common_reasons(organisation)[0]
    assert has_chinese(chinese.sent)
    assert not has_chinese(chinese.shown)
    affiliate(UserFactory(language="en"), organisation, PersonRole.EDITOR)
    affiliate(UserFactory(language="en"), organisation, PersonRole.EDITOR)
    both = common_reasons(organisation)[0]
    assert both.sent == f"{both.shown}\n{chinese.sent}"
    assert common_reasons(OrganisationFactory())[0].sent == chinese.shown


@pytest.mark.parametrize(
    ("state", "place"), [(ListingState.IN_REVIEW, "review_list"), (ListingState.PUBLISHED, "listing_list")]
)
def test_rail_marks_the_place_from_which_one_comes(state: str, place: str, bridge: Bridge, reviewer: Client) -> None:
    listing = member_listing(bridge, state=state)
    rail = reviewer.get(reverse("organiser:review_listing", args=[bridge.slug, listing.public_id])).context["desk_nav"]
    marked = [item.address for item in rail if item.within or item.current]
    assert marked == [reverse(f"organiser:{place}", args=[bridge.slug])]
