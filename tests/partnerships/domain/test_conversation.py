"""Messages, questions, notes, the next step: who may write them, who reads them, and in what size."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from qiao.activity.models import AuditEntry
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.directory.models import Organisation
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.domain.brokering import assign_adviser, close
from qiao.partnerships.domain.conversation import (
    acknowledge_confidentiality,
    add_note,
    ask_question,
    change_note,
    delete_note,
    mark_read,
    must_acknowledge,
    readers_of,
    retract_message,
    send_message,
    set_contact,
    set_next_step,
    unread_counts,
)
from qiao.partnerships.domain.milestones import confirm_milestone, record_milestone
from qiao.partnerships.enums import Answer, CloseReason, Stage
from qiao.partnerships.models import ConfidentialityNotice, Document, Introduction, Message, PrivateNote, ReadMark
from tests.partnerships.cast import Cast

OUTSIDE = ("a.viewer", "b.owner", "b.viewer", "c.owner", "organiser", "adviser", "reviewer", "stranger", "nobody")
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.mark.parametrize("who", OUTSIDE)
def test_nobody_writes_in_the_name_of_a_side_they_do_not_act_for(cast: Cast, who: str) -> None:
    found = cast.open()
    actor = cast.user(who)
    for act in (
        lambda: send_message(found, actor=actor, organisation=cast.a, text="Hello"),
        lambda: add_note(found, actor=actor, organisation=cast.a, text="Hm"),
        lambda: set_next_step(found, actor=actor, organisation=cast.a, text="Call", on=timezone.localdate()),
        lambda: set_contact(found, actor=actor, organisation=cast.a, contact=actor),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not Message.objects.exists()
    assert not PrivateNote.objects.exists()


@pytest.mark.parametrize("who", ["a.owner", "c.owner", "reviewer", "stranger", "nobody"])
def test_only_who_brokers_writes_to_both_sides(cast: Cast, who: str) -> None:
    found = cast.open()
    for act in (
        lambda: send_message(found, actor=cast.user(who), text="Hello"),
        lambda: add_note(found, actor=cast.user(who), text="Hm"),
        lambda: set_next_step(found, actor=cast.user(who), text="Call", on=timezone.localdate()),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_message_reaches_the_other_side_and_the_adviser_once_each(cast: Cast) -> None:
    found = cast.open()
    assign_adviser(found, actor=cast.user("organiser"), organisation=cast.b, adviser=cast.user("adviser"))
    before = set(Notification.objects.values_list("pk", flat=True))
    for _press in range(2):
        send_message(found, actor=cast.user("a.editor"), organisation=cast.a, text="Hello\r\n\r\n\r\nall", once="k1")
    told = Notification.objects.exclude(pk__in=before).values_list("user__email", flat=True)
    assert sorted(told) == ["adviser@cast.example", "b.editor@cast.example", "b.owner@cast.example"]
    assert Message.objects.get().text == "Hello\n\nall"
    mail = OutgoingMail.objects.filter(template="introduction_message")
    assert mail.count() == 2
    assert not mail.filter(text__contains="Hello").exists()  # it is read on the site only


def test_the_mark_of_a_form_is_ones_own(cast: Cast) -> None:
    found = cast.open()
    send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="One", once="k1")
    send_message(found, actor=cast.user("b.owner"), organisation=cast.b, text="Two", once="k1")
    assert list(Message.objects.values_list("text", flat=True)) == ["One", "Two"]


def test_messages_have_a_length(cast: Cast) -> None:
    found = cast.open()
    for text in ("", " \n\t\u200b", "x" * 8001):
        with pytest.raises(InvalidInput) as refusal:
            send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text=text)
        assert set(refusal.value.errors) == {"text"}
    send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="x" * 8000)
    with pytest.raises(InvalidInput):
        add_note(found, actor=cast.user("a.owner"), organisation=cast.a, text="x" * 4001)
    assert Message.objects.count() == 1


def test_a_refused_file_sends_nothing(cast: Cast) -> None:
    found = cast.open()
    told = Notification.objects.count()
    good = SimpleUploadedFile("good.pdf", PDF)
    for files in ([good, SimpleUploadedFile("bad.pdf", b"<html>")], [SimpleUploadedFile("a.pdf", PDF)] * 6):
        with pytest.raises(InvalidInput) as refusal:
            send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="See", files=files)
        assert set(refusal.value.errors) == {"files"}
    assert not Message.objects.exists()
    assert not Document.objects.exists()
    assert Notification.objects.count() == told


def test_a_file_alone_is_a_message_and_only_the_two_sides_and_the_brokers_see_it(cast: Cast) -> None:
    found = cast.open()
    send_message(
        found, actor=cast.user("a.owner"), organisation=cast.a, text="", files=[SimpleUploadedFile("plan.pdf", PDF)]
    )
    seen = {
        who: Document.objects.visible_to(cast.user(who)).count()
        for who in ("a.viewer", "b.viewer", "organiser", "adviser", "c.owner", "reviewer", "stranger", "nobody")
    }
    assert seen == {
        "a.viewer": 1, "b.viewer": 1, "organiser": 1, "adviser": 1, "c.owner": 0, "reviewer": 0, "stranger": 0,
        "nobody": 0,
    }  # fmt: skip


def test_nothing_is_written_in_what_is_closed(cast: Cast) -> None:
    found = cast.open()
    close(found, actor=cast.user("a.owner"), organisation=cast.a, reason=CloseReason.TIMING)
    with pytest.raises(TransitionNotAllowed, match="closed"):
        send_message(found, actor=cast.user("b.owner"), organisation=cast.b, text="But")
    with pytest.raises(TransitionNotAllowed):
        set_next_step(found, actor=cast.user("b.owner"), organisation=cast.b, text="Call", on=timezone.localdate())


def test_a_message_is_taken_back_by_its_author_within_a_quarter_of_an_hour(cast: Cast) -> None:
    found = cast.open()
    message = send_message(
        found, actor=cast.user("a.owner"), organisation=cast.a, text="Oops", files=[SimpleUploadedFile("x.pdf", PDF)]
    )
    for who in ("a.editor", "b.owner", "organiser", "nobody"):
        with pytest.raises(NotAllowed):
            retract_message(message, actor=cast.user(who))
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False), pytest.raises(TransitionNotAllowed):
        retract_message(message, actor=cast.user("a.owner"))
    retract_message(message, actor=cast.user("a.owner"))
    retract_message(message, actor=cast.user("a.owner"))
    message.refresh_from_db()
    assert (message.text, message.retracted_at is not None, Document.objects.count()) == ("", True, 0)
    assert AuditEntry.objects.filter(verb="retract_message").count() == 1


def test_a_message_whose_author_has_left_is_nobodys_to_take_back(cast: Cast) -> None:
    found = cast.open()
    message = send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="Hello")
    Message.objects.update(author=None)
    message.refresh_from_db()
    with pytest.raises(NotAllowed):
        retract_message(message, actor=cast.user("nobody"))


def test_five_questions_a_side_while_a_request_waits(cast: Cast) -> None:
    found = cast.ask()
    for number in range(5):
        ask_question(found, actor=cast.user("b.owner"), organisation=cast.b, text=f"Question {number}?")
    with pytest.raises(InvalidInput) as refusal:
        ask_question(found, actor=cast.user("b.owner"), organisation=cast.b, text="And?")
    assert set(refusal.value.errors) == {"question"}
    ask_question(found, actor=cast.user("a.owner"), organisation=cast.a, text="An answer.")
    cast.answer(found, Answer.INTERESTED)
    with pytest.raises(TransitionNotAllowed):
        ask_question(found, actor=cast.user("a.owner"), organisation=cast.a, text="Late")


def test_a_side_that_does_not_know_cannot_ask(cast: Cast) -> None:
    found = cast.ask()
    party = cast.party(found, "b")
    party.asked_at = None
    party.save()
    with pytest.raises(NotAllowed):
        ask_question(found, actor=cast.user("b.owner"), organisation=cast.b, text="What?")


def test_private_notes_stay_with_their_side(cast: Cast) -> None:
    found = cast.open()
    mine = add_note(found, actor=cast.user("a.owner"), organisation=cast.a, text="Cheap, perhaps.")
    desk = add_note(found, actor=cast.user("adviser"), text="Both hesitate.")
    read = {
        who: set(PrivateNote.objects.visible_to(cast.user(who)))
        for who in ("a.viewer", "b.owner", "organiser", "reviewer", "c.owner", "stranger", "nobody")
    }
    assert read == {
        "a.viewer": {mine}, "b.owner": set(), "organiser": {desk}, "reviewer": set(), "c.owner": set(),
        "stranger": set(), "nobody": set(),
    }  # fmt: skip
    for who in ("a.viewer", "b.owner", "organiser", "nobody"):
        with pytest.raises(NotAllowed):
            change_note(mine, actor=cast.user(who), text="Dear.")
        with pytest.raises(NotAllowed):
            delete_note(mine, actor=cast.user(who))
    with pytest.raises(NotAllowed):
        delete_note(desk, actor=cast.user("a.owner"))
    change_note(mine, actor=cast.user("a.editor"), text="Dear.")
    delete_note(desk, actor=cast.user("organiser"))
    assert list(PrivateNote.objects.values_list("text", flat=True)) == ["Dear."]
    entries = AuditEntry.objects.filter(verb__endswith="_note", organisation_id=cast.a.pk)
    assert all(entry.private and not entry.also for entry in entries)
    assert entries.count() == 2


def test_who_has_read_what_is_known_of_the_two_sides_only(cast: Cast) -> None:
    found = cast.open()
    message = send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="Hello")
    assert unread_counts(cast.user("b.viewer"), [found]) == {found.pk: 1}
    assert unread_counts(cast.user("a.owner"), [found]) == {}
    for who in ("b.viewer", "organiser", "c.owner", "stranger"):
        mark_read(found, actor=cast.user(who))
        mark_read(found, actor=cast.user(who))
    assert unread_counts(cast.user("b.viewer"), [found]) == {}
    assert {(one.user.email, one.last_message_id) for one in readers_of(found)} == {
        ("a.owner@cast.example", message.pk), ("b.viewer@cast.example", message.pk),
    }  # fmt: skip
    assert not ReadMark.objects.filter(user__email__in=("c.owner@cast.example", "stranger@cast.example")).exists()


def test_that_nothing_is_confidential_is_asked_once_and_not_after_an_nda(cast: Cast) -> None:
    found = cast.open()
    ann = cast.user("a.owner")
    assert must_acknowledge(found, ann)
    acknowledge_confidentiality(found, actor=ann)
    acknowledge_confidentiality(found, actor=ann)
    assert not must_acknowledge(found, ann)
    assert must_acknowledge(found, cast.user("b.owner"))
    acknowledge_confidentiality(found, actor=cast.user("b.viewer"))
    entries = AuditEntry.objects.filter(verb="acknowledge_confidentiality").order_by("pk")
    assert list(entries.values_list("organisation_id", flat=True)) == [cast.a.pk, cast.b.pk]
    nda = record_milestone(found, actor=ann, organisation=cast.a, stage=Stage.NDA, happened_on=timezone.localdate())
    confirm_milestone(nda, actor=cast.user("b.owner"), organisation=cast.b)
    assert not must_acknowledge(found, cast.user("b.owner"))


@pytest.mark.parametrize("who", ["c.owner", "reviewer", "stranger", "nobody"])
def test_strangers_acknowledge_nothing(cast: Cast, who: str) -> None:
    found = cast.open()
    with pytest.raises(NotAllowed):
        acknowledge_confidentiality(found, actor=cast.user(who))
    assert not ConfidentialityNotice.objects.exists()


def test_a_next_step_has_a_day_and_one_of_the_two_to_do_it(cast: Cast) -> None:
    found = cast.open()
    today = timezone.localdate()

    def refused(**values: object) -> set[str]:
        step = {"text": "Call", "on": today, "by": None} | values
        with pytest.raises(InvalidInput) as refusal:
            set_next_step(found, actor=cast.user("a.owner"), organisation=cast.a, **step)  # type: ignore[arg-type]
        return set(refusal.value.errors)

    assert refused(text="x" * 301) == {"text"}
    assert refused(on=None) == {"on"}
    assert refused(on=today - timedelta(days=1)) == {"on"}
    assert refused(by=cast.c) == {"by"}
    set_next_step(found, actor=cast.user("adviser"), text="Call", on=today, by=cast.b)
    done = set_next_step(found, actor=cast.user("b.owner"), organisation=cast.b, text="", on=None)
    assert (done.next_step, done.next_step_on, done.next_step_by) == ("", None, None)


def test_a_contact_acts_for_the_side(cast: Cast) -> None:
    found = cast.open()
    for who in ("a.viewer", "b.owner", "organiser"):
        with pytest.raises(InvalidInput) as refusal:
            set_contact(found, actor=cast.user("a.owner"), organisation=cast.a, contact=cast.user(who))
        assert set(refusal.value.errors) == {"contact"}
    set_contact(found, actor=cast.user("a.owner"), organisation=cast.a, contact=cast.user("a.editor"))
    assert cast.party(found, "a").contact == cast.user("a.editor")


def test_names_with_line_breaks_and_links_do_no_harm_in_mail(cast: Cast) -> None:
    evil = "Evil\r\nBcc: victim@example.org\n\nBuy at https://spam.example/x"
    Organisation.objects.filter(pk=cast.a.pk).update(name_en=evil, name_zh="")
    found = Introduction.objects.get(pk=cast.open().pk)
    send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="Hello")
    milestone = record_milestone(
        found, actor=cast.user("a.owner"), organisation=cast.a, stage=Stage.MEETING, happened_on=timezone.localdate()
    )
    confirm_milestone(milestone, actor=cast.user("b.owner"), organisation=cast.b)
    close(found, actor=cast.user("b.owner"), organisation=cast.b, reason=CloseReason.TIMING)
    mails = list(OutgoingMail.objects.all())
    assert {mail.template for mail in mails} >= {
        "request_received", "introduction_opened", "introduction_message", "milestone_recorded", "milestone_confirmed",
        "introduction_closed",
    }  # fmt: skip
    for mail in mails:
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject
        for text in (mail.subject, mail.text):
            assert "https://spam.example" not in text
            assert "\nBcc:" not in text
