"""Proposals, introductions and collaborations, each side by its own token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matching.app.models import Proposal
from qiao.partnerships.models import Introduction
from tests.api.scene import Caller, Scene
from tests.factories import affiliate, member, member_listing, propose

pytestmark = pytest.mark.django_db


@dataclass
class Pair:
    scene: Scene
    proposal: Proposal

    def at(self, path: str) -> str:
        return self.scene.at(path)

    @property
    def own(self) -> Caller:
        return self.scene.callers["owner"]

    @property
    def other(self) -> Caller:
        return self.scene.callers["other"]


@pytest.fixture
def pair(scene: Scene) -> Pair:
    need = member_listing(scene.bridge, organisation=scene.own, title="A ward for our sensor")
    offer = member_listing(scene.bridge, organisation=scene.other, direction="offer", title="Our ward is open")
    return Pair(scene, propose(need, offer))


def _introduced(pair: Pair) -> str:
    """Both say that they are interested; the identifier of the introduction."""
    address = pair.at(f"proposals/{pair.proposal.public_id}/response/")
    pair.own.post(address, {"answer": "interested"})
    answer = pair.other.post(address, {"answer": "interested"})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["introduction"])


def test_an_organisation_reads_its_list(pair: Pair) -> None:
    rows = pair.own.get(pair.at("proposals/")).json()["items"]
    assert [(row["id"], row["rank"], row["band"]) for row in rows] == [(pair.proposal.public_id, 1, "good")]
    assert rows[0]["partner"]["name"] == "Bio Island Labs"
    assert rows[0]["my_listing"]["title"] == "A ward for our sensor"
    assert rows[0]["reasons"][0]["theirs"]["text"] == "Our ward is open"
    one = pair.own.get(pair.at(f"proposals/{pair.proposal.public_id}/")).json()
    assert one == rows[0]


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("viewer", 200), ("key", 200), ("other", 200), ("stranger", 404), ("organiser", 404),
     ("desk", 404), ("anonymous", 401)],
)  # fmt: skip
def test_whose_a_proposal_is(pair: Pair, who: str, status: int) -> None:
    address = pair.at(f"proposals/{pair.proposal.public_id}/")
    assert pair.scene.callers[who].get(address).status_code == status


def test_a_name_is_withheld_in_a_proposal(pair: Pair) -> None:
    pair.proposal.second_listing.anonymous = pair.proposal.first_listing.anonymous = True
    pair.proposal.second_listing.save()
    pair.proposal.first_listing.save()
    response = pair.own.get(pair.at("proposals/"))
    assert response.json()["items"][0]["partner"]["id"] is None
    assert "Bio Island Labs" not in response.content.decode()


def test_two_who_are_interested_are_introduced_and_write(pair: Pair) -> None:
    public_id = _introduced(pair)
    address = pair.at(f"introductions/{public_id}/")
    mine = pair.own.get(address).json()
    assert (mine["state"], mine["tab"], mine["partner"]["id"]) == ("open", "introduced", pair.scene.other.public_id)
    assert mine["their_contact"]["email"] == pair.scene.other_owner.email
    first = pair.own.post(f"{address}messages/", {"text": "When shall we meet?"})
    assert (first.status_code, first.json()["errors"][0]["field"]) == (422, "acknowledges")
    sent = pair.own.post(f"{address}messages/", {"text": "When shall we meet?", "acknowledges": True})
    assert sent.status_code == 201
    read = pair.other.get(f"{address}messages/").json()["items"]
    assert [(row["side"], row["author"], row["text"]) for row in read] == [("theirs", "Ada", "When shall we meet?")]
    closed = pair.own.post(f"{address}act/", {"act": "close", "reason": "timing"})
    assert (closed.json()["state"], closed.json()["may"]) == ("closed", ["reopen"])


def test_a_no_is_told_to_nobody(pair: Pair) -> None:
    address = pair.at(f"proposals/{pair.proposal.public_id}/response/")
    asked = pair.own.post(address, {"answer": "interested"}).json()["introduction"]
    before = pair.own.get(pair.at(f"introductions/{asked}/"))
    pair.other.post(pair.at(f"introductions/{asked}/act/"), {"act": "no", "reason": "wrong_sector"})
    after = pair.own.get(pair.at(f"introductions/{asked}/"))
    assert after.json() == before.json()
    assert after.headers["ETag"] == before.headers["ETag"]


def test_the_interest_of_the_other_side_is_not_told_by_an_answer(pair: Pair) -> None:
    """Who says no to a proposal that the other wants, and was not asked about yet, is told of no introduction."""
    address = pair.at(f"proposals/{pair.proposal.public_id}/response/")
    pair.own.post(address, {"answer": "interested"})
    Introduction.objects.update(state="with_advisers")
    Introduction.objects.get().parties.filter(organisation=pair.scene.other).update(asked_at=None)
    assert pair.other.post(address, {"answer": "no"}).json()["introduction"] is None


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404), ("desk", 404), ("anonymous", 401)])
def test_who_answers_a_proposal(pair: Pair, who: str, status: int) -> None:
    address = pair.at(f"proposals/{pair.proposal.public_id}/response/")
    assert pair.scene.callers[who].post(address, {"answer": "no"}).status_code == status


def test_an_introduction_is_its_sides_alone(pair: Pair) -> None:
    public_id = _introduced(pair)
    for path in ("", "messages/", "milestones/"):
        address = pair.at(f"introductions/{public_id}/{path}")
        codes = {who: pair.scene.callers[who].get(address).status_code for who in pair.scene.callers}
        assert {who for who, code in codes.items() if code == 200} == {"owner", "viewer", "editor", "key", "other"}
        assert {codes[who] for who in ("stranger", "organiser", "desk", "adviser")} == {404}


def test_a_milestone_counts_when_both_have_confirmed_it(pair: Pair) -> None:
    public_id = _introduced(pair)
    address = pair.at(f"introductions/{public_id}/milestones/")
    said = {"stage": "meeting", "happened_on": timezone.localdate().isoformat()}
    made = pair.own.post(address, said)
    assert (made.status_code, made.json()["state"], made.json()["i_agree"]) == (201, "awaiting", True)
    act = f"{made.headers['Location']}act/"
    confirmed = pair.other.post(act, {"act": "confirm"})
    assert (confirmed.json()["state"], confirmed.json()["they_agree"]) == ("confirmed", True)
    assert pair.own.get(pair.at(f"introductions/{public_id}/")).json()["stage"] == "meeting"
    gone = pair.own.post(act, {"act": "withdraw"})
    assert gone.json()["state"] == "withdrawn"
    assert pair.own.get(address).json()["items"] == []


def test_a_proposal_is_saved_and_put_back(pair: Pair) -> None:
    address = pair.at(f"proposals/{pair.proposal.public_id}/mark/")
    assert pair.own.post(address, {"act": "save"}).json()["saved_at"] is not None
    assert pair.own.post(address, {"act": "unsave"}).json()["saved_at"] is None


def test_a_key_of_one_organisation_knows_nothing_of_anothers_introductions(pair: Pair) -> None:
    second = member(pair.scene.bridge, name_en="Second")
    affiliate(pair.scene.owner, second)
    listing = member_listing(pair.scene.bridge, organisation=second)
    elsewhere = propose(listing, pair.proposal.second_listing)
    key = pair.scene.callers["key"]
    assert pair.own.get(pair.at(f"proposals/{elsewhere.public_id}/")).status_code == 200
    assert key.get(pair.at(f"proposals/{elsewhere.public_id}/")).status_code == 404
    assert key.get(pair.at(f"proposals/?organisation={second.public_id}")).status_code == 404
    assert key.get(pair.at(f"introductions/?organisation={second.public_id}")).status_code == 404


def test_lists_take_as_many_queries_for_many_rows_as_for_one(pair: Pair) -> None:
    def count(path: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            rows: Any = pair.own.get(pair.at(path)).json()["items"]
        return len(queries), len(rows)

    pair.own.get(pair.at("proposals/"))
    few = {path: count(path) for path in ("proposals/", "introductions/")}
    for _n in range(5):
        propose(
            member_listing(pair.scene.bridge, organisation=pair.scene.own),
            member_listing(pair.scene.bridge, country="CN"),
        )
    for proposal in Proposal.objects.order_by("-pk")[:3]:
        answered = pair.own.post(pair.at(f"proposals/{proposal.public_id}/response/"), {"answer": "interested"})
        assert answered.status_code == 201, answered.content
    proposals, introductions = count("proposals/"), count("introductions/")
    assert (proposals[0], proposals[1]) == (few["proposals/"][0], 6)
    assert introductions[1] == 3
    again = count("introductions/?limit=1")
    assert again[0] == introductions[0]
