"""From a draft to a published call, its dates, and its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from qiao.activity.models import OutboxEvent
from qiao.calls.domain.calls import (
    close_call,
    create_call,
    extend_call,
    return_call_to_draft,
    review_call,
    submit_call,
    update_call,
    withdraw_call,
)
from qiao.calls.enums import CallState
from qiao.calls.models import Call
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.notifications.models import OutgoingMail
from tests.calls.scene import STAGES, CallScene, call_fields
from tests.calls.told import told
from tests.factories import OrganisationFactory, affiliate


def test_call_keeps_its_criteria_and_stages_in_order(scene: CallScene) -> None:
    call = scene.draft()
    assert [(one.position, one.name, one.weight) for one in call.criteria.all()] == [
        (1, "Novelty", 40), (2, "Feasibility", 60),
    ]  # fmt: skip
    assert [one.advances for one in call.stages.all()] == [2, 1]
    assert (call.title_in("en"), call.title_in("zh-hans")) == ("A sensor for the ward", "病房用传感器")


@pytest.mark.parametrize("who", ["owner.viewer", "a.owner", "adviser", "stranger"])
def test_only_owners_and_editors_write_a_call(scene: CallScene, who: str) -> None:
    with pytest.raises(NotAllowed):
        create_call(scene.owner, actor=scene.user(who), bridge=scene.bridge, **call_fields())
    call = scene.draft()
    for act in (update_call, submit_call, withdraw_call):
        with pytest.raises(NotAllowed):
            act(call, actor=scene.user(who))
    assert Call.objects.get().state == CallState.DRAFT


def test_who_is_no_member_publishes_no_call(scene: CallScene) -> None:
    outside = OrganisationFactory()
    affiliate(scene.user("stranger"), outside)
    with pytest.raises(InvalidInput):
        create_call(outside, actor=scene.user("stranger"), bridge=scene.bridge, **call_fields())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_at": timezone.now() - timedelta(days=400)}, "closes_at"),
        ({"decision_by": (timezone.now() - timedelta(days=400)).date()}, "decision_by"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"title": ""}, "title"),
        ({"criteria": [{"name": ""}]}, "criteria"),
        ({"criteria": [{"name": "One"}] * 11}, "criteria"),
        ({"stages": [{"name": "One", "advances": 1}, {"name": "Two", "advances": 2}]}, "stages"),
        ({"stages": [{"name": "One", "advances": 0}]}, "stages"),
    ],
)
def test_bad_values_are_refused_at_their_field(scene: CallScene, changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        scene.draft(**changes)
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("missing", ["criteria", "stages"])
def test_unfinished_call_is_not_sent_to_review(scene: CallScene, missing: str) -> None:
    call = scene.draft(**{missing: []})
    with pytest.raises(InvalidInput) as refused:
        submit_call(call, actor=scene.user("owner.owner"))
    assert missing in refused.value.errors


def test_what_is_in_review_is_not_changed_but_taken_back(scene: CallScene) -> None:
    call = scene.in_review()
    assert told("call_to_review") == ["head", "organiser"]
    with pytest.raises(InvalidInput):
        update_call(call, actor=scene.user("owner.owner"), title="Another")
    call = return_call_to_draft(call, actor=scene.user("owner.editor"))
    call = update_call(call, actor=scene.user("owner.editor"), title="Another", stages=STAGES[:1])
    assert (call.title, call.stages.count(), call.criteria.count()) == ("Another", 1, 2)


@pytest.mark.parametrize("who", ["owner.owner", "adviser", "reviewer", "a.owner", "stranger"])
def test_only_organisers_review_a_call(scene: CallScene, who: str) -> None:
    with pytest.raises(NotAllowed):
        review_call(scene.in_review(), actor=scene.user(who), approve=True)


def test_organiser_of_the_same_organisation_does_not_review_its_call(scene: CallScene) -> None:
    affiliate(scene.user("organiser"), scene.owner, "viewer")
    with pytest.raises(NotAllowed):
        review_call(scene.in_review(), actor=scene.user("organiser"), approve=True)


def test_approval_opens_it_and_has_members_looked_for(scene: CallScene) -> None:
    call = scene.opened()
    assert call.state == CallState.OPEN
    assert call.takes_entries
    assert OutboxEvent.objects.get(topic="call.opened").payload == {"call_id": call.pk}
    assert told("call_approved") == ["owner.editor", "owner.owner"]


def test_approved_before_it_opens_it_takes_no_entries_yet(scene: CallScene) -> None:
    call = scene.opened(opens_at=timezone.now() + timedelta(days=1))
    assert call.is_to_come
    assert not call.takes_entries
    assert not OutboxEvent.objects.filter(topic="call.opened").exists()


def test_changes_are_asked_for_with_a_reason(scene: CallScene) -> None:
    call = scene.in_review()
    with pytest.raises(InvalidInput):
        review_call(call, actor=scene.user("organiser"), approve=False)
    call = review_call(call, actor=scene.user("organiser"), approve=False, note="Say what a ward is.")
    assert (call.state, call.review_note) == (CallState.DRAFT, "Say what a ward is.")
    mail = OutgoingMail.objects.filter(template="call_reviewed").first()
    assert mail is not None
    assert "Say what a ward is." in mail.text


def test_call_closes_at_its_second_and_not_before(scene: CallScene) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        call = scene.opened()
        clock.shift(timedelta(days=7, seconds=-1))
        assert call.takes_entries
        assert not close_call(call.pk)
        clock.shift(timedelta(seconds=1))
        assert not call.takes_entries
        assert close_call(call.pk)
        assert not close_call(call.pk)
    assert Call.objects.get().state == CallState.CLOSED
    assert told("call_closed") == ["owner.editor", "owner.owner"]


def test_putting_off_tells_who_has_a_draft_and_nobody_else(scene: CallScene) -> None:
    call = scene.opened()
    scene.write(call, "a")
    scene.enter(call, "b")
    call = scene.close(call)
    later = timezone.now() + timedelta(days=3)
    call = extend_call(call, actor=scene.user("owner.owner"), closes_at=later)
    assert (call.state, call.closes_at) == (CallState.OPEN, later)
    assert told("call_extended") == ["a.editor", "a.owner"]


def test_date_is_never_brought_forward(scene: CallScene) -> None:
    call = scene.opened()
    for moment in (call.closes_at, call.closes_at - timedelta(days=1)):
        with pytest.raises(InvalidInput):
            extend_call(call, actor=scene.user("owner.owner"), closes_at=moment)
    late = call.closes_at + timedelta(days=90)
    with pytest.raises(InvalidInput) as refused:
        extend_call(call, actor=scene.user("owner.owner"), closes_at=late)
    assert "decision_by" in refused.value.errors
    assert extend_call(call, actor=scene.user("owner.owner"), closes_at=late, decision_by=late.date()).closes_at == late


def test_date_stands_once_the_entries_are_before_the_reviewers(scene: CallScene) -> None:
    call, _entries = scene.deciding("a")
    with pytest.raises(TransitionNotAllowed):
        extend_call(call, actor=scene.user("owner.owner"), closes_at=timezone.now() + timedelta(days=3))


def test_withdrawal_says_why_to_all_who_had_to_do_with_it(scene: CallScene) -> None:
    call = scene.opened()
    scene.write(call, "a")
    scene.enter(call, "b")
    with pytest.raises(InvalidInput):
        withdraw_call(call, actor=scene.user("owner.owner"))
    withdraw_call(call, actor=scene.user("organiser"), reason="The ward is closed.")
    assert told("call_withdrawn") == sorted(
        f"{name}.{role}" for name in ("a", "b", "owner") for role in ("owner", "editor")
    )
    # Who has entered reads it still, others do not.
    everybody = ("a.viewer", "b.owner", "c.owner", "nobody", "organiser", "owner.viewer")
    assert [who for who in everybody if Call.objects.visible_to(scene.user(who)).exists()] == [
        "a.viewer", "b.owner", "organiser", "owner.viewer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "readers"),
    [
        ("draft", {"owner.viewer", "organiser", "head"}),
        ("in_review", {"owner.viewer", "organiser", "head"}),
        ("open", {"owner.viewer", "organiser", "head", "a.viewer", "adviser", "stranger", "nobody"}),
        ("withdrawn", {"owner.viewer", "organiser", "head"}),
    ],
)
def test_who_reads_a_call_in_each_state(scene: CallScene, state: str, readers: set[str]) -> None:
    scene.draft()
    Call.objects.update(state=state)
    everybody = ("owner.viewer", "organiser", "head", "a.viewer", "adviser", "stranger", "nobody")
    assert {who for who in everybody if Call.objects.visible_to(scene.user(who)).exists()} == readers


def test_call_of_a_suspended_member_is_out_of_sight(scene: CallScene) -> None:
    scene.opened()
    scene.owner.memberships.update(state="suspended")
    assert not Call.objects.visible_to(scene.user("a.owner")).exists()
    assert Call.objects.visible_to(scene.user("owner.owner")).exists()
