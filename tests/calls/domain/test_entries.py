"""Drafts, handing in to the second, limits, and who reads an entry."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from qiao.activity.models import AuditEntry
from qiao.calls.domain.calls import extend_call
from qiao.calls.domain.entries import (
    TooLate,
    reopen_entry,
    save_entry,
    submit_entry,
    take_back_entry,
    withdraw_entry,
)
from qiao.calls.domain.watching import remind_of_drafts
from qiao.calls.enums import EntryState
from qiao.calls.models import Entry
from qiao.common.errors import InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from qiao.notifications.models import OutgoingMail
from tests.calls.scene import CallScene
from tests.calls.told import told


@pytest.mark.parametrize("who", ["a.viewer", "b.owner", "owner.owner", "organiser", "stranger", "nobody"])
def test_only_owners_and_editors_write_an_entry(scene: CallScene, who: str) -> None:
    call = scene.opened()
    with pytest.raises(NotAllowed):
        save_entry(call, actor=scene.user(who), organisation=scene.a, title="Not mine")
    entry = scene.write(call, "a")
    for act in (submit_entry, take_back_entry, withdraw_entry, reopen_entry):
        with pytest.raises(NotAllowed):
            act(entry, actor=scene.user(who))


def test_nobody_enters_their_own_call(scene: CallScene) -> None:
    with pytest.raises(NotAllowed):
        save_entry(scene.opened(), actor=scene.user("owner.owner"), organisation=scene.owner)


def test_organisation_of_another_kind_is_not_admitted(scene: CallScene) -> None:
    call = scene.opened(partner_kinds=["startup"])
    scene.enter(call, "a")
    with pytest.raises(InvalidInput):
        scene.write(call, "c")


def test_draft_of_any_length_is_kept_and_is_one_an_organisation(scene: CallScene) -> None:
    call = scene.opened()
    first = scene.write(call, "a", text="word " * 900, title="")
    again = save_entry(
        call, actor=scene.user("a.editor"), organisation=scene.a, title="By a colleague",
        answers={call.criteria.all()[0].pk: "Shorter"},
    )  # fmt: skip
    assert (again.pk, Entry.objects.count()) == (first.pk, 1)
    assert sorted(again.answers.values_list("text", flat=True)) == sorted(["Shorter", ("word " * 900).strip()])


def test_answer_to_another_calls_criterion_is_refused(scene: CallScene) -> None:
    call, other = scene.opened(), scene.opened()
    with pytest.raises(NotFound):
        save_entry(
            call, actor=scene.user("a.owner"), organisation=scene.a, answers={other.criteria.all()[0].pk: "Strange"}
        )


def test_handing_in_names_each_field_that_breaks_a_limit(scene: CallScene) -> None:
    call = scene.opened()
    first, second = call.criteria.all()
    entry = save_entry(
        call, actor=scene.user("a.owner"), organisation=scene.a, answers={first.pk: "word " * 31, second.pk: ""}
    )
    with pytest.raises(InvalidInput) as refused:
        submit_entry(entry, actor=scene.user("a.owner"))
    assert set(refused.value.errors) == {"title", f"answer_{first.pk}", f"answer_{second.pk}"}
    assert "31" in refused.value.errors[f"answer_{first.pk}"][0]
    assert Entry.objects.get().state == EntryState.DRAFT


def test_limit_leaves_as_much_room_in_chinese(scene: CallScene) -> None:
    call = scene.opened()
    entry = scene.write(call, "b", text="字" * 50)
    assert submit_entry(entry, actor=scene.user("b.owner")).state == EntryState.SUBMITTED
    with pytest.raises(InvalidInput):
        submit_entry(scene.write(call, "a", text="字" * 51), actor=scene.user("a.owner"))


def test_entry_is_taken_up_to_the_last_second_and_not_after(scene: CallScene) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        call = scene.opened()
        early, late = scene.write(call, "a"), scene.write(call, "b")
        clock.shift(timedelta(days=7, seconds=-1))
        assert submit_entry(early, actor=scene.user("a.owner")).state == EntryState.SUBMITTED
        clock.shift(timedelta(seconds=1))
        with pytest.raises(TooLate):
            submit_entry(late, actor=scene.user("b.owner"))
        # What is typed is kept, though nobody takes it: the date may yet be put off.
        scene.write(call, "b", title="Typed too late")
        with pytest.raises(TooLate):
            scene.write(call, "c")
        with pytest.raises(TooLate):
            take_back_entry(early, actor=scene.user("a.owner"))
        call = extend_call(call, actor=scene.user("owner.owner"), closes_at=timezone.now() + timedelta(hours=1))
        assert submit_entry(late, actor=scene.user("b.owner")).title == "Typed too late"


def test_receipt_gives_the_date_on_both_clocks(scene: CallScene) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False):
        scene.enter(scene.opened(), "b")
    mail = OutgoingMail.objects.get(template="call_entry_submitted", to="b.owner@calls.example")
    assert "09:00:00 (Europe/London)" in mail.text
    assert "17:00:00 (Asia/Shanghai)" in mail.text


def test_call_takes_no_more_entries_than_it_says(scene: CallScene) -> None:
    call = scene.opened(most_entries=1)
    first = scene.enter(call, "a")
    with pytest.raises(InvalidInput) as refused:
        scene.enter(call, "b")
    assert not isinstance(refused.value, TooLate)
    assert Entry.objects.get(organisation=scene.b).state == EntryState.DRAFT
    withdraw_entry(first, actor=scene.user("a.owner"))
    assert submit_entry(Entry.objects.get(organisation=scene.b), actor=scene.user("b.owner")).is_standing


def test_what_is_handed_in_is_changed_only_by_taking_it_back(scene: CallScene) -> None:
    call = scene.opened()
    entry = scene.enter(call, "a")
    with pytest.raises(TransitionNotAllowed):
        scene.write(call, "a", title="Another")
    take_back_entry(entry, actor=scene.user("a.editor"))
    assert scene.enter(call, "a", title="Another").title == "Another"
    assert told("entry_received") == ["owner.editor", "owner.editor", "owner.owner", "owner.owner"]


def test_withdrawn_entry_can_be_gone_on_with_while_there_is_time(scene: CallScene) -> None:
    call = scene.opened()
    entry = withdraw_entry(scene.enter(call, "a"), actor=scene.user("a.owner"))
    assert told("entry_withdrawn") == ["owner.editor", "owner.owner"]
    assert reopen_entry(entry, actor=scene.user("a.owner")).state == EntryState.DRAFT
    withdraw_entry(entry, actor=scene.user("a.owner"))
    scene.close(call)
    with pytest.raises(TooLate):
        reopen_entry(entry, actor=scene.user("a.owner"))


def test_a_draft_leaves_no_trace_for_others(scene: CallScene) -> None:
    call = scene.opened()
    withdraw_entry(scene.write(call, "a"), actor=scene.user("a.owner"))
    assert told("entry_withdrawn") == told("entry_received") == []
    acts = AuditEntry.objects.filter(subject_type="calls.entry")
    assert set(acts.values_list("verb", flat=True)) == {"start_entry", "withdraw_entry"}
    for who in ("owner.owner", "organiser", "b.owner"):
        assert not acts.visible_to(scene.user(who)).exists()
    assert acts.visible_to(scene.user("a.viewer")).count() == 2


def test_saves_of_one_sitting_are_one_act_in_the_log(scene: CallScene) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        call = scene.opened()
        for minutes in (0, 1, 1, 15, 1):
            clock.shift(timedelta(minutes=minutes))
            scene.write(call, "a")
    assert list(
        AuditEntry.objects.filter(subject_type="calls.entry").order_by("id").values_list("verb", flat=True)
    ) == ["start_entry", "change_entry"]


def test_drafts_are_reminded_once_before_the_date(scene: CallScene) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        call = scene.opened()
        scene.write(call, "a")
        scene.enter(call, "b")
        assert remind_of_drafts() == 0
        clock.shift(timedelta(days=5))
        remind_of_drafts()
        remind_of_drafts()
    assert told("call_closing") == ["a.editor", "a.owner"]


def test_who_reads_an_entry(scene: CallScene) -> None:
    call = scene.opened()
    entry = scene.write(call, "a")
    scene.reviewer(call, "rita")
    everybody = (
        "a.owner", "a.viewer", "b.owner", "owner.owner", "owner.editor", "owner.viewer", "organiser", "adviser",
        "rita", "raj", "stranger", "nobody",
    )  # fmt: skip

    def readers() -> list[str]:
        return [who for who in everybody if Entry.objects.visible_to(scene.user(who)).filter(pk=entry.pk).exists()]

    assert readers() == ["a.owner", "a.viewer"]
    submit_entry(entry, actor=scene.user("a.owner"))
    assert readers() == ["a.owner", "a.viewer", "owner.owner", "owner.editor", "organiser"]


def test_organiser_whose_own_organisation_enters_reads_no_others_entry(scene: CallScene) -> None:
    call = scene.opened()
    entry = scene.enter(call, "a")
    scene.b.affiliations.create(user=scene.user("organiser"), role="editor")
    visible = Entry.objects.visible_to(scene.user("organiser"))
    assert visible.filter(pk=entry.pk).exists()
    scene.write(call, "b")
    assert not visible.filter(pk=entry.pk).exists()
