"""Runs of placement: who may ask, applying by what the draft is by then, taking back, and what was changed by hand."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from matching.app.domain.workshop_placing import work_on_placement
from qiao.activity.domain import outbox
from qiao.activity.models import AuditEntry, OutboxEvent
from qiao.celery import app
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.workshops.domain.applying_places import apply_placement, roll_back_placement
from qiao.workshops.domain.places import remove_room, restore_room
from qiao.workshops.domain.placing import (
    discard_placement,
    placements_to_work_on,
    request_placement,
    stop_placement,
)
from qiao.workshops.domain.queries.conflicts import conflicts_of
from qiao.workshops.domain.sessions import cancel_session, change_session
from qiao.workshops.enums import RunState
from qiao.workshops.models import PlacementRun, Session
from tests.factories import UserFactory, workshop_staff
from tests.workshops.placing_cast import PlacingCast, add, placing_cast

pytestmark = pytest.mark.django_db


def places(cast: PlacingCast) -> dict[str, tuple[object, object]]:
    rows = Session.objects.filter(workshop=cast.workshop).order_by("pk")
    return {str(one.title): (one.starts_at, one.room_id) for one in rows}


def hard(cast: PlacingCast) -> list[str]:
    return [one.code for one in conflicts_of(cast.workshop) if one.is_hard]


def test_a_run_changes_nothing_before_it_is_applied_and_back_is_where_all_was() -> None:
    cast = placing_cast()
    cast.put(cast.session("Hand", minutes=45), cast.at(9, 20), cast.rooms[1])
    for number in range(3):
        cast.session(f"S{number}")
    before = places(cast)
    run = cast.run()
    assert places(cast) == before
    run = apply_placement(run, actor=cast.planner)
    after = places(cast)
    assert run.state == RunState.APPLIED
    assert run.figures["applied"] == 3
    assert None not in {starts for starts, _room in after.values()}
    run = roll_back_placement(run, actor=cast.planner)
    assert (places(cast), run.state) == (before, RunState.ROLLED_BACK)
    apply_placement(run, actor=cast.planner)
    assert places(cast) == after
    acts = AuditEntry.objects.filter(verb__in=("apply_placement", "roll_back_placement"))
    assert acts.count() == 3


def test_applying_is_a_change_of_each_session() -> None:
    cast = placing_cast()
    one = cast.session("One")
    OutboxEvent.objects.all().delete()
    apply_placement(cast.run(), actor=cast.planner)
    edition = one.edition
    one.refresh_from_db()
    assert one.edition == edition + 1
    assert OutboxEvent.objects.filter(topic="session.changed", payload={"session_id": one.pk}).count() == 1


def test_what_was_changed_by_hand_since_stays_and_is_named() -> None:
    cast = placing_cast()
    moved, locked, longer, gone, rest = (cast.session(name) for name in ("moved", "locked", "longer", "gone", "rest"))
    run = cast.run()
    cast.put(moved, cast.at(17, day=1), cast.rooms[1])
    cast.put(locked, None, None, is_locked=True)
    change_session(longer, actor=cast.planner, edition=longer.edition, minutes=180)
    cancel_session(gone, actor=cast.planner, edition=gone.edition)
    run = apply_placement(run, actor=cast.planner)
    named = {one["session"]: one["why"] for one in run.figures["skipped"]}
    assert named == {
        moved.public_id: "changed", locked.public_id: "locked", longer.public_id: "changed", gone.public_id: "gone",
    }  # fmt: skip
    now = places(cast)
    assert now["moved"] == (cast.at(17, day=1), cast.rooms[1].pk)
    assert now["locked"] == now["longer"] == now["gone"] == (None, None)
    assert now["rest"][0] is not None
    assert rest.public_id in run.before


def test_a_new_title_keeps_nothing_from_its_place() -> None:
    cast = placing_cast()
    one = cast.session("One")
    run = cast.run()
    change_session(one, actor=cast.planner, edition=one.edition, title={"en": "Two"})
    run = apply_placement(run, actor=cast.planner)
    assert run.figures["skipped"] == []
    assert places(cast)["Two"][0] is not None


def test_what_would_break_a_hard_rule_by_now_is_left_out() -> None:
    cast = placing_cast(rooms=1)
    one, other = cast.session("One"), cast.session("Other")
    run = cast.run()
    # By hand, somebody takes the place of one; and who speaks in the other is not there then.
    taken = datetime.datetime.fromisoformat(run.placed[one.public_id]["starts_at"])
    cast.put(cast.session("New"), taken, cast.rooms[0])
    ada = cast.person()
    add(other, ada, "speaker")
    cast.there(ada, cast.at(17), cast.at(18))
    run = apply_placement(run, actor=cast.planner)
    assert {(each["session"], each["why"]) for each in run.figures["skipped"]} == {
        (one.public_id, "clash"), (other.public_id, "clash"),
    }  # fmt: skip
    assert hard(cast) == []


def test_a_plenary_put_there_meanwhile_keeps_others_out() -> None:
    cast = placing_cast(rooms=2)
    one = cast.session("One")
    run = cast.run()
    taken = datetime.datetime.fromisoformat(run.placed[one.public_id]["starts_at"])
    room = next(each for each in cast.rooms if each.public_id != run.placed[one.public_id]["room"])
    cast.put(cast.session("Plenary", is_for_all=True), taken, room)
    run = apply_placement(run, actor=cast.planner)
    assert run.figures["skipped"] == [{"session": one.public_id, "why": "clash"}]


def test_a_room_removed_after_the_run_was_made_is_no_room() -> None:
    cast = placing_cast()
    sessions = [cast.session(f"S{number}", minutes=480) for number in range(2)]
    run = cast.run(ends=datetime.time(17))
    workshop_staff(cast.workshop, cast.planner, "owner")
    cast.planner.__dict__.pop("_workshop_roles_by_id", None)
    removed = next(one for one in cast.rooms if one.public_id == run.placed[sessions[0].public_id]["room"])
    remove_room(removed, actor=cast.planner)
    run = apply_placement(run, actor=cast.planner)
    lost = {key for key, place in run.placed.items() if place["room"] == removed.public_id}
    assert {one["session"] for one in run.figures["skipped"]} == lost
    assert not Session.objects.filter(room=removed).exists()
    restore_room(removed, actor=cast.planner)
    assert hard(cast) == []


def test_a_room_removed_after_it_was_applied_stays_removed_when_it_is_taken_back() -> None:
    cast = placing_cast()
    one = cast.put(cast.session("One"), cast.at(9), cast.rooms[0])
    rest = cast.session("Plenary", is_for_all=True, minutes=60, is_locked=True)
    cast.put(rest, cast.at(9), cast.rooms[1])
    run = apply_placement(cast.run(scope="all"), actor=cast.planner)
    one.refresh_from_db()
    assert one.starts_at != cast.at(9)
    workshop_staff(cast.workshop, cast.planner, "owner")
    cast.planner.__dict__.pop("_workshop_roles_by_id", None)
    place = (one.starts_at, one.room_id)
    removed = cast.rooms[0]
    if one.room == removed:
        cast.put(one, one.starts_at, cast.rooms[1])
    remove_room(removed, actor=cast.planner)
    run = roll_back_placement(run, actor=cast.planner)
    one.refresh_from_db()
    assert [each["session"] for each in run.figures["kept"]] == [one.public_id]
    assert one.starts_at == place[0]
    assert one.room != removed


def test_taking_back_keeps_and_names_what_was_moved_by_hand_since() -> None:
    cast = placing_cast()
    one, other = cast.session("One"), cast.session("Other")
    run = apply_placement(cast.run(), actor=cast.planner)
    cast.put(one, cast.at(16, day=1), cast.rooms[0])
    run = roll_back_placement(run, actor=cast.planner)
    assert run.figures["kept"] == [{"session": one.public_id, "why": "changed"}]
    now = places(cast)
    assert now["One"] == (cast.at(16, day=1), cast.rooms[0].pk)
    assert now["Other"] == (None, None)
    assert other.public_id in run.before


def test_a_run_waits_for_the_one_under_way_and_each_act_has_its_time() -> None:
    cast = placing_cast()
    cast.session("One")
    run = cast.ask()
    assert cast.ask(scope="all") == run
    with pytest.raises(TransitionNotAllowed):
        apply_placement(run, actor=cast.planner)
    with pytest.raises(TransitionNotAllowed):
        roll_back_placement(run, actor=cast.planner)
    assert stop_placement(run, actor=cast.planner).state == RunState.DISCARDED
    assert not work_on_placement(run.pk)
    second = cast.run()
    with pytest.raises(TransitionNotAllowed):
        stop_placement(second, actor=cast.planner)
    apply_placement(second, actor=cast.planner)
    with pytest.raises(TransitionNotAllowed):
        apply_placement(second, actor=cast.planner)
    with pytest.raises(TransitionNotAllowed):
        discard_placement(second, actor=cast.planner)


def test_only_who_plans_the_programme_may() -> None:
    cast = placing_cast()
    cast.session("One")
    run = cast.run()
    door = UserFactory()
    workshop_staff(cast.workshop, door, "check_in")
    for act in (apply_placement, roll_back_placement, discard_placement, stop_placement):
        with pytest.raises(NotAllowed):
            act(run, actor=door)
    with pytest.raises(NotAllowed):
        request_placement(cast.workshop, actor=door)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scope": "some"}, "scope"),
        ({"begins": datetime.time(18), "ends": datetime.time(9)}, "ends"),
        ({"step": 7}, "step"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": 3600}, "seconds"),
        ({"rooms": []}, "rooms"),
    ],
)
def test_what_cannot_be_asked_for(wrong: dict[str, object], field: str) -> None:
    cast = placing_cast()
    with pytest.raises(InvalidInput) as refusal:
        cast.ask(**wrong)
    assert field in refusal.value.errors
    assert not PlacementRun.objects.exists()


def test_rooms_of_others_and_removed_ones_cannot_be_asked_for() -> None:
    cast, other = placing_cast(), placing_cast()
    cast.rooms[1].removed_at = timezone.now()
    cast.rooms[1].save()
    for room in (other.rooms[0], cast.rooms[1]):
        with pytest.raises(InvalidInput):
            cast.ask(rooms=[room])


def test_a_run_left_by_its_worker_is_handed_out_again() -> None:
    cast = placing_cast()
    cast.session("One")
    run = cast.ask()
    PlacementRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    assert placements_to_work_on() == []
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=3)):
        assert placements_to_work_on() == [run.pk]
    assert work_on_placement(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.READY


def test_asking_hands_the_run_to_a_worker() -> None:
    cast = placing_cast()
    cast.session("One")
    run = cast.ask()
    event = OutboxEvent.objects.get(topic="placement.requested")
    assert event.payload == {"run_id": run.pk}
    app.loader.import_default_modules()
    assert outbox._subscribers["placement.requested"] == ["matching.place_programme"]
    assert app.tasks["matching.place_programme"](run.pk)
    run.refresh_from_db()
    assert run.state == RunState.READY
    assert "matching.resume_placements" in {one["task"] for one in app.conf.beat_schedule.values()}
