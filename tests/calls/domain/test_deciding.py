"""Stages, reviewers and their marks, and what becomes of winners."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from qiao.activity.models import AuditEntry
from qiao.calls.domain.calls import extend_call, withdraw_call
from qiao.calls.domain.deciding import (
    advance_entries,
    award_entry,
    begin_deciding,
    end_marking,
    finish_call,
    write_feedback,
)
from qiao.calls.domain.entries import withdraw_entry
from qiao.calls.domain.marks import mark_entry
from qiao.calls.domain.queries.marks_view import markings
from qiao.calls.domain.reviewers import declare_interests, invite_reviewer, remove_reviewer
from qiao.calls.enums import CallState, EntryState
from qiao.calls.models import Call, CallStage, Entry, Mark
from qiao.common.errors import InvalidInput, NotAllowed, NotFound, QiaoError, TransitionNotAllowed
from qiao.directory.models import Block
from qiao.notifications.models import OutgoingMail
from qiao.partnerships.domain.brokering import introduce_by_hand
from qiao.partnerships.enums import IntroductionState, Origin
from qiao.partnerships.models import Introduction
from tests.calls.scene import STAGES, CallScene
from tests.calls.told import told

ONE_STAGE = STAGES[1:]


def fresh(entry: Entry) -> Entry:
    return Entry.objects.select_related("call", "organisation").get(pk=entry.pk)


def seen_by(scene: CallScene, who: str, entry: Entry) -> list[str]:
    """Verdicts of an entry that somebody may know."""
    return sorted(Mark.objects.visible_to(scene.user(who)).filter(entry=entry).values_list("verdict", flat=True))


# --- marks


def test_marks_stay_closed_until_everybody_has_marked(scene: CallScene) -> None:
    _call, (entry, other) = scene.deciding("a", "b")
    mark_entry(entry, actor=scene.user("rita"), verdict="advance", note="Sound.")
    mark_entry(other, actor=scene.user("raj"), verdict="decline")
    for who in ("raj", "owner.owner", "organiser", "a.owner"):
        assert seen_by(scene, who, entry) == []
    assert seen_by(scene, "rita", entry) == ["advance"]
    mark_entry(entry, actor=scene.user("raj"), verdict="not_sure", note="Costly.")
    for who in ("rita", "raj", "owner.owner", "owner.editor", "organiser"):
        assert seen_by(scene, who, entry) == ["advance", "not_sure"]
        assert seen_by(scene, who, other) == (["decline"] if who == "raj" else [])
    for who in ("a.owner", "b.owner", "c.owner", "owner.viewer", "adviser", "stranger", "nobody"):
        assert seen_by(scene, who, entry) == []


def test_marks_open_when_the_marking_ends(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a")
    mark_entry(entry, actor=scene.user("rita"), verdict="decline")
    end_marking(call, actor=scene.user("owner.owner"))
    assert seen_by(scene, "raj", entry) == seen_by(scene, "owner.owner", entry) == ["decline"]
    with pytest.raises(TransitionNotAllowed):
        mark_entry(entry, actor=scene.user("raj"), verdict="advance")


def test_mark_is_one_a_stage_and_changed_only_unseen(scene: CallScene) -> None:
    _call, (entry,) = scene.deciding("a")
    for verdict in ("decline", "advance"):
        mark_entry(entry, actor=scene.user("rita"), verdict=verdict)
    assert list(Mark.objects.values_list("verdict", flat=True)) == ["advance"]
    mark_entry(entry, actor=scene.user("raj"), verdict="decline")
    with pytest.raises(TransitionNotAllowed):
        mark_entry(entry, actor=scene.user("rita"), verdict="decline")
    assert told("call_all_marked") == ["owner.editor", "owner.owner"]


def test_the_log_does_not_tell_a_mark(scene: CallScene) -> None:
    _call, (entry,) = scene.deciding("a")
    mark_entry(entry, actor=scene.user("rita"), verdict="decline", note="Weak.")
    (act,) = AuditEntry.objects.filter(verb="mark_entry")
    assert (act.before, act.after, act.detail) == ("", "", {"entry": entry.public_id})
    assert not AuditEntry.objects.visible_to(scene.user("a.owner")).filter(verb="mark_entry").exists()


def test_notes_are_for_reviewers_alone(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a")
    for name in ("rita", "raj"):
        mark_entry(entry, actor=scene.user(name), verdict="advance", note=f"Note of {name}")
    stage = call.stages.get(position=1)
    by_reviewer = markings(stage, [entry], scene.user("raj"), with_notes=True)[entry.pk]
    assert {line.note for line in by_reviewer.lines} == {"Note of rita", "Note of raj"}
    by_owner = markings(stage, [entry], scene.user("owner.owner"))[entry.pk]
    assert ([line.note for line in by_owner.lines], by_owner.tally) == (["", ""], {"advance": 2})


def test_marking_tells_how_far_it_is_without_telling_what(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a")
    mark_entry(entry, actor=scene.user("rita"), verdict="decline")
    found = markings(call.stages.get(position=1), [entry], scene.user("owner.owner"))[entry.pk]
    assert (found.given, found.expected, found.is_open, found.tally, found.lines) == (1, 2, False, {}, ())


# --- reviewers


def test_reviewer_reads_nothing_before_saying_where_their_interests_lie(scene: CallScene) -> None:
    call, (entry, other) = scene.deciding("a", "b", reviewers=())
    scene.reviewer(call, "rita")
    visible = Entry.objects.visible_to(scene.user("rita"))
    assert not visible.exists()
    with pytest.raises(NotAllowed):
        mark_entry(entry, actor=scene.user("rita"), verdict="advance")
    declare_interests(call, actor=scene.user("rita"), conflicts=[other])
    assert list(visible) == [entry]
    with pytest.raises(NotFound):
        mark_entry(other, actor=scene.user("rita"), verdict="decline")


def test_conflict_is_not_waited_for_and_undoes_a_mark(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a")
    mark_entry(entry, actor=scene.user("rita"), verdict="advance")
    mark_entry_by_raj = markings(call.stages.get(position=1), [entry], scene.user("owner.owner"))[entry.pk]
    assert not mark_entry_by_raj.is_open
    declare_interests(call, actor=scene.user("raj"), conflicts=[entry])
    assert seen_by(scene, "owner.owner", entry) == ["advance"]
    assert seen_by(scene, "raj", entry) == []
    declare_interests(call, actor=scene.user("rita"), conflicts=[entry])
    assert not Mark.objects.exists()


def test_reviewer_whose_organisation_enters_reads_and_marks_nothing(scene: CallScene) -> None:
    scene.b.affiliations.create(user=scene.user("rita"), role="viewer")
    call, (entry, own) = scene.deciding("a", "b")
    assert list(Entry.objects.to_review_by(scene.user("rita"))) == []
    for one in (entry, own):
        with pytest.raises(NotFound):
            mark_entry(one, actor=scene.user("rita"), verdict="advance")
        mark_entry(one, actor=scene.user("raj"), verdict="advance")
        # Nobody waits for her.
        assert seen_by(scene, "owner.owner", one) == ["advance"]
        assert seen_by(scene, "rita", one) == []
    assert call.reviewers.entering().count() == 1


def test_reviewer_sees_the_present_stage_and_what_they_have_marked(scene: CallScene) -> None:
    call, (entry, other, unmarked) = scene.deciding("a", "b", "c")
    for one in (entry, other):
        mark_entry(one, actor=scene.user("rita"), verdict="advance")
    end_marking(call, actor=scene.user("owner.owner"))
    advance_entries(call, actor=scene.user("owner.owner"), entries=[entry])
    assert set(Entry.objects.to_review_by(scene.user("rita"))) == {entry, other}
    assert set(Entry.objects.to_review_by(scene.user("raj"))) == {entry}
    with pytest.raises(TransitionNotAllowed):
        mark_entry(other, actor=scene.user("rita"), verdict="decline")
    assert unmarked.state == EntryState.SUBMITTED


def test_link_is_for_one_address_and_is_forgotten(scene: CallScene) -> None:
    from qiao.calls.domain.reviewers import accept_review

    call = scene.opened()
    reviewer = invite_reviewer(call, actor=scene.user("owner.owner"), email="Rita@calls.example")
    (mail,) = OutgoingMail.objects.filter(template="invitation_review")
    token = mail.text.partition("/invitations/review/")[2].partition("/")[0]
    assert mail.to == "rita@calls.example"
    with pytest.raises(NotAllowed):
        accept_review(token, actor=scene.user("raj"))
    assert accept_review(token, actor=scene.user("rita")).pk == reviewer.pk
    reviewer.refresh_from_db()
    assert (reviewer.email, reviewer.token_hash, reviewer.user) == ("", None, scene.user("rita"))
    with pytest.raises(NotFound):
        accept_review(token, actor=scene.user("rita"))
    with pytest.raises(QiaoError):
        invite_reviewer(call, actor=scene.user("owner.owner"), email="rita@calls.example")


@pytest.mark.parametrize("who", ["owner.viewer", "a.owner", "organiser", "rita"])
def test_only_who_manages_a_call_chooses_reviewers(scene: CallScene, who: str) -> None:
    call = scene.opened()
    reviewer = scene.reviewer(call, "rita")
    with pytest.raises(NotAllowed):
        invite_reviewer(call, actor=scene.user(who), email="new@calls.example")
    with pytest.raises(NotAllowed):
        remove_reviewer(reviewer, actor=scene.user(who))


def test_owner_who_asks_themselves_reviews_at_once(scene: CallScene) -> None:
    call, _entries = scene.deciding("a", reviewers=())
    invite_reviewer(call, actor=scene.user("owner.owner"), email="owner.owner@calls.example")
    assert list(call.reviewers.active().values_list("user__email", flat=True)) == ["owner.owner@calls.example"]
    assert not OutgoingMail.objects.filter(template="invitation_review").exists()


def test_nobody_waits_for_who_was_removed(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a")
    mark_entry(entry, actor=scene.user("rita"), verdict="advance")
    remove_reviewer(call.reviewers.get(user=scene.user("raj")), actor=scene.user("owner.owner"))
    assert seen_by(scene, "owner.owner", entry) == ["advance"]
    assert not Entry.objects.to_review_by(scene.user("raj")).exists()


# --- stages and winners


@pytest.mark.parametrize("who", ["owner.viewer", "a.owner", "organiser", "rita"])
def test_only_who_manages_a_call_decides(scene: CallScene, who: str) -> None:
    call, (entry,) = scene.deciding("a", stages=ONE_STAGE)
    for act in (
        lambda: end_marking(call, actor=scene.user(who)),
        lambda: advance_entries(call, actor=scene.user(who), entries=[entry]),
        lambda: award_entry(entry, actor=scene.user(who)),
        lambda: finish_call(call, actor=scene.user(who)),
        lambda: write_feedback(entry, actor=scene.user(who), text="Good"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_deciding_begins_once_the_call_is_closed(scene: CallScene) -> None:
    call = scene.opened()
    with pytest.raises(TransitionNotAllowed):
        begin_deciding(call, actor=scene.user("owner.owner"))
    draft = scene.write(call, "a")
    entry = scene.enter(call, "b")
    scene.reviewer(call, "rita")
    begin_deciding(scene.close(call), actor=scene.user("owner.owner"))
    assert (fresh(entry).stage, fresh(draft).stage) == (1, 0)
    assert told("call_review_begins") == ["rita"]


def test_nothing_is_decided_before_the_marking_has_ended(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a")
    with pytest.raises(InvalidInput):
        advance_entries(call, actor=scene.user("owner.owner"), entries=[entry])


def test_stage_lets_no_more_through_than_it_says(scene: CallScene) -> None:
    call, entries = scene.deciding("a", "b", "c")
    owner = scene.user("owner.owner")
    end_marking(call, actor=owner)
    for chosen in ([], entries):
        with pytest.raises(InvalidInput):
            advance_entries(call, actor=owner, entries=chosen)
    advance_entries(call, actor=owner, entries=entries[:2])
    assert [(fresh(one).state, fresh(one).stage) for one in entries] == [
        (EntryState.ADVANCED, 2), (EntryState.ADVANCED, 2), (EntryState.DECLINED, 1),
    ]  # fmt: skip
    assert (told("entry_advanced"), told("entry_declined")) == (
        ["a.editor", "a.owner", "b.editor", "b.owner"], ["c.editor", "c.owner"],
    )  # fmt: skip
    assert [bool(one.ended_at) for one in CallStage.objects.filter(call=call)] == [True, False]


def test_winner_is_introduced_and_the_others_are_told_kindly(scene: CallScene) -> None:
    call, (entry, other) = scene.deciding("a", "b", stages=ONE_STAGE)
    owner = scene.user("owner.owner")
    end_marking(call, actor=owner)
    write_feedback(other, actor=owner, text="Show a trial next time.")
    assert told("entry_feedback") == []
    award_entry(entry, actor=owner)
    introduction = Introduction.objects.get()
    assert (introduction.state, introduction.origin) == (IntroductionState.OPEN, Origin.CALL)
    assert {introduction.first, introduction.second} == {scene.owner, scene.a}
    assert (fresh(entry).state, fresh(entry).introduction) == (EntryState.WON, introduction)
    with pytest.raises(InvalidInput):
        award_entry(other, actor=owner)
    call = finish_call(call, actor=owner)
    assert (call.state, fresh(other).state) == (CallState.DECIDED, EntryState.DECLINED)
    mail = OutgoingMail.objects.get(template="call_entry_declined", to="b.owner@calls.example")
    assert "Show a trial next time." in mail.text
    write_feedback(other, actor=owner, text="And name a price.")
    assert told("entry_feedback") == ["b.editor", "b.owner"]


def test_call_may_end_without_a_winner(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a", stages=ONE_STAGE)
    end_marking(call, actor=scene.user("owner.owner"))
    finish_call(call, actor=scene.user("owner.owner"))
    assert fresh(entry).state == EntryState.DECLINED
    assert not Introduction.objects.exists()


def test_nothing_is_skipped_of_a_call_with_two_stages(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a")
    end_marking(call, actor=scene.user("owner.owner"))
    with pytest.raises(TransitionNotAllowed):
        award_entry(entry, actor=scene.user("owner.owner"))
    with pytest.raises(TransitionNotAllowed):
        finish_call(call, actor=scene.user("owner.owner"))


def test_winner_that_is_introduced_already_goes_on_there(scene: CallScene) -> None:
    introduction = introduce_by_hand(scene.bridge, scene.owner, scene.a, actor=scene.user("organiser"), ask_first=False)
    call, (entry,) = scene.deciding("a", stages=ONE_STAGE)
    end_marking(call, actor=scene.user("owner.owner"))
    award_entry(entry, actor=scene.user("owner.owner"))
    assert fresh(entry).introduction == introduction
    assert Introduction.objects.count() == 1


def test_who_cannot_be_introduced_has_not_won(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a", stages=ONE_STAGE)
    end_marking(call, actor=scene.user("owner.owner"))
    Block.objects.create(organisation=scene.a, blocked=scene.owner)
    with pytest.raises(InvalidInput):
        award_entry(entry, actor=scene.user("owner.owner"))
    assert fresh(entry).state == EntryState.SUBMITTED
    assert told("entry_won") == []


def test_entrant_may_withdraw_until_it_is_decided(scene: CallScene) -> None:
    call, (entry, other) = scene.deciding("a", "b", stages=ONE_STAGE)
    withdraw_entry(entry, actor=scene.user("a.owner"))
    assert not Entry.objects.visible_to(scene.user("rita")).filter(pk=entry.pk).exists()
    end_marking(call, actor=scene.user("owner.owner"))
    with pytest.raises(TransitionNotAllowed):
        award_entry(entry, actor=scene.user("owner.owner"))
    finish_call(call, actor=scene.user("owner.owner"))
    with pytest.raises(TransitionNotAllowed):
        withdraw_entry(other, actor=scene.user("b.owner"))


def test_withdrawn_call_decides_nothing(scene: CallScene) -> None:
    call, (entry,) = scene.deciding("a")
    withdraw_call(call, actor=scene.user("owner.owner"), reason="No money.")
    for act in (
        lambda: end_marking(call, actor=scene.user("owner.owner")),
        lambda: mark_entry(entry, actor=scene.user("rita"), verdict="advance"),
        lambda: extend_call(call, actor=scene.user("owner.owner"), closes_at=timezone.now() + timedelta(days=1)),
    ):
        with pytest.raises(TransitionNotAllowed):
            act()
    assert Call.objects.get().state == CallState.WITHDRAWN
