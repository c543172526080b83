"""Proposals as one side reads them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.app.domain.queries.proposal_view import Sense, proposal_view, proposal_views
from matching.app.models import Proposal
from qiao.accounts.models import User
from qiao.directory.domain.listings import pause_listing, update_listing
from qiao.directory.models import Listing, Organisation
from tests.factories import BridgeFactory, ListingFactory, UserFactory, affiliate, staff
from tests.matching.app.sensors import NEED_TEXT, refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


def _person_of(listing: Listing) -> User:
    person: User = UserFactory()
    affiliate(person, listing.organisation)
    return person


def test_each_side_reads_its_own_words_first() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    for mine, theirs in ((need, offer), (offer, need)):
        (view,) = proposal_views(_person_of(mine), mine.organisation, bridge)
        assert (view.mine.listing, view.theirs.listing) == (mine, theirs)
        assert view.theirs.organisation == theirs.organisation
        assert view.rank == 1
        assert view.reasons[0].sense == Sense.FOR
        quoted = [reason for reason in view.reasons if reason.mine and reason.theirs]
        assert len({reason.code for reason in quoted}) >= 3
        for reason in quoted:
            assert reason.mine is not None
            assert reason.theirs is not None
            assert (reason.mine.listing, reason.theirs.listing) == (mine, theirs)
        strengths = [reason.strength for reason in view.reasons]
        assert strengths == sorted(strengths, reverse=True)
        assert sum(strengths) == pytest.approx(1, abs=1e-4)


def test_parameters_are_told_from_the_readers_side() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    Organisation.objects.filter(pk=offer.organisation_id).update(kind="hospital")
    refresh(need, offer)
    for mine, kinds in ((need, ("startup", "hospital")), (offer, ("hospital", "startup"))):
        (view,) = proposal_views(_person_of(mine), mine.organisation, bridge)
        helix = next(reason for reason in view.reasons if reason.code == "helix")
        assert (helix.params["my_kind"], helix.params["their_kind"]) == kinds


@pytest.mark.parametrize("rows", [1, 3, 8])
def test_the_number_of_queries_does_not_depend_on_the_list(rows: int) -> None:
    bridge = BridgeFactory()
    need = sensor_need(bridge)
    refresh(need, *(sensor_offer(bridge, anonymous=place % 2 == 0) for place in range(rows)))
    person = _person_of(need)
    with CaptureQueriesContext(connection) as queries:
        views = proposal_views(person, need.organisation, bridge)
        for view in views:
            assert view.theirs.author.label
            assert view.theirs.author.place
    assert len(views) == rows
    assert len(queries) == 4


def test_an_anonymous_listing_tells_kind_size_and_country_only() -> None:
    bridge = BridgeFactory()
    need = sensor_need(bridge)
    hidden = sensor_offer(bridge, anonymous=True)
    refresh(need, hidden)
    (view,) = proposal_views(_person_of(need), need.organisation, bridge)
    assert view.theirs.organisation is None
    assert (view.theirs.author.kind, view.theirs.author.country) == ("startup", "CN")
    told = json.dumps(
        [asdict(view.theirs.author), [reason.params for reason in view.reasons], view.proposal.reasons], default=str
    )
    author = hidden.organisation
    for secret in (author.name_en, author.public_id, author.city_en, author.summary_en):
        assert secret not in told
    (own,) = proposal_views(_person_of(hidden), author, bridge)
    assert own.mine.organisation == author


def test_an_anonymous_listing_never_stands_beside_its_authors_others() -> None:
    bridge = BridgeFactory()
    need = sensor_need(bridge)
    second_need = sensor_need(bridge, organisation=need.organisation, title="Blood pressure sensor clinical validation")
    named = sensor_offer(bridge)
    hidden = sensor_offer(bridge, organisation=named.organisation, anonymous=True, text=NEED_TEXT)
    refresh(need, second_need, named, hidden)
    (view,) = proposal_views(_person_of(need), need.organisation, bridge)
    listings = {view.theirs.listing, *view.theirs.further_listings}
    assert listings == {hidden}
    stored = Proposal.objects.get().reasons["listings"]
    assert named.pk not in stored["first"] + stored["second"]
    update_listing(hidden, actor=UserFactory(is_superuser=True), title="Rapeseed", text="Combine harvesters for farms.")
    refresh(hidden)
    (view,) = proposal_views(_person_of(need), need.organisation, bridge)
    assert view.theirs.listing == named
    # A listing that has just become anonymous is left out of what was stored before.
    Listing.objects.filter(pk=second_need.pk).update(anonymous=True)
    (view,) = proposal_views(_person_of(named), named.organisation, bridge)
    assert second_need not in {*view.theirs.further_listings}
    assert all(reason.theirs is None or reason.theirs.listing != second_need for reason in view.reasons)


def test_an_organiser_and_nobody_else_reads_for_an_organisation_that_is_not_theirs() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    organiser = UserFactory()
    staff(bridge, organiser)
    assert len(proposal_views(organiser, need.organisation, bridge)) == 1
    assert proposal_views(UserFactory(), need.organisation, bridge) == []
    # Somebody of the other side may not read what this side reads.
    assert proposal_views(_person_of(offer), need.organisation, bridge) == []


def test_a_listing_taken_back_is_shown_no_more_even_before_a_worker_has_come() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    pause_listing(offer, actor=UserFactory(is_superuser=True))
    assert proposal_views(_person_of(need), need.organisation, bridge) == []


def test_a_proposal_that_no_longer_holds_can_be_looked_up_without_its_quotes() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    row = Proposal.objects.get()
    pause_listing(offer, actor=UserFactory(is_superuser=True))
    refresh(offer)
    row.refresh_from_db()
    person = _person_of(need)
    assert proposal_views(person, need.organisation, bridge) == []
    for view in (
        proposal_view(person, need.organisation, row),
        proposal_views(person, need.organisation, bridge, also=[row.pk])[0],
    ):
        assert view is not None
        assert not view.is_current
        assert (view.reasons, view.misfits, view.unknowns, view.theirs.further_listings) == ((), (), (), ())


def test_reading_changes_nothing_and_needs_no_list() -> None:
    bridge = BridgeFactory()
    need: Any = ListingFactory(bridge=bridge)
    assert proposal_views(_person_of(need), need.organisation, bridge) == []
