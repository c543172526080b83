"""The desk's figures: each leads to the list of what it counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from matching.app.models import Proposal
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.directory.enums import Direction, ListingState, MembershipState
from qiao.notifications.models import MailState, OutgoingMail
from qiao.partnerships.enums import IntroductionState
from qiao.partnerships.models import Introduction
from tests.factories import BridgeFactory, MembershipFactory, OrganisationFactory, UserFactory, member_listing, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    cache.clear()  # figures are kept for a minute by the bridge's number, which tests use again
    made = BridgeFactory(slug="counted-bridge")
    for state, count in ((MembershipState.APPLIED, 2), (MembershipState.CHANGES_REQUESTED, 1)):
        for _ in range(count):
            MembershipFactory(bridge=made, organisation=OrganisationFactory(), state=state)
    need = member_listing(made)
    offer = member_listing(made, country="CN", direction=Direction.OFFER)
    member_listing(made, direction=Direction.OFFER)
    for _ in range(3):
        member_listing(made, organisation=need.organisation, state=ListingState.IN_REVIEW)
    Proposal.objects.create(
        bridge=made, first=need.organisation, second=offer.organisation, first_listing=need, second_listing=offer,
        score=0.5, band="good", score_for_first=0.5, score_for_second=0.5, encoder="x",
    )  # fmt: skip
    OutgoingMail.objects.create(
        to="a@people.example", language="en", template="x", subject="x", text="x", bridge_id=made.pk,
        state=MailState.FAILED,
    )  # fmt: skip
    for step in (IntroductionState.WITH_ADVISERS, IntroductionState.REQUESTED, IntroductionState.WITH_ADVISERS):
        first, second = sorted((OrganisationFactory(), OrganisationFactory()), key=lambda one: one.pk)
        Introduction.objects.create(
            bridge=made, first=first, second=second, state=step, stirred_at=timezone.now(),
            is_held_up=step == IntroductionState.REQUESTED,
        )  # fmt: skip
    yield made
    cache.clear()


def _rows(client: Client, address: str) -> int:
    answer = client.get(address)
    assert answer.status_code == 200
    if "table" in answer.context:
        return len(answer.context["table"].rows)
    if "page_obj" in answer.context:
        return int(answer.context["page_obj"].paginator.count)
    return 0  # the list of imports has none here


def test_each_figure_leads_to_as_many_rows_as_it_says(bridge: Bridge, client: Client) -> None:
    user = UserFactory()
    staff(bridge, user, BridgeRole.ORGANISER)
    client.force_login(user)
    desk = client.get(reverse("organiser:desk", args=[bridge.slug])).context
    figures = {str(label): (count, address) for label, count, address in (*desk["waiting"], *desk["standing"])}
    assert {label: count for label, (count, _) in figures.items()} == {
        "Applications": 2,
        "Needs and offers in review": 3,
        "Changes asked for": 1,
        "Open imports": 0,
        "Failed mail": 1,
        "Requests to pass on": 2,
        "Stuck cases": 1,
        "Members": 3,
        "Published needs": 1,
        "Published offers": 2,
        "Proposals": 1,
    }
    assert {label: _rows(client, address) for label, (_, address) in figures.items()} == {
        label: count for label, (count, _) in figures.items()
    }


def test_reviewers_see_no_figures_of_what_they_do_not_run(bridge: Bridge, client: Client) -> None:
    user = UserFactory()
    staff(bridge, user, BridgeRole.REVIEWER)
    client.force_login(user)
    desk = client.get(reverse("organiser:desk", args=[bridge.slug])).context
    for _, _, address in (*desk["waiting"], *desk["standing"]):
        assert client.get(address).status_code == 200
    assert {str(label) for label, _, _ in desk["waiting"]}.isdisjoint({"Failed mail", "Open imports"})
