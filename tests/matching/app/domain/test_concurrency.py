"""Several workers at once, on the real database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import close_old_connections, connection

from matching.app.domain.choosing import choose_proposals
from matching.app.domain.refreshing import refresh_listing, refresh_organisation
from matching.app.models import Proposal
from qiao.directory.domain.listings import pause_listing
from tests.factories import BridgeFactory, UserFactory
from tests.matching.app.lists import assert_lists_are_whole
from tests.matching.app.sensors import refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*calls: Callable[[], object]) -> None:
    def run(call: Callable[[], object]) -> None:
        close_old_connections()
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        for future in [threads.submit(run, call) for call in calls]:
            future.result(timeout=120)


def test_neighbours_refreshed_at_once_neither_wait_for_ever_nor_double() -> None:
    bridge = BridgeFactory()
    needs = [sensor_need(bridge) for _ in range(4)]
    offers = [sensor_offer(bridge) for _ in range(4)]
    _at_once(*(lambda pk=listing.pk: refresh_listing(pk) for listing in (*needs, *offers)))
    assert Proposal.objects.current().count() == 16
    assert_lists_are_whole()
    for _ in range(3):
        ids = [listing.organisation_id for listing in (*needs, *reversed(offers))]
        _at_once(*(lambda pk=pk: refresh_organisation(pk) for pk in ids), lambda: choose_proposals(bridge.pk))
    assert Proposal.objects.count() == 16
    assert_lists_are_whole()


def test_a_listing_taken_back_while_its_neighbours_are_refreshed_is_proposed_to_nobody() -> None:
    bridge, admin = BridgeFactory(), UserFactory(is_superuser=True)
    needs = [sensor_need(bridge) for _ in range(3)]
    offers = [sensor_offer(bridge) for _ in range(3)]
    refresh(*needs, *offers)

    def take_back() -> None:
        pause_listing(needs[0], actor=admin)
        refresh_listing(needs[0].pk)

    _at_once(take_back, *(lambda pk=offer.organisation_id: refresh_organisation(pk) for offer in offers))
    current = Proposal.objects.current()
    assert not current.filter(first=needs[0].organisation).exists()
    assert current.count() == 6
    assert_lists_are_whole()
