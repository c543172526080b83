"""Keeping proposals up to date with the directory."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from matching.app.domain.refreshing import refresh_listing, refresh_membership, refresh_organisation
from matching.app.enums import ProposalState
from matching.app.models import ListingSentences, ListingVector, Proposal
from qiao.bridges.enums import BridgeState
from qiao.directory.domain.listings import pause_listing, resume_listing, update_listing
from qiao.directory.domain.saved import block_organisation, unblock_organisation
from qiao.directory.enums import MembershipState
from qiao.directory.models import Listing, Membership
from tests.factories import BridgeFactory, UserFactory
from tests.matching.app.sensors import is_proposed, refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


def test_two_listings_that_answer_each_other_are_proposed_to_both_sides() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    proposal = Proposal.objects.get()
    assert (proposal.first_listing, proposal.second_listing) == (need, offer)
    assert (proposal.first, proposal.second) == (need.organisation, offer.organisation)
    assert (proposal.rank_for_first, proposal.rank_for_second) == (1, 1)
    assert bridge.policy.least_score <= proposal.score <= 1


def test_a_pair_has_one_row_with_the_lower_id_first_whoever_has_the_need() -> None:
    bridge = BridgeFactory()
    offer, need = sensor_offer(bridge), sensor_need(bridge)
    refresh(need, offer)
    proposal = Proposal.objects.get()
    assert proposal.first_id < proposal.second_id
    assert (proposal.first_listing, proposal.second_listing) == (offer, need)


def test_at_least_three_kinds_of_reasons_quote_both_texts() -> None:
    bridge = BridgeFactory()
    refresh(sensor_need(bridge), sensor_offer(bridge))
    reasons = Proposal.objects.get().reasons
    listings = {str(listing.pk): listing for listing in Listing.objects.all()}
    for side in ("first", "second"):
        quoted = [reason for reason in reasons[side] if "first_quote" in reason and "second_quote" in reason]
        assert len({reason["code"] for reason in quoted}) >= 3
        for reason in quoted:
            for quote in (reason["first_quote"], reason["second_quote"]):
                text = getattr(listings[quote["listing"]], quote["field"])
                assert text[quote["start"] : quote["end"]] == quote["text"] != ""


def test_a_chinese_need_finds_its_english_offer() -> None:
    bridge = BridgeFactory()
    need = sensor_need(
        bridge,
        country="CN",
        language="zh",
        title="寻求可穿戴血压传感器的临床验证",
        text="我们需要一家医院为可穿戴血压传感器开展临床验证。",
    )
    offer = sensor_offer(bridge, country="GB")
    other = sensor_offer(bridge, country="GB", title="Rapeseed harvest machinery", text="Combine harvesters for farms.")
    refresh(need, offer, other)
    assert is_proposed(need, offer)
    assert not is_proposed(need, other)


def test_a_text_in_both_languages_is_met_in_either() -> None:
    bridge = BridgeFactory()
    need = sensor_need(bridge, other_title="可穿戴血压传感器", other_text="为可穿戴血压传感器开展临床验证。")
    refresh(need)
    assert set(ListingVector.objects.values_list("language", flat=True)) == {"en", "zh"}
    update_listing(need, actor=UserFactory(is_superuser=True), other_title="", other_text="")
    refresh(need)
    assert set(ListingVector.objects.values_list("language", flat=True)) == {"en"}


def test_refreshing_twice_changes_nothing() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    columns = ("pk", "public_id", "score", "reasons", "rank_for_first", "rank_for_second", "state")
    before = list(Proposal.objects.values_list(*columns))
    assert not refresh_listing(need.pk)
    refresh_organisation(need.organisation_id)
    refresh_organisation(offer.organisation_id)
    assert list(Proposal.objects.values_list(*columns)) == before


def test_a_listing_changed_twice_in_a_row_is_worked_on_once() -> None:
    bridge, admin = BridgeFactory(), UserFactory(is_superuser=True)
    need = sensor_need(bridge)
    refresh(need)
    update_listing(need, actor=admin, text="First change of the text about a surgical robot.")
    update_listing(need, actor=admin, text="Second change of the text about a surgical robot.")
    assert refresh_listing(need.pk)
    made = ListingVector.objects.get().updated_at
    assert not refresh_listing(need.pk)
    assert ListingVector.objects.get().updated_at == made


def test_a_change_of_what_is_sought_refreshes_without_encoding_anew() -> None:
    bridge, admin = BridgeFactory(), UserFactory(is_superuser=True)
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    made = ListingVector.objects.get(listing=need).created_at
    update_listing(need, actor=admin, partner_kinds=["university"])
    refresh(need)
    assert Proposal.objects.get().state == ProposalState.SUPERSEDED
    assert ListingVector.objects.get(listing=need).created_at == made


def test_a_listing_no_longer_live_loses_its_vector_and_its_proposals() -> None:
    bridge, admin = BridgeFactory(), UserFactory(is_superuser=True)
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    row = Proposal.objects.get()
    pause_listing(need, actor=admin)
    refresh(need)
    assert not ListingVector.objects.filter(listing=need).exists()
    assert not ListingSentences.objects.filter(listing=need).exists()
    assert ListingVector.objects.filter(listing=offer).exists()
    row.refresh_from_db()
    assert row.state == ProposalState.SUPERSEDED
    resume_listing(need, actor=admin)
    refresh(need)
    again = Proposal.objects.get()
    assert (again.pk, again.public_id) == (row.pk, row.public_id)
    assert is_proposed(need, offer)


def test_one_that_falls_away_is_replaced_in_the_other_sides_list() -> None:
    bridge, admin = BridgeFactory(), UserFactory(is_superuser=True)
    bridge.policy.proposals_per_organisation = 1
    bridge.policy.newcomer_floor = 0
    bridge.policy.save()
    need = sensor_need(bridge)
    exact = sensor_offer(bridge, title=need.title, text=need.text)
    near = sensor_offer(bridge)
    refresh(need, exact, near)
    assert (is_proposed(need, exact), is_proposed(need, near)) == (True, False)
    pause_listing(exact, actor=admin)
    refresh(exact)
    assert (is_proposed(need, exact), is_proposed(need, near)) == (False, True)


def test_a_block_ends_a_proposal_and_its_removal_brings_it_back() -> None:
    bridge, admin = BridgeFactory(), UserFactory(is_superuser=True)
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    block_organisation(need.organisation, actor=admin, blocked=offer.organisation)
    refresh_organisation(need.organisation_id)
    assert not is_proposed(need, offer)
    unblock_organisation(need.organisation, actor=admin, blocked=offer.organisation)
    refresh_organisation(need.organisation_id)
    assert is_proposed(need, offer)


def test_a_suspended_member_is_proposed_to_nobody_until_it_is_back() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    membership = Membership.objects.get(organisation=offer.organisation)
    Membership.objects.filter(pk=membership.pk).update(state=MembershipState.SUSPENDED)
    refresh_membership(membership.pk)
    assert not is_proposed(need, offer)
    assert not ListingVector.objects.filter(listing=offer).exists()
    Membership.objects.filter(pk=membership.pk).update(state=MembershipState.APPROVED)
    refresh_membership(membership.pk)
    assert is_proposed(need, offer)


def test_a_listing_past_its_date_is_not_matched() -> None:
    bridge = BridgeFactory()
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    need, offer = sensor_need(bridge, valid_until=yesterday), sensor_offer(bridge)
    refresh(need, offer)
    assert not Proposal.objects.exists()


def test_nothing_is_matched_on_a_closed_bridge_or_across_bridges() -> None:
    closed, one, other = BridgeFactory(state=BridgeState.CLOSED), BridgeFactory(), BridgeFactory()
    refresh(sensor_need(closed), sensor_offer(closed), sensor_need(one), sensor_offer(other))
    assert not Proposal.objects.exists()
    assert not ListingVector.objects.filter(bridge=closed).exists()


@pytest.mark.parametrize("task", [refresh_listing, refresh_membership, refresh_organisation])
def test_what_is_gone_is_passed_over(task: object) -> None:
    assert not task(987654321)  # type: ignore[operator]
