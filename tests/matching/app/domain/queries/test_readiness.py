"""What an organisation's list of proposals waits for."""

from __future__ import annotations

import pytest

from matching.app.domain.queries.readiness import Readiness, readiness_of
from matching.app.domain.runs import request_run
from qiao.directory.domain.listings import update_listing
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Listing, Membership
from tests.factories import BridgeFactory, OrganisationFactory, UserFactory
from tests.matching.app.sensors import refresh, sensor_need

pytestmark = pytest.mark.django_db


def test_readiness_names_the_first_thing_that_is_missing() -> None:
    bridge = BridgeFactory()
    assert readiness_of(OrganisationFactory(), bridge) == Readiness.NOT_APPLIED
    need = sensor_need(bridge)
    membership = Membership.objects.filter(organisation=need.organisation)
    for state, wanted in (
        (MembershipState.LEFT, Readiness.NOT_APPLIED),
        (MembershipState.APPLIED, Readiness.IN_REVIEW),
        (MembershipState.CHANGES_REQUESTED, Readiness.CHANGES_REQUESTED),
        (MembershipState.SUSPENDED, Readiness.NOT_ADMITTED),
        (MembershipState.REJECTED, Readiness.NOT_ADMITTED),
    ):
        membership.update(state=state)
        assert readiness_of(need.organisation, bridge) == wanted
    membership.update(state=MembershipState.APPROVED)
    for listing_state, wanted in (
        (ListingState.DRAFT, Readiness.NO_LISTING),
        (ListingState.IN_REVIEW, Readiness.LISTING_IN_REVIEW),
        (ListingState.PUBLISHED, Readiness.WORKING),
    ):
        Listing.objects.filter(pk=need.pk).update(state=listing_state)
        assert readiness_of(need.organisation, bridge) == wanted


def test_readiness_waits_for_the_worker_after_every_change() -> None:
    bridge = BridgeFactory()
    need = sensor_need(bridge)
    refresh(need)
    assert readiness_of(need.organisation, bridge) == Readiness.READY
    update_listing(need, actor=UserFactory(is_superuser=True), countries=["CN"])
    assert readiness_of(need.organisation, bridge) == Readiness.WORKING
    refresh(need)
    assert readiness_of(need.organisation, bridge) == Readiness.READY
    request_run(bridge, actor=None)
    assert readiness_of(need.organisation, bridge) == Readiness.WORKING
