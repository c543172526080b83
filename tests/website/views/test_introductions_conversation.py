"""Messages, files, questions, notes, the next step and contacts on the page of an introduction."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.partnerships.domain.conversation import acknowledge_confidentiality, add_note, retract_message, send_message
from qiao.partnerships.models import Document, Introduction, Message, PrivateNote, ReadMark
from qiao.website.views.introductions_messages import SHOWN
from tests.factories import BridgeFactory, UserFactory, staff
from tests.website.views.introduced import Pair, client_of, colleague_of, page_of, pair_on
from tests.website.views.readers import Reader, browser_of, html, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    bridge: Bridge = BridgeFactory(slug="uk-china")
    return pair_on(bridge)


@pytest.fixture
def introduction(pair: Pair) -> Introduction:
    found = pair.introduce()
    for user in (pair.our_owner, pair.their_owner):
        acknowledge_confidentiality(found, actor=user)
    return found


def text_file(name: str = "protocol.txt", content: bytes = b"Protocol") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(client: Client, introduction: Introduction, **fields: Any) -> Any:
    return client.post(page_of(introduction, "messages/"), fields)


def once_of(client: Client, introduction: Introduction) -> str:
    found = re.search(r'name="once" value="([^"]+)"', html(client, page_of(introduction)))
    assert found is not None
    return found[1]


def polled(client: Client, page: str) -> Any:
    """What the page asks for by itself."""
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found is not None
    return client.get(found[1].replace("&amp;", "&"), headers={"HX-Request": "true"})


def test_nothing_confidential_is_asked_once(pair: Pair) -> None:
    introduction = pair.introduce()
    client = client_of(pair.our_owner)
    assert "Nothing confidential until an NDA is recorded" in html(client, page_of(introduction))
    answer = send(client, introduction, text="Good morning")
    assert answer.status_code == 422
    assert "Tick this once" in answer.content.decode()
    assert "Good morning</textarea>" in answer.content.decode()
    assert not Message.objects.exists()
    answer = send(client, introduction, text="Good morning", understood="on")
    assert (answer.status_code, answer["Location"]) == (302, page_of(introduction) + "#conversation")
    assert "Nothing confidential until" not in html(client, page_of(introduction))
    assert "Nothing confidential until" in html(client_of(pair.their_owner), page_of(introduction)), "each once"


def test_a_message_with_files_is_read_by_both_and_kept_as_typed(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    answer = send(
        ours, introduction, text="<b>早</b>\n\nsecond", files=[text_file(), text_file("方案.txt", "方案".encode())]
    )
    assert answer.status_code == 302
    for client in (ours, theirs):
        page = html(client, page_of(introduction))
        for part in ("&lt;b&gt;早&lt;/b&gt;", "<p>second</p>", "protocol.txt", "方案.txt", "Ada Lin"):
            assert part in page


def test_the_button_pressed_twice_sends_once_and_other_words_are_not_lost(
    pair: Pair, introduction: Introduction
) -> None:
    client = client_of(pair.our_owner)
    once = once_of(client, introduction)
    for _press in range(2):
        assert send(client, introduction, text="Good morning", once=once, files=text_file()).status_code == 302
    assert Message.objects.count() == 1
    # The browser's back button brings the old form back, with its mark.
    assert send(client, introduction, text="Good evening", once=once).status_code == 302
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Write a message or choose a file."),
        ({"text": " \n "}, "Write a message or choose a file."),
        ({"text": "x" * 8001}, "8000"),
        ({"text": "\x00"}, "Null characters"),
        ({"text": "Kept", "files": [text_file("virus.exe", b"MZ")]}, "is of a kind that is not accepted"),
        ({"text": "Kept", "files": [text_file("a.pdf", b"not one")]}, "is not what its name says"),
        ({"text": "Kept", "files": [text_file(f"{n}.txt") for n in range(6)]}, "At most 5 files"),
        ({"text": "Kept", "files": [text_file("big.txt", b"x" * (10 * 1024 * 1024 + 1))]}, "is larger than 10 MB"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_kept(
    fields: dict[str, Any], says: str, pair: Pair, introduction: Introduction
) -> None:
    answer = send(client_of(pair.our_owner), introduction, **fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    if fields.get("text") == "Kept":
        assert "Kept</textarea>" in page
    assert not Message.objects.exists()
    assert not Document.objects.exists()


def test_a_form_larger_than_its_files_may_be_is_turned_away(
    pair: Pair, introduction: Introduction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qiao.website.views.introductions_uploads.LARGEST_FORM", 1000)
    answer = send(client_of(pair.our_owner), introduction, text="x" * 2000)
    assert answer.status_code == 422
    assert "larger than 50 MB in all" in answer.content.decode()
    assert not Message.objects.exists()


def test_a_forged_form_is_refused(pair: Pair, introduction: Introduction) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(pair.our_owner)
    for part in ("messages/", "record/meeting/", "notes/", "answer/"):
        assert client.post(page_of(introduction, part), {"text": "Good morning"}).status_code == 403
    assert not Message.objects.exists()


def test_htmx_gets_a_fresh_form_and_then_the_message(pair: Pair, introduction: Introduction) -> None:
    client = client_of(pair.our_owner)
    page = html(client, page_of(introduction))
    answer = client.post(
        page_of(introduction, "messages/"), {"text": "Good morning"},
        headers={"HX-Request": "true", "HX-Target": "composer"},
    )  # fmt: skip
    fresh = answer.content.decode()
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "message-sent")
    assert "<html" not in fresh
    assert "Good morning" not in fresh
    newer = polled(client, page).content.decode()
    assert "Good morning" in newer
    assert "<html" not in newer
    refused = client.post(
        page_of(introduction, "messages/"), {"text": " "}, headers={"HX-Request": "true", "HX-Target": "composer"}
    )
    assert refused.status_code == 422
    assert "<html" not in refused.content.decode()


def test_new_messages_come_without_loading_and_nothing_new_is_cheap(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    page = html(ours, page_of(introduction))
    assert polled(ours, page).status_code == 204
    send(theirs, introduction, text="早上好")
    first = polled(ours, page)
    assert (first.status_code, first["Cache-Control"]) == (200, first["Cache-Control"])
    assert "早上好" in first.content.decode()
    assert "no-store" in first["Cache-Control"]
    assert polled(ours, first.content.decode()).status_code == 204
    # It is read now, and the other side sees that.
    assert ReadMark.objects.get(user=pair.our_owner).last_message_id == Message.objects.get().pk
    their_page = html(theirs, page_of(introduction))
    assert "Ada Lin has read everything" in their_page
    send(theirs, introduction, text="second")
    assert "Ada Lin has read to the message of" in html(theirs, page_of(introduction))


def test_the_page_says_when_something_else_has_changed(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    page = html(ours, page_of(introduction))
    theirs.post(page_of(introduction, "next-step/"), {"text": "Call", "on": timezone.localdate().isoformat(), "by": ""})
    answer = polled(ours, page)
    assert "Something has changed" in answer.content.decode()
    assert polled(ours, html(ours, page_of(introduction))).status_code == 204
    # What one side keeps for itself is no change.
    theirs.post(page_of(introduction, "notes/"), {"text": "Mine alone"})
    assert polled(ours, html(ours, page_of(introduction))).status_code == 204


def test_what_is_taken_back_goes_from_the_other_page_too(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    send(theirs, introduction, text="A slip of the pen", files=text_file())
    message, document = Message.objects.get(), Document.objects.get()
    page = html(ours, page_of(introduction))
    assert ours.post(page_of(introduction, f"messages/{message.public_id}/retract/")).status_code == 403
    assert theirs.post(page_of(introduction, f"messages/{message.public_id}/retract/")).status_code == 302
    answer = polled(ours, page).content.decode()
    assert f'id="message-{message.public_id}" hx-swap-oob="true"' in answer
    assert "This message was taken back." in answer
    assert "A slip of the pen" not in html(ours, page_of(introduction))
    assert ours.get(page_of(introduction, f"files/{document.public_id}/")).status_code == 404


@pytest.mark.parametrize("after", ["", "none", "nothing-here", "%00", "x" * 400])
def test_nonsense_in_the_address_of_what_is_new_does_no_harm(
    after: str, pair: Pair, introduction: Introduction
) -> None:
    answer = client_of(pair.our_owner).get(f"{page_of(introduction, 'messages/')}?after={after}&marks=x&version=y")
    assert answer.status_code == 200


def test_a_file_is_given_to_keep_and_to_the_two_sides_only(pair: Pair, introduction: Introduction) -> None:
    send(client_of(pair.our_owner), introduction, text="", files=text_file("方案 <1>.txt"))
    document = Document.objects.get()
    address = page_of(introduction, f"files/{document.public_id}/")
    answer = client_of(pair.their_owner).get(address)
    assert (answer.status_code, answer.content) == (200, b"Protocol")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "text/plain; charset=utf-8")
    assert "private" in answer["Cache-Control"]
    for reader in Reader:
        expected = 302 if reader == Reader.ANONYMOUS else 200 if reader.is_of_the_organisation else 404
        assert browser_of(reader, pair.bridge, pair.ours).get(address).status_code == expected
    # Nor by way of another introduction.
    other = pair_on(pair.bridge)
    found = other.introduce()
    wrong = page_of(found, f"files/{document.public_id}/")
    assert client_of(other.our_owner).get(wrong).status_code == 404


def test_questions_go_with_a_request_and_change_nothing(pair: Pair) -> None:
    introduction = pair.ask()
    asked = client_of(pair.their_owner)
    assert asked.post(page_of(introduction, "question/"), {"question": ""}).status_code == 422
    assert asked.post(page_of(introduction, "question/"), {"question": "Who pays?"}).status_code == 302
    introduction.refresh_from_db()
    assert introduction.state == "requested"
    assert "Who pays?" in html(client_of(pair.our_owner), page_of(introduction))
    for n in range(4):
        asked.post(page_of(introduction, "question/"), {"question": f"Question {n}"})
    answer = asked.post(page_of(introduction, "question/"), {"question": "Kept words"})
    assert answer.status_code == 422
    assert "Kept words</textarea>" in answer.content.decode()
    assert "Five questions are enough" in answer.content.decode()


def test_notes_are_for_ones_own_side(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    staff_note = add_note(introduction, actor=_organiser(pair.bridge), text="Of the organisers")
    assert ours.post(page_of(introduction, "notes/"), {"text": ""}).status_code == 422
    assert ours.post(page_of(introduction, "notes/"), {"text": "Ask for the price"}).status_code == 302
    note = PrivateNote.objects.exclude(pk=staff_note.pk).get()
    assert "Ask for the price" in html(client_of(colleague_of(pair.ours)), page_of(introduction))
    assert "Ask for the price" not in html(theirs, page_of(introduction))
    assert "Of the organisers" not in html(ours, page_of(introduction))
    for client, expected in ((theirs, 404), (ours, 302)):
        assert (
            client.post(page_of(introduction, f"notes/{note.public_id}/"), {"text": "Changed"}).status_code == expected
        )
    assert ours.post(page_of(introduction, f"notes/{note.public_id}/"), {"text": " "}).status_code == 422
    assert ours.post(page_of(introduction, f"notes/{staff_note.public_id}/"), {"text": "x"}).status_code == 404
    assert "Changed" in html(ours, page_of(introduction))
    assert theirs.post(page_of(introduction, f"notes/{note.public_id}/"), {"act": "delete"}).status_code == 404
    assert ours.post(page_of(introduction, f"notes/{note.public_id}/"), {"act": "delete"}).status_code == 302
    assert list(PrivateNote.objects.all()) == [staff_note]


def _organiser(bridge: Bridge) -> Any:
    user = UserFactory()
    staff(bridge, user)
    return user


def test_the_next_step_is_set_seen_and_done(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    day = timezone.localdate() + timedelta(days=3)
    address = page_of(introduction, "next-step/")
    for fields in (
        {"text": "Call", "on": ""}, {"text": "Call", "on": "2020-01-01"}, {"text": "x" * 301, "on": day.isoformat()},
        {"text": "Call", "on": day.isoformat(), "by": "stranger"},
    ):  # fmt: skip
        answer = ours.post(address, fields)
        assert answer.status_code == 422
        assert fields["text"] in answer.content.decode()
    step = {"text": "Call about the protocol", "on": day.isoformat(), "by": pair.theirs.public_id}
    assert ours.post(address, step).status_code == 302
    introduction.refresh_from_db()
    assert (introduction.next_step_on, introduction.next_step_by) == (day, pair.theirs)
    assert "Call about the protocol" in html(theirs, page_of(introduction))
    assert theirs.post(address, {"act": "done"}).status_code == 302
    assert "None agreed." in html(ours, page_of(introduction))


def test_another_colleague_becomes_the_contact(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    colleague = colleague_of(pair.ours, name="Ben Moss")
    viewer = colleague_of(pair.ours, "viewer", name="Only Reads")
    page = html(ours, page_of(introduction))
    assert "Ben Moss" in page
    assert "Only Reads" not in page
    for wrong in (viewer, pair.their_owner):
        assert ours.post(page_of(introduction, "contact/"), {"contact": wrong.public_id}).status_code == 422
    assert ours.post(page_of(introduction, "contact/"), {"contact": colleague.public_id}).status_code == 302
    assert colleague.email in html(theirs, page_of(introduction))


def test_earlier_messages_are_a_page_away(pair: Pair, introduction: Introduction) -> None:
    for n in range(SHOWN + 5):
        send_message(introduction, actor=pair.their_owner, organisation=pair.theirs, text=f"Message number {n};")
    client = client_of(pair.our_owner)
    page = html(client, page_of(introduction))
    assert "Message number 4;" not in page
    assert "Message number 5;" in page
    found = re.search(r'href="\?before=([^"#]+)#conversation"', page)
    assert found is not None
    earlier = html(client, page_of(introduction), before=found[1])
    assert "Message number 4;" in earlier
    assert "Message number 5;" not in earlier
    assert 'id="newer"' not in earlier


def test_a_text_is_served_with_its_charset(pair: Pair, introduction: Introduction) -> None:
    words = "编号,需求"
    ours = client_of(pair.our_owner)
    send(ours, introduction, text="The table", files=text_file("table.csv", words.encode("gb18030")))
    answer = client_of(pair.their_owner).get(page_of(introduction, f"files/{Document.objects.get().public_id}/"))
    assert answer["Content-Type"] == "text/csv; charset=gb18030"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.decode(answer.charset) == words


def test_the_history_says_who_did_what_and_nothing_private_of_the_other(pair: Pair) -> None:
    introduction = pair.ask()
    asked = client_of(pair.their_owner)
    asked.post(page_of(introduction, "answer/"), {"act": "no", "reason": "capacity"})
    asked.post(page_of(introduction, "answer/"), {"act": "interested"})
    theirs, ours = html(asked, page_of(introduction)), html(client_of(pair.our_owner), page_of(introduction))
    assert theirs.count("answered a request") == 2
    assert ours.count("answered a request") == 1, "one's own interest"
    assert "said interested: both sides are introduced" in ours
    assert AuditEntry.objects.filter(private=True, organisation_id=pair.theirs.pk).count() == 2


def test_asking_what_is_new_takes_the_same_queries(pair: Pair, introduction: Introduction) -> None:
    client = client_of(pair.our_owner)
    counts = []
    for rows in (1, 3, 30):
        while Message.objects.count() < rows:
            message = send_message(introduction, actor=pair.their_owner, organisation=pair.theirs, text="早")
            if Message.objects.count() % 2:
                retract_message(message, actor=pair.their_owner)
        counts.append(queries_of(client, f"{page_of(introduction, 'messages/')}?after=none&marks=x&version=y"))
    assert counts[0] == counts[1] == counts[2]
    page = html(client, page_of(introduction))
    with CaptureQueriesContext(connection) as queries:
        assert polled(client, page).status_code == 204
    # Seven of them say who asks and of what; every open page asks every few seconds.
    assert len(queries) <= 11
