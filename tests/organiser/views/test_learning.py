"""What responses have taught: who may see it, what it says, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matching.app.domain.learning import refit_bridge
from matching.app.domain.learning_choice import use_weights
from matching.app.domain.learning_weights import version_in_use
from matching.app.models import BridgeLearning, MatchRun, ScoringModel
from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from tests.factories import BridgeFactory, UserFactory, member, staff
from tests.matching.app.taught import taught_bridge, teach

pytestmark = pytest.mark.django_db

PAGES = (("learning", ()), ("learning_version", (1,)), ("learning_use", (1,)), ("learning_use", (0,)))


@pytest.fixture
def bridge() -> Bridge:
    """Version 1 is in use."""
    made = taught_bridge()
    refit_bridge(made.pk)
    return made


@pytest.fixture
def signed_in(bridge: Bridge) -> Callable[[str | None], Client]:
    def sign_in(role: str | None) -> Client:
        user, client = UserFactory(), Client()
        if role is not None:
            staff(bridge, user, role)
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def organiser(signed_in: Callable[[str | None], Client]) -> Client:
    return signed_in(BridgeRole.ORGANISER)


def page(name: str, bridge: Bridge, *args: Any) -> str:
    return reverse(f"organiser:{name}", args=[bridge.slug, *args])


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (BridgeRole.OWNER, 200),
        (BridgeRole.ORGANISER, 200),
        (BridgeRole.REVIEWER, 403),
        (BridgeRole.ADVISER, 403),
        (None, 404),
    ],
)
def test_each_role_reads_and_chooses_what_it_may(
    role: str | None, status: int, bridge: Bridge, signed_in: Callable[[str | None], Client]
) -> None:
    client = signed_in(role)
    for name, args in PAGES:
        assert client.get(page(name, bridge, *args)).status_code == status
    chosen = client.post(page("learning_use", bridge, 0)).status_code
    released = client.post(page("learning_release", bridge)).status_code
    assert {chosen, released} == {302 if status == 200 else status}
    assert version_in_use(bridge.pk) == (0 if status == 200 else 1)
    assert AuditEntry.objects.filter(verb__in=("use_weights", "release_weights")).count() == (2 if status == 200 else 0)


def test_a_member_and_a_stranger_learn_of_no_such_page(bridge: Bridge) -> None:
    owner, client = UserFactory(), Client()
    member(bridge, owner=owner)
    assert client.get(page("learning", bridge)).status_code == 302
    client.force_login(owner)
    assert client.get(page("learning", bridge)).status_code == 404
    other = UserFactory()
    staff(BridgeFactory(), other, BridgeRole.OWNER)
    client.force_login(other)
    assert client.post(page("learning_use", bridge, 0)).status_code == 404
    assert version_in_use(bridge.pk) == 1


def test_it_says_what_counts_more_and_less_with_the_figures(bridge: Bridge, organiser: Client) -> None:
    text = organiser.get(page("learning", bridge)).content.decode()
    assert "In use: version 1" in text
    assert "These count more than before: " in text
    more = text.partition("These count more than before: ")[2].partition(".")[0]
    assert "Sectors" in more
    assert "Stage of development" in more
    assert "What the texts say" in text.partition("These count less than before: ")[2].partition(".")[0]
    model = ScoringModel.objects.get()
    sector = model.data["terms"]["sector"]
    assert f"+{sector['weight']:.2f} / −{sector['penalty']:.2f}" in text
    assert "+0.80 / −0.80" in text
    assert str(model.known["sector"]) in text
    assert "Adopted: it foretells responses better" in text
    assert f"{model.quality['fitted']['log_loss']:.3f}" in text
    assert "These count more than before: " in organiser.get(page("matching", bridge)).content.decode()


def test_the_pages_are_there_in_chinese(bridge: Bridge, organiser: Client) -> None:
    """Figures and points are put into the sentences of either language."""
    organiser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    for name, args in (*PAGES, ("matching", ())):
        text = organiser.get(page(name, bridge, *args)).content.decode()
        assert '<html lang="zh' in text
        assert "%(" not in text


def test_going_back_asks_first_then_holds_then_lets_go(bridge: Bridge, organiser: Client) -> None:
    MatchRun.objects.all().delete()
    asked = organiser.get(page("learning_use", bridge, 0))
    assert "Score with the weights of the beginning?" in asked.content.decode()
    assert version_in_use(bridge.pk) == 1
    after = organiser.post(page("learning_use", bridge, 0), follow=True).content.decode()
    assert "In use: the weights every bridge begins with" in after
    assert "You chose the weights in use" in after
    assert MatchRun.objects.unfinished().filter(bridge=bridge).exists()
    organiser.post(page("learning_use", bridge, 1))
    assert version_in_use(bridge.pk) == 1
    organiser.post(page("learning_release", bridge))
    assert not BridgeLearning.objects.get(bridge=bridge).held
    assert "You chose the weights in use" not in organiser.get(page("learning", bridge)).content.decode()


def test_the_way_back_leads_to_the_version_before(bridge: Bridge, organiser: Client) -> None:
    teach(bridge, 300, seed=12)
    second = refit_bridge(bridge.pk)
    assert second is not None
    assert second.adopted
    text = organiser.get(page("learning", bridge)).content.decode()
    assert page("learning_use", bridge, 1) in text
    assert page("learning_use", bridge, 0) in text
    older = organiser.get(page("learning_version", bridge, 1)).content.decode()
    assert "Version 1, not in use" in older
    assert "Use version 1" in older


def test_it_says_why_a_refit_was_not_adopted(organiser: Client, bridge: Bridge) -> None:
    few = taught_bridge(5)
    user = UserFactory()
    staff(few, user, BridgeRole.OWNER)
    refit_bridge(few.pk)
    client = Client()
    client.force_login(user)
    text = client.get(page("learning", few)).content.decode()
    assert "too few responses that speak of the fit" in text
    assert "at least 40" in text
    assert client.get(page("learning_version", few, 1)).status_code == 404
    assert client.get(page("learning_use", few, 1)).status_code == 404
    use_weights(bridge, actor=bridge.staff.get().user, version=0)
    teach(bridge, 100, seed=8)
    refit_bridge(bridge.pk)
    assert "an organiser held what was in use" in organiser.get(page("learning", bridge)).content.decode()


def test_a_bridge_without_responses_has_a_page_that_says_so(bridge: Bridge) -> None:
    empty, user, client = BridgeFactory(), UserFactory(), Client()
    staff(empty, user, BridgeRole.OWNER)
    client.force_login(user)
    text = client.get(page("learning", empty)).content.decode()
    assert "In use: the weights every bridge begins with" in text
    assert "No refit yet" in text
    assert client.get(page("matching", empty)).status_code == 200


def test_queries_do_not_grow_with_refits_and_responses(bridge: Bridge, organiser: Client) -> None:
    organiser.get(page("learning", bridge))
    with CaptureQueriesContext(
        connection,
    ) as few:
        organiser.get(page("learning", bridge))
    teach(bridge, 100, seed=9)
    model = ScoringModel.objects.get()
    for version in range(2, 40):
        ScoringModel.objects.create(
            bridge=bridge,
            version=version,
            base_version=1,
            outcome=model.outcome,
            data=model.data,
            quality=model.quality,
        )
    with CaptureQueriesContext(connection) as many:
        assert b"Page 1 of 3" in organiser.get(page("learning", bridge)).content
    assert len(many) == len(few)


def test_the_log_names_the_version_and_leads_to_the_page(bridge: Bridge, organiser: Client) -> None:
    text = organiser.get(page("audit_list", bridge)).content.decode()
    assert "adopted weights refitted from responses" in text
    assert "Weights, version 1" in text
    assert page("learning", bridge) in text
