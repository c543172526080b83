"""Who reads the history on the page of each object."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from qiao.activity.domain.audit import record
from qiao.directory.models import Membership
from qiao.partnerships.domain.marks import save_proposal
from qiao.settings.env import ROOT
from tests.partnerships.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

EVERYBODY = (
    "nobody", "stranger", "a.owner", "a.editor", "a.viewer", "b.owner", "c.viewer", "organiser", "adviser", "reviewer",
)  # fmt: skip
OF_A = {"a.owner", "a.editor", "a.viewer"}


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    membership = Membership.objects.get(organisation=cast.a)
    for subject, verb in ((cast.need, "pause_listing"), (membership, "review_membership")):
        record(verb, subject, actor=cast.user("a.owner"), bridge_id=cast.bridge.pk, organisation_id=cast.a.pk)
    save_proposal(cast.proposal, actor=cast.user("a.owner"), organisation=cast.a)
    return cast


def readers(cast: Cast, path: str, sentence: str) -> set[str]:
    """Those to whom the page says it."""
    found = set()
    for who in EVERYBODY:
        client = Client()
        if who != "nobody":
            client.force_login(cast.user(who))
        answer = client.get(f"/{path.format(bridge=cast.bridge.slug)}")
        if answer.status_code == 200 and sentence in answer.content.decode():
            found.add(who)
    return found


def test_a_listing_tells_its_own_people_what_was_done_with_it(cast: Cast) -> None:
    page = f"{{bridge}}/listings/{cast.need.public_id}/"
    assert readers(cast, page, "paused a need or offer") == OF_A


def test_a_proposal_tells_each_side_its_own(cast: Cast) -> None:
    page = f"{{bridge}}/proposals/{cast.proposal.public_id}/"
    assert readers(cast, page, "saved a proposal") == OF_A


def test_the_membership_and_the_history_are_for_the_organisations_people(cast: Cast) -> None:
    assert readers(cast, "{bridge}/my/", "decided on the membership") == OF_A
    assert readers(cast, "{bridge}/my/history/", "saved a proposal") == OF_A


def test_the_desks_pages_of_review_tell_who_runs_the_bridge(cast: Cast) -> None:
    membership = Membership.objects.get(organisation=cast.a)
    desk = "organiser/{bridge}"
    assert readers(cast, f"{desk}/listings/{cast.need.public_id}/", "paused a need or offer") == {"organiser"}
    assert readers(cast, f"{desk}/members/{membership.public_id}/", "decided on the membership") == {"organiser"}


def test_pages_open_the_log_by_its_one_door() -> None:
    sources = [path for app in ("website", "organiser") for path in (ROOT / "platform" / "qiao" / app).rglob("*.py")]
    entered = re.compile(r"AuditEntry\s*\.objects\s*\.(\w+)")
    doors = {(path.name, door) for path in sources for door in entered.findall(Path(path).read_text("utf-8"))}
    assert ("log.py", "visible_to") in doors
    assert {door for _, door in doors} == {"visible_to"}
