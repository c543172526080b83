"""What the desk says of how a run has shared attention out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from matching.app.models import MatchRun
from qiao.organiser.choice_words import choice_words
from tests.factories import BridgeFactory, UserFactory, staff

SPREAD = {
    "status": "feasible", "gap": 0.0042, "loss": 0.0312, "gained": 14, "relieved": 3, "requests_limit": 8,
    "most_requests_unlimited": 12.24, "most_requests": 7.96,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            [
                "Spreading attention cost 3.1% of the total score, held against everybody's own best list.",
                "14 organisations are proposed to more others than they would be otherwise.",
                "3 organisations would otherwise expect more requests than the policy's 8: the most sought one 12.2, "
                "and now 8.0.",
                "No other choice within the limits is better by more than 0.4%.",
            ],
        ),
        (
            {"status": "optimal", "gap": 0.0, "loss": 0.0, "gained": 0, "relieved": 0, "most_requests": 2.5},
            [
                "Spreading attention cost nothing: everybody receives the best there is for them.",
                "The most sought organisation may expect 2.5 requests; the policy allows 8.",
                "No other choice within the limits is better.",
            ],
        ),
        ({"loss": None}, []),
    ],
)
def test_a_run_is_told_in_sentences(changes: dict[str, Any], said: list[str]) -> None:
    assert choice_words({"choice": SPREAD | changes}) == said


def test_a_run_from_before_says_nothing() -> None:
    assert choice_words({"proposals": 4}) == []


@pytest.mark.django_db
def test_the_desk_tells_of_the_last_run_that_is_done(client: Client) -> None:
    bridge, person = BridgeFactory(), UserFactory()
    staff(bridge, person)
    client.force_login(person)
    address = reverse("organiser:matching", args=[bridge.slug])
    assert "How attention is shared" not in client.get(address).content.decode()
    for state, loss in (("done", 0.5), ("done", 0.07), ("failed", 0.9)):
        MatchRun.objects.create(bridge=bridge, state=state, figures={"choice": SPREAD | {"loss": loss}})
    page = client.get(address).content.decode()
    assert "Spreading attention cost 7.0% of the total score" in page
    assert "50.0%" not in page
    assert "90.0%" not in page
