"""The history of an object: who is named to whom, what is said, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from qiao.activity.domain.audit import record
from qiao.bridges.enums import BridgeRole
from qiao.directory.models import Membership
from qiao.insights.history.lines import HistoryLine, history_of
from qiao.partnerships.domain.marks import dismiss_proposal
from qiao.partnerships.enums import Answer
from tests.factories import UserFactory, affiliate, staff
from tests.partnerships.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


def nowhere(thing: Model) -> str:
    return ""


def read(obj: Model, user: Any, *, at_desk: bool = False) -> list[HistoryLine]:
    return history_of(obj, user, address=nowhere, at_desk=at_desk)


def said(lines: list[HistoryLine]) -> list[tuple[str, str]]:
    return [(line.who, line.what) for line in lines]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_people_are_named_to_their_colleagues_and_others_by_what_they_are(cast: Cast) -> None:
    listing, organisation = cast.need, cast.a
    gone = UserFactory(name="Gone Person")
    left = UserFactory(name="Left Person")
    acts: list[tuple[str, Any, str]] = [
        ("update_listing", cast.user("a.editor"), cast.user("a.editor").name),
        ("update_listing", cast.user("organiser"), "An organiser"),
        ("review_listing", cast.user("reviewer"), "A reviewer"),
        ("submit_listing", cast.user("adviser"), "An adviser"),
        ("update_listing", UserFactory(is_superuser=True, name="Root"), "An organiser"),
        ("expire_listing", None, "Qiao"),
        ("update_listing", gone, "A former member"),
        ("review_listing", gone, "An organiser"),
        ("update_listing", left, "A former member"),
    ]
    for verb, actor, _ in acts:
        record(verb, listing, actor=actor, bridge_id=cast.bridge.pk, organisation_id=organisation.pk)
    gone.delete()
    lines = read(listing, cast.user("a.viewer"))
    assert [line.who for line in reversed(lines)] == [who for _, _, who in acts]
    at_desk = [line.who for line in reversed(read(listing, cast.user("organiser"), at_desk=True))]
    assert at_desk[1:4] == [cast.user(who).name for who in ("organiser", "reviewer", "adviser")]
    assert at_desk[5:] == ["Qiao", "A former member", "A former member", "Left Person"]


def test_an_organiser_who_is_also_a_colleague_is_named_for_what_colleagues_do(cast: Cast) -> None:
    both = staff(cast.bridge, UserFactory(name="Two Hats")).user
    affiliate(both, cast.a)
    for verb in ("update_listing", "review_listing"):
        record(verb, cast.need, actor=both, bridge_id=cast.bridge.pk, organisation_id=cast.a.pk)
    assert said(read(cast.need, cast.user("a.owner"))) == [
        ("An organiser", "decided on a need or offer"),
        ("Two Hats", "changed a need or offer"),
    ]


def test_who_asks_to_join_is_named(cast: Cast) -> None:
    record("ask_to_join", cast.a, actor=cast.user("stranger"), organisation_id=cast.a.pk)
    assert read(cast.a, cast.user("a.owner"))[0].who == cast.user("stranger").name


def test_an_introduction_names_the_other_side_only_once_it_is_open(cast: Cast) -> None:
    introduction = cast.ask()
    ours, theirs = cast.user("a.owner"), cast.user("b.owner")
    known: dict[str, Any] = {"bridge_id": cast.bridge.pk, "organisation_id": cast.a.pk, "also": [cast.b.pk]}
    record("set_contact", introduction, actor=ours, **known)
    assert said(read(introduction, theirs))[0] == ("The other side", "changed the contact")
    assert cast.a.name not in str([line.subject for line in read(cast.b, theirs)])
    introduction = cast.answer(introduction, Answer.INTERESTED)
    lines = read(introduction, theirs)
    assert ours.name in {line.who for line in lines}
    opening = next(line for line in read(introduction, ours) if "both sides are introduced" in line.what)
    assert (opening.who, opening.before, opening.after) == (theirs.name, "Requested", "Introduced")


def test_a_private_no_is_in_nobody_elses_history(cast: Cast) -> None:
    dismiss_proposal(cast.proposal, actor=cast.user("b.owner"), organisation=cast.b, reason="too_early")
    assert said(read(cast.proposal, cast.user("b.viewer"))) == [(cast.user("b.owner").name, "said no to a proposal")]
    for other in ("a.owner", "c.owner", "organiser", "adviser", "reviewer", "stranger", "nobody"):
        assert read(cast.proposal, cast.user(other)) == [], other
    assert read(cast.proposal, cast.user("organiser"), at_desk=True) == []
    introduction = cast.ask(by="c")
    cast.answer(introduction, Answer.NO)
    assert "answered a request" in {line.what for line in read(introduction, cast.user("b.viewer"))}
    for other in ("c.owner", "organiser"):
        theirs = [line for line in read(introduction, cast.user(other)) if line.entry.organisation_id == cast.b.pk]
        assert theirs == [], other
    organisation = {line.what for line in read(cast.b, cast.user("b.viewer"))}
    assert {"said no to a proposal", "answered a request"} <= organisation


def test_a_reviewer_at_the_desk_reads_no_log(cast: Cast) -> None:
    membership = Membership.objects.get(organisation=cast.a)
    record("apply_to_bridge", membership, actor=None, bridge_id=cast.bridge.pk, organisation_id=cast.a.pk)
    assert len(read(membership, cast.user("organiser"), at_desk=True)) == 1
    for role in (BridgeRole.REVIEWER, BridgeRole.ADVISER):
        assert read(membership, cast.user(str(role)), at_desk=True) == []


def test_the_desk_does_not_show_what_its_reader_knows_from_elsewhere(cast: Cast) -> None:
    """An organiser who is also with a member reads that member's secrets on its pages, not on the desk's."""
    both = cast.user("organiser")
    affiliate(both, cast.a)
    record("put", cast.need, actor=None, bridge_id=cast.bridge.pk, organisation_id=cast.a.pk, private=True)
    assert len(read(cast.need, both)) == 1
    assert read(cast.need, both, at_desk=True) == []


@pytest.mark.parametrize("at_desk", [False, True])
def test_it_takes_as_many_queries_for_30_acts_as_for_one(cast: Cast, at_desk: bool) -> None:
    reader = cast.user("organiser" if at_desk else "a.owner")
    introduction = cast.open()
    of_a: dict[str, Any] = {"bridge_id": cast.bridge.pk, "organisation_id": cast.a.pk}
    counts = []
    done = 0
    for rows in (1, 3, 30):
        for _ in range(rows - done):
            actor = affiliate(UserFactory(), cast.a).user
            for subject in (cast.need, introduction, cast.proposal):
                record("update_listing", subject, actor=actor, also=[cast.b.pk], **of_a)
        done = rows
        with CaptureQueriesContext(connection, ) as captured:  # fmt: skip
            assert len(read(cast.a if not at_desk else cast.need, reader, at_desk=at_desk)) >= rows
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= 12
