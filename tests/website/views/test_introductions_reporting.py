"""Messages and files of an introduction are reported: the desk reads what they said, though it was taken back since."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from qiao.directory.models import Report
from qiao.partnerships.domain.brokering import pass_on
from qiao.partnerships.domain.conversation import ask_question, retract_message, send_message
from qiao.partnerships.domain.milestones import record_milestone
from qiao.partnerships.models import Document, Introduction, Message
from tests.factories import BridgeFactory, UserFactory, staff
from tests.website.views.introduced import THEIR_NAMES, Pair, client_of, colleague_of, page_of, pair_on
from tests.website.views.readers import html

pytestmark = pytest.mark.django_db
ABUSE = {"category": "fraud", "text": "They want money first."}


@pytest.fixture
def pair() -> Pair:
    return pair_on(BridgeFactory(slug="uk-china"))


@pytest.fixture
def introduction(pair: Pair) -> Introduction:
    return pair.introduce()


@pytest.fixture
def message(pair: Pair, introduction: Introduction) -> Message:
    return send_message(
        introduction, actor=pair.their_owner, organisation=pair.theirs, text="Send 5,000 to this account.",
        files=[SimpleUploadedFile("account.txt", b"0000")],
    )  # fmt: skip


def address_of(said: Message | Document) -> str:
    kind = "message" if isinstance(said, Message) else "file"
    return f"/uk-china/report/{kind}/{said.public_id}/"


def test_a_message_is_reported_from_the_page_and_read_at_the_desk(
    pair: Pair, introduction: Introduction, message: Message
) -> None:
    ours, organiser = client_of(pair.our_owner), UserFactory()
    staff(pair.bridge, organiser)
    page = html(ours, page_of(introduction))
    assert address_of(message) in page
    assert address_of(message) not in html(client_of(pair.their_owner), page_of(introduction)), "one's own"
    form = html(ours, address_of(message))
    assert page_of(introduction) in form
    assert "/organiser/" not in form[form.index("<main") :]
    sent = ours.post(address_of(message), ABUSE)
    assert (sent.status_code, sent["Location"]) == (302, f"{page_of(introduction)}#message-{message.public_id}")
    assert ours.post(address_of(message), ABUSE).status_code == 422
    retract_message(message, actor=pair.their_owner)
    report = Report.objects.get()
    assert (report.organisation, report.reporter) == (pair.theirs, pair.our_owner)
    read = html(client_of(organiser), f"/organiser/uk-china/reports/{report.public_id}/")
    assert "Send 5,000 to this account." in read
    assert "account.txt" in read
    assert client_of(organiser).get(report.url).status_code == 200
    assert client_of(pair.their_owner).get("/settings/reports/").content.count(b"5,000") == 0


def test_a_message_taken_back_or_unknown_is_not_there(pair: Pair, introduction: Introduction, message: Message) -> None:
    ours = client_of(pair.our_owner)
    retract_message(message, actor=pair.their_owner)
    assert ours.get(address_of(message)).status_code == 404
    assert ours.get("/uk-china/report/message/nothing/").status_code == 404
    assert address_of(message) not in html(ours, page_of(introduction))


def test_who_is_not_of_a_side_reports_nothing(pair: Pair, message: Message) -> None:
    organiser, stranger = UserFactory(), pair_on(pair.bridge).our_owner
    staff(pair.bridge, organiser)
    for user in (organiser, stranger, UserFactory(is_superuser=True)):
        assert client_of(user).get(address_of(message)).status_code == 404
        assert client_of(user).post(address_of(message), ABUSE).status_code == 404
    assert Client().get(address_of(message)).status_code == 302
    assert client_of(pair.their_owner).post(address_of(message), ABUSE).status_code == 422, "one's own"
    assert client_of(colleague_of(pair.ours, "viewer")).post(address_of(message), ABUSE).status_code == 302
    assert Report.objects.count() == 1


def test_the_address_of_one_bridge_reports_nothing_of_another(pair: Pair, message: Message) -> None:
    BridgeFactory(slug="elsewhere")
    assert client_of(pair.our_owner).get(f"/elsewhere/report/message/{message.public_id}/").status_code == 404


def test_evidence_is_reported_as_a_file(pair: Pair, introduction: Introduction) -> None:
    record_milestone(
        introduction, actor=pair.their_owner, organisation=pair.theirs, stage="meeting",
        happened_on=timezone.localdate(), files=[SimpleUploadedFile("minutes.txt", b"Minutes")],
    )  # fmt: skip
    document = Document.objects.get()
    ours = client_of(pair.our_owner)
    assert address_of(document) in html(ours, page_of(introduction))
    assert address_of(document) not in html(client_of(pair.their_owner), page_of(introduction))
    assert ours.post(address_of(document), ABUSE).status_code == 302
    assert "minutes.txt" in Report.objects.get().snapshot


def test_a_question_is_reported_without_the_name_that_is_withheld() -> None:
    pair = pair_on(BridgeFactory(slug="uk-china"), anonymous=True)
    organiser = UserFactory()
    staff(pair.bridge, organiser)
    introduction = pass_on(pair.ask(), actor=organiser)
    message = ask_question(introduction, actor=pair.their_owner, organisation=pair.theirs, text="Who pays?")
    page = html(client_of(pair.our_owner), address_of(message))
    assert not any(name in page for name in THEIR_NAMES)
    client_of(pair.our_owner).post(address_of(message), ABUSE)
    assert not any(name in html(client_of(pair.our_owner), "/settings/reports/") for name in THEIR_NAMES)
    assert Report.objects.get().organisation == pair.theirs, "the desk knows"
