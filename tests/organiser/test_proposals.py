"""The bridge's proposals at the desk, and runs of the matcher."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from matching.app.models import MatchRun, Proposal
from qiao.activity.models import OutboxEvent
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from tests.factories import BridgeFactory, UserFactory, member_listing, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory(slug="matched-bridge")


@pytest.fixture
def organiser(bridge: Bridge, client: Client) -> Client:
    user = UserFactory()
    staff(bridge, user, BridgeRole.ORGANISER)
    client.force_login(user)
    return client


def propose(bridge: Bridge, band: str, *, ranks: tuple[int | None, int | None], state: str = "current") -> Proposal:
    need = member_listing(bridge, title=f"Need {band} {ranks}")
    offer = member_listing(bridge, country="CN", title=f"Offer {band} {ranks}")
    return Proposal.objects.create(
        bridge=bridge, first=need.organisation, second=offer.organisation, first_listing=need, second_listing=offer,
        score=0.5, band=band, score_for_first=0.5, score_for_second=0.5, encoder="x", state=state,
        rank_for_first=ranks[0], rank_for_second=ranks[1],
    )  # fmt: skip


def shown(client: Client, bridge: Bridge, **query: str) -> set[int]:
    answer = client.get(reverse("organiser:proposal_list", args=[bridge.slug]), query)
    assert answer.status_code == 200
    return {proposal.pk for proposal in answer.context["page_obj"]}


def test_proposals_are_found_by_strength_organisation_and_place(bridge: Bridge, organiser: Client) -> None:
    both = propose(bridge, "strong", ranks=(1, 2))
    one = propose(bridge, "good", ranks=(None, 1))
    none = propose(bridge, "possible", ranks=(None, None))
    propose(bridge, "strong", ranks=(1, 1), state="superseded")
    propose(BridgeFactory(), "strong", ranks=(1, 1))
    assert shown(organiser, bridge) == {both.pk, one.pk, none.pk}
    assert shown(organiser, bridge, band="good") == {one.pk}
    assert shown(organiser, bridge, shown="both") == {both.pk}
    assert shown(organiser, bridge, shown="one") == {one.pk}
    assert shown(organiser, bridge, shown="none") == {none.pk}
    assert shown(organiser, bridge, about=none.second.name_en) == {none.pk}
    assert shown(organiser, bridge, shown="nonsense", band="worst") == {both.pk, one.pk, none.pk}


def test_both_listings_are_linked_with_their_places(bridge: Bridge, organiser: Client) -> None:
    proposal = propose(bridge, "strong", ranks=(3, None))
    text = organiser.get(reverse("organiser:proposal_list", args=[bridge.slug])).content.decode()
    for listing in (proposal.first_listing, proposal.second_listing):
        assert reverse("organiser:review_listing", args=[bridge.slug, listing.public_id]) in text
    assert "no. 3 in its list" in text
    assert "not in its list" in text


def test_asking_twice_for_a_run_makes_one(bridge: Bridge, organiser: Client) -> None:
    for _ in range(2):
        organiser.post(reverse("organiser:matching_run", args=[bridge.slug]))
    run = MatchRun.objects.get()
    assert (run.bridge, run.state) == (bridge, "waiting")
    assert list(OutboxEvent.objects.filter(topic="run.waiting").values_list("payload", flat=True)) == [
        {"run_id": run.pk}
    ]


def test_page_of_a_run_is_loaded_anew_when_the_run_is_over(bridge: Bridge, organiser: Client) -> None:
    progress = reverse("organiser:matching_progress", args=[bridge.slug])
    run = MatchRun.objects.create(bridge=bridge, state="running", parts_total=4, parts_done=3)
    going = organiser.get(progress)
    assert "3 of 4" in going.content.decode()
    assert "HX-Refresh" not in going
    assert (
        "Run the matcher now" not in organiser.get(reverse("organiser:matching", args=[bridge.slug])).content.decode()
    )
    MatchRun.objects.filter(pk=run.pk).update(state="done")
    assert organiser.get(progress)["HX-Refresh"] == "true"
