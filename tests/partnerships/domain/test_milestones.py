"""What came of an introduction: recorded, confirmed or disputed, and what both sides see of it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from matching.app.enums import ResponseKind
from matching.app.models import Response
from qiao.activity.models import AuditEntry
from qiao.common.errors import InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from qiao.notifications.models import OutgoingMail
from qiao.partnerships.domain.brokering import close, pause
from qiao.partnerships.domain.milestones import (
    confirm_milestone,
    dispute_milestone,
    record_milestone,
    withdraw_milestone,
)
from qiao.partnerships.domain.queries.introduction_view import IntroductionView, introduction_view
from qiao.partnerships.enums import AgreementKind, CloseReason, MilestoneState, Stage
from qiao.partnerships.models import Document, Introduction, Milestone
from tests.partnerships.cast import Cast

OUTSIDE = ("a.viewer", "b.owner", "c.owner", "reviewer", "stranger", "nobody")
PDF = b"%PDF-1.7\n%%EOF\n"


def record(cast: Cast, found: Introduction, stage: str = Stage.MEETING, *, by: str = "a", **more: Any) -> Milestone:
    """Have an owner record that it happened today."""
    values: dict[str, Any] = {"happened_on": timezone.localdate()} | more
    return record_milestone(
        found, actor=cast.user(f"{by}.owner"), organisation=cast.organisation(by), stage=stage, **values
    )


def view(cast: Cast, who: str) -> IntroductionView:
    user = cast.user(who)
    found = introduction_view(user, Introduction.objects.visible_to(user).in_full().get())
    assert found is not None
    return found


def learnt() -> set[tuple[int, str]]:
    return set(
        Response.objects.standing()
        .filter(kind__in=(ResponseKind.MEETING, ResponseKind.AGREEMENT))
        .values_list("organisation_id", "kind")
    )


@pytest.mark.parametrize("who", [*OUTSIDE, "organiser", "adviser"])
def test_nobody_records_for_a_side_they_do_not_act_for(cast: Cast, who: str) -> None:
    found = cast.open()
    with pytest.raises(NotAllowed):
        record_milestone(
            found, actor=cast.user(who), organisation=cast.a, stage=Stage.MEETING, happened_on=timezone.localdate()
        )
    assert not Milestone.objects.exists()


@pytest.mark.parametrize("who", ["a.owner", "b.viewer", "c.owner", "reviewer", "stranger", "nobody"])
def test_only_who_brokers_records_on_behalf_of_both(cast: Cast, who: str) -> None:
    found = cast.open()
    with pytest.raises(NotAllowed):
        record_milestone(found, actor=cast.user(who), stage=Stage.MEETING, happened_on=timezone.localdate())


def test_an_organisers_record_asks_both_sides(cast: Cast) -> None:
    found = cast.open()
    milestone = record_milestone(found, actor=cast.user("adviser"), stage=Stage.NDA, happened_on=timezone.localdate())
    assert OutgoingMail.objects.filter(template="milestone_recorded").count() == 4
    confirm_milestone(milestone, actor=cast.user("a.editor"), organisation=cast.a)
    milestone.refresh_from_db()
    assert milestone.state == MilestoneState.AWAITING
    confirm_milestone(milestone, actor=cast.user("organiser"), organisation=cast.b)
    milestone.refresh_from_db()
    assert milestone.state == MilestoneState.CONFIRMED
    assert dict(milestone.confirmations.values_list("organisation_id", "by_organiser")) == {
        cast.a.pk: False, cast.b.pk: True,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["b.viewer", "a.owner", "c.owner", "reviewer", "stranger", "nobody"])
def test_nobody_judges_for_a_side_they_do_not_act_for(cast: Cast, who: str) -> None:
    milestone = record(cast, cast.open())
    with pytest.raises(NotAllowed):
        confirm_milestone(milestone, actor=cast.user(who), organisation=cast.b)
    with pytest.raises(NotAllowed):
        dispute_milestone(milestone, actor=cast.user(who), organisation=cast.b, comment="No")
    with pytest.raises(NotFound):
        confirm_milestone(milestone, actor=cast.user("c.owner"), organisation=cast.c)
    milestone.refresh_from_db()
    assert milestone.state == MilestoneState.AWAITING


def test_both_sides_see_the_same_and_each_its_own_yes(cast: Cast) -> None:
    milestone = record(cast, cast.open(), Stage.MEMORANDUM)
    (mine,), (theirs,) = view(cast, "a.viewer").milestones, view(cast, "b.owner").milestones
    assert (mine.i_agree, mine.they_agree, theirs.i_agree, theirs.they_agree) == (True, None, None, True)
    assert (mine.may_judge, theirs.may_judge, theirs.may_withdraw) == (False, True, False)
    confirm_milestone(milestone, actor=cast.user("b.owner"), organisation=cast.b, comment="Signed in Leeds")
    (mine,), (theirs,) = view(cast, "a.owner").milestones, view(cast, "b.owner").milestones
    assert mine.milestone == theirs.milestone
    assert (mine.they_agree, mine.their_comment, mine.may_withdraw) == (True, "Signed in Leeds", True)
    assert view(cast, "a.owner").introduction.stage == view(cast, "b.owner").introduction.stage == Stage.MEMORANDUM


def test_the_stage_is_the_furthest_that_stands(cast: Cast) -> None:
    found = cast.open()
    agreement = record(cast, found, Stage.AGREEMENT, kind=AgreementKind.LICENCE)
    meeting = record(cast, found, Stage.MEETING, by="b")
    confirm_milestone(agreement, actor=cast.user("b.owner"), organisation=cast.b)
    confirm_milestone(meeting, actor=cast.user("a.owner"), organisation=cast.a)
    found.refresh_from_db()
    assert found.stage == Stage.AGREEMENT
    both = {(pk, kind) for pk in (cast.a.pk, cast.b.pk) for kind in (ResponseKind.MEETING, ResponseKind.AGREEMENT)}
    assert learnt() == both
    withdraw_milestone(agreement, actor=cast.user("a.owner"), organisation=cast.a)
    found.refresh_from_db()
    assert found.stage == Stage.MEETING
    assert learnt() == {(cast.a.pk, ResponseKind.MEETING), (cast.b.pk, ResponseKind.MEETING)}
    withdraw_milestone(meeting, actor=cast.user("organiser"))
    found.refresh_from_db()
    assert found.stage == Stage.INTRODUCED
    assert learnt() == set()


def test_a_dispute_says_why_and_tells_the_other_side_and_the_brokers(cast: Cast) -> None:
    milestone = record(cast, cast.open())
    with pytest.raises(InvalidInput) as refusal:
        dispute_milestone(milestone, actor=cast.user("b.owner"), organisation=cast.b, comment=" \n")
    assert set(refusal.value.errors) == {"comment"}
    dispute_milestone(milestone, actor=cast.user("b.owner"), organisation=cast.b, comment="It was moved")
    told = OutgoingMail.objects.filter(template="milestone_disputed").values_list("to", flat=True)
    assert set(told) == {"a.owner@cast.example", "a.editor@cast.example"}
    assert set(OutgoingMail.objects.filter(template="case_disputed").values_list("to", flat=True)) == {
        "organiser@cast.example", "adviser@cast.example",
    }  # fmt: skip
    confirm_milestone(milestone, actor=cast.user("b.owner"), organisation=cast.b)
    with pytest.raises(TransitionNotAllowed):
        dispute_milestone(milestone, actor=cast.user("b.owner"), organisation=cast.b, comment="No")
    confirm_milestone(milestone, actor=cast.user("b.editor"), organisation=cast.b)  # nothing more happens
    assert AuditEntry.objects.filter(verb="confirm_milestone").count() == 1


def test_only_who_recorded_takes_back(cast: Cast) -> None:
    milestone = record(cast, cast.open())
    for who, side in (("b.owner", cast.b), ("a.viewer", cast.a), ("stranger", cast.a), ("b.owner", cast.a)):
        with pytest.raises(NotAllowed):
            withdraw_milestone(milestone, actor=cast.user(who), organisation=side)
    with pytest.raises(NotAllowed):
        withdraw_milestone(milestone, actor=cast.user("a.owner"))
    withdraw_milestone(milestone, actor=cast.user("a.editor"), organisation=cast.a)
    with pytest.raises(TransitionNotAllowed):
        withdraw_milestone(milestone, actor=cast.user("a.editor"), organisation=cast.a)
    with pytest.raises(TransitionNotAllowed):
        confirm_milestone(milestone, actor=cast.user("b.owner"), organisation=cast.b)
    assert view(cast, "b.owner").milestones == []


@pytest.mark.parametrize("state", ["requested", "paused request", "closed"])
def test_only_an_introduction_has_milestones(cast: Cast, state: str) -> None:
    found = cast.open() if state == "closed" else cast.ask()
    if state == "closed":
        close(found, actor=cast.user("a.owner"), organisation=cast.a, reason=CloseReason.TIMING)
    elif state == "paused request":
        pause(found, actor=cast.user("organiser"))
    with pytest.raises(TransitionNotAllowed, match="open introduction"):
        record(cast, found)
    with pytest.raises(TransitionNotAllowed):
        record_milestone(found, actor=cast.user("organiser"), stage=Stage.MEETING, happened_on=timezone.localdate())


def test_pressed_twice_it_is_recorded_once(cast: Cast) -> None:
    found = cast.open()
    files = [SimpleUploadedFile("mou.pdf", PDF)]
    first = record(cast, found, Stage.MEMORANDUM, files=files)
    files[0].seek(0)
    assert record(cast, found, Stage.MEMORANDUM, files=files) == first
    assert Document.objects.filter(milestone=first).count() == 1
    assert OutgoingMail.objects.filter(template="milestone_recorded").count() == 2


@pytest.mark.parametrize(
    ("stage", "values", "wrong"),
    [
        (Stage.INTRODUCED, {}, {"stage"}),
        ("wedding", {}, {"stage"}),
        (Stage.MEETING, {"happened_on": datetime.date(2999, 1, 1)}, {"happened_on"}),
        (Stage.AGREEMENT, {}, {"kind"}),
        (Stage.AGREEMENT, {"kind": "marriage"}, {"kind"}),
        (Stage.MEMORANDUM, {"value_least": -1, "currency": "GBP"}, {"value_least"}),
        (Stage.MEMORANDUM, {"value_least": 10**15, "currency": "GBP"}, {"value_least"}),
        (Stage.MEMORANDUM, {"value_least": 2, "value_most": 1, "currency": "GBP"}, {"value_most"}),
        (Stage.MEMORANDUM, {"value_least": 2}, {"currency"}),
        (Stage.MEMORANDUM, {"value_least": 2, "currency": "ABC"}, {"currency"}),
        (Stage.MEMORANDUM, {"confidentiality": "secret"}, {"confidentiality"}),
        (Stage.MEMORANDUM, {"comment": "x" * 2001}, {"comment"}),
        (Stage.MEMORANDUM, {"other_parties": "x" * 301}, {"other_parties"}),
        (
            Stage.OUTCOME,
            {"starts_on": datetime.date(2026, 2, 1), "ends_on": datetime.date(2026, 1, 1)},
            {"ends_on"},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast: Cast, stage: str, values: dict[str, Any], wrong: set[str]) -> None:
    found = cast.open()
    with pytest.raises(InvalidInput) as refusal:
        record(cast, found, stage, **values)
    assert set(refusal.value.errors) == wrong
    assert not Milestone.objects.exists()


def test_a_meeting_has_no_value(cast: Cast) -> None:
    milestone = record(cast, cast.open(), Stage.MEETING, value_least=5, currency="GBP", kind="licence")
    assert (milestone.value, milestone.kind) == (None, "")


def test_details_that_do_not_exist_are_a_mistake_of_ours(cast: Cast) -> None:
    with pytest.raises(TypeError):
        record(cast, cast.open(), state="confirmed")
