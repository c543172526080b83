"""The question some months later: answered from an e-mail without signing in, and never by looking."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from qiao.notifications.models import OutgoingMail
from qiao.partnerships.domain.follow_ups import follow_up_token, send_due_follow_ups
from qiao.partnerships.enums import FollowUpAnswer
from qiao.partnerships.models import FollowUp
from tests.factories import BridgeFactory
from tests.website.views.introduced import Pair, client_of, colleague_of, page_of, pair_on
from tests.website.views.readers import html

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    return pair_on(BridgeFactory(slug="uk-china"))


@pytest.fixture
def asked(pair: Pair) -> FollowUp:
    pair.introduce()
    return FollowUp.objects.get(organisation=pair.ours, months=1)


def address_of(asked: FollowUp) -> str:
    return f"/follow-up/{follow_up_token(asked)}/"


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_writes_nothing(method: str, asked: FollowUp) -> None:
    answer = getattr(Client(), method)(f"{address_of(asked)}?answer=going_on")
    assert answer.status_code == 200
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("same-origin", "noindex")
    assert "no-store" in answer["Cache-Control"]
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_at) == ("", None)


def test_the_answer_pressed_in_the_mail_is_chosen_and_sent_by_the_script(pair: Pair, asked: FollowUp) -> None:
    page = html(Client(), address_of(asked), answer="help")
    assert "data-send-at-once" in page
    assert re.search(r'value="help"[^>]*checked', page)
    assert pair.theirs.name in page
    assert pair.their_owner.email not in page
    for nonsense in ("", "marvellous", "\x00"):
        page = html(Client(), address_of(asked), answer=nonsense)
        assert "data-send-at-once" not in page
        assert "checked" not in page


@pytest.mark.parametrize("answer", FollowUpAnswer.values)
def test_one_click_answers_and_it_can_be_changed(answer: str, asked: FollowUp) -> None:
    client = Client(enforce_csrf_checks=True)
    page = html(client, address_of(asked), answer=answer)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    reply = client.post(address_of(asked), {"answer": answer, "comment": "", "csrfmiddlewaretoken": token[1]})
    assert (reply.status_code, reply["Location"]) == (302, address_of(asked))
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == (answer, None)
    page = html(client, address_of(asked))
    assert "Your answer is kept" in page
    assert "data-send-at-once" not in html(client, address_of(asked), answer=answer), "it is kept already"
    other = next(value for value in FollowUpAnswer.values if value != answer)
    changed = {"answer": other, "comment": "A few <b>words</b>", "csrfmiddlewaretoken": token[1]}
    assert client.post(address_of(asked), changed).status_code == 302
    asked.refresh_from_db()
    assert (asked.answer, asked.comment) == (other, "A few <b>words</b>")


def test_nonsense_is_refused_and_kept(asked: FollowUp) -> None:
    reply = Client().post(address_of(asked), {"answer": "marvellous", "comment": "Kept words"})
    assert reply.status_code == 422
    assert "Kept words</textarea>" in reply.content.decode()
    assert Client().post(address_of(asked), {"answer": "help", "comment": "x" * 501}).status_code == 422
    asked.refresh_from_db()
    assert asked.answer == ""


def test_a_forged_or_old_link_leads_nowhere(asked: FollowUp) -> None:
    address = address_of(asked)
    assert Client().get(address.replace("/follow-up/", "/follow-up/x")).status_code == 404
    assert Client().get("/follow-up/nonsense/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=61), tick=True):
        assert Client().get(address).status_code == 404
        assert Client().post(address, {"answer": "help"}).status_code == 404


def test_who_is_signed_in_is_named_only_if_they_act_for_that_side(pair: Pair, asked: FollowUp) -> None:
    for user, kept in (
        (pair.their_owner, None),
        (colleague_of(pair.ours, "viewer"), None),
        (pair.our_owner, pair.our_owner),
    ):
        FollowUp.objects.update(answer="", answered_by=None)
        assert client_of(user).post(address_of(asked), {"answer": "slow"}).status_code == 302
        asked.refresh_from_db()
        assert (asked.answer, asked.answered_by) == ("slow", kept)


def test_the_mail_leads_here_and_the_answer_stays_with_ones_own_side(pair: Pair, asked: FollowUp) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=32), tick=True):
        OutgoingMail.objects.all().delete()
        assert send_due_follow_ups() == 2
        mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
        assert {to: mail.language for to, mail in mails.items()} == {
            pair.our_owner.email: "en", pair.their_owner.email: "zh-hans",
        }  # fmt: skip
        link = re.search(r"https?://[^/]+(/follow-up/\S+\?answer=slow)", mails[pair.our_owner.email].text)
        assert link is not None
        assert "Slow, but alive" in html(Client(), link[1])
        reply = Client().post(link[1], {"answer": "slow", "comment": "Their lawyer is slow"})
        assert reply.status_code == 302
        introduction = asked.introduction
        assert "Slow, but alive" in html(client_of(pair.our_owner), page_of(introduction))
        theirs = html(client_of(pair.their_owner), page_of(introduction))
        assert "Slow, but alive" not in theirs
        assert "lawyer" not in theirs
        assert "not answered" in theirs


def test_the_page_speaks_the_language_of_whom_the_mail_was_written_to(pair: Pair) -> None:
    pair.introduce()
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        send_due_follow_ups()
        for owner, language in ((pair.our_owner, "en"), (pair.their_owner, "zh-Hans")):
            mail = OutgoingMail.objects.get(template="follow_up", to=owner.email)
            link = re.search(r"(/follow-up/[^/]+/)\?answer=going_on", mail.text)
            assert link is not None
            assert f'<html lang="{language}"' in html(Client(headers={"accept-language": "fr"}), link[1])
            other = Client()
            other.cookies["django_language"] = "en"
            assert '<html lang="en"' in html(other, link[1]), "what was chosen in this browser holds"
        pair.their_owner.delete()
        assert link is not None
        assert Client().get(link[1]).status_code == 200
        assert Client().get("/").content.count(b'<html lang="en"') == 1, "no other page is touched"
