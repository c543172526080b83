"""Answering a proposal and a request, taking back, closing and opening again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from qiao.bridges.models import Bridge
from qiao.partnerships.domain.limits import change_cooperation_policy
from qiao.partnerships.models import Introduction, ProposalMark
from tests.factories import BridgeFactory, UserFactory, member, member_listing, propose, staff
from tests.website.views.introduced import Pair, client_of, lapse, page_of, pair_on
from tests.website.views.readers import html

pytestmark = pytest.mark.django_db

LIST = "/uk-china/proposals/"


@pytest.fixture
def pair() -> Pair:
    bridge: Bridge = BridgeFactory(slug="uk-china")
    return pair_on(bridge)


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def proposal_page(pair: Pair) -> str:
    return f"{LIST}{pair.proposal.public_id}/"


def say(client: Client, pair: Pair, act: str, **fields: str) -> tuple[int, str]:
    answer = client.post(f"{proposal_page(pair)}mark/", {"act": act, **fields})
    return answer.status_code, answer.headers.get("Location", "")


def answer_to(client: Client, introduction: Introduction, act: str, **fields: str) -> int:
    return client.post(page_of(introduction, "answer/"), {"act": act, **fields}).status_code


def test_interest_says_beforehand_what_happens_and_leads_to_the_request(pair: Pair) -> None:
    client = client_of(pair.our_owner)
    page = html(client, proposal_page(pair))
    for words in ("What happens next", "6 of your 6 requests are left", "it lapses on", "A question to them"):
        assert words in page
    assert "advisers look at your request first" not in page
    status, location = say(client, pair, "interested", question="How many beds?")
    introduction = Introduction.objects.get()
    assert (status, location) == (302, page_of(introduction))
    assert (introduction.state, introduction.messages.get().text) == ("requested", "How many beds?")
    page = html(client, proposal_page(pair))
    assert "You are interested" in page
    assert page_of(introduction) in page
    assert pair.offer.title in html(client, LIST, tab="interested")
    assert pair.offer.title not in html(client, LIST)
    # The other side finds the request with the proposal, too.
    assert "They ask to meet you" in html(client_of(pair.their_owner), proposal_page(pair))


def test_interest_of_both_introduces_them(pair: Pair) -> None:
    say(client_of(pair.our_owner), pair, "interested")
    status, location = say(client_of(pair.their_owner), pair, "interested")
    introduction = Introduction.objects.get()
    assert (status, location, introduction.state) == (302, page_of(introduction), "open")
    # Pressed twice, by the person or by two colleagues: one introduction.
    assert say(client_of(pair.our_owner), pair, "interested")[0] in (302, 409)
    assert Introduction.objects.count() == 1


def test_the_limit_is_shown_and_what_was_typed_is_kept(pair: Pair) -> None:
    organiser = UserFactory()
    staff(pair.bridge, organiser)
    change_cooperation_policy(pair.bridge, actor=organiser, requests_out=1)
    client = client_of(pair.our_owner)
    other = member_listing(
        pair.bridge, organisation=member(pair.bridge, country="CN", owner=UserFactory()), direction="offer"
    )
    second = Pair(pair.bridge, pair.need, other, propose(pair.need, other), pair.our_owner, pair.our_owner)
    say(client, second, "interested")
    page = html(client, proposal_page(pair))
    assert "0 of your 1 requests are left" in page
    assert "None of your requests is left now." in page
    answer = client.post(f"{proposal_page(pair)}mark/", {"act": "interested", "question": "Kept <b>words</b>"})
    assert answer.status_code == 422
    assert "You have 1 open requests, which is the limit." in answer.content.decode()
    assert "Kept &lt;b&gt;words&lt;/b&gt;</textarea>" in answer.content.decode()
    assert Introduction.objects.count() == 1


def test_later_and_no_are_undone_from_the_list_they_leave(pair: Pair) -> None:
    client = client_of(pair.our_owner)
    for act, tab, words in (("later", "later", "is put off until"), ("no", "dismissed", "You said no to")):
        status, location = say(client, pair, act, until=in_days(20), reason="too_early")
        assert status == 302
        page = html(client, location)
        assert words in page
        assert ">Undo</button>" in page
        assert pair.offer.title in html(client, LIST, tab=tab)
        assert page.count("proposal-") == html(client, LIST).count("proposal-")
        assert say(client, pair, "restore")[0] == 302
        mark = ProposalMark.objects.get()
        assert (mark.dismissed_at, mark.later_until, mark.reason) == (None, None, "")
        assert f'id="proposal-{pair.proposal.public_id}"' in html(client, LIST)


def test_what_was_put_off_comes_back_on_its_day(pair: Pair) -> None:
    client = client_of(pair.our_owner)
    say(client, pair, "later", until=in_days(3))
    assert f'id="proposal-{pair.proposal.public_id}"' not in html(client, LIST)
    ProposalMark.objects.update(later_until=timezone.localdate())
    assert f'id="proposal-{pair.proposal.public_id}"' in html(client, LIST)


@pytest.mark.parametrize("until", ["", "nonsense", "2020-01-01", "9999-12-31", "2026-13-40"])
def test_a_day_that_cannot_be_is_refused_in_its_place(until: str, pair: Pair) -> None:
    client = client_of(pair.our_owner)
    answer = client.post(f"{proposal_page(pair)}mark/", {"act": "later", "until": until})
    assert answer.status_code == 422
    assert f'id="until-{pair.proposal.public_id}_error"' in answer.content.decode()
    introduction = pair.ask()
    asked = client_of(pair.their_owner)
    answer = asked.post(page_of(introduction, "answer/"), {"act": "later", "until": until})
    assert answer.status_code == 422
    assert "id_later_until_error" in answer.content.decode()


def test_the_asked_side_answers_changes_and_takes_back(pair: Pair) -> None:
    introduction = pair.ask()
    party = introduction.parties.get(organisation=pair.theirs)
    asked = client_of(pair.their_owner)
    page = html(asked, page_of(introduction))
    assert "Why you might say yes" in page
    assert "Your texts speak of the same thing" in page
    for act, after in (("no", "no"), ("later", "later"), ("take_back", ""), ("no", "no"), ("interested", "interested")):
        assert answer_to(asked, introduction, act, until=in_days(5), reason="capacity") == 302
        party.refresh_from_db()
        assert party.answer == after
        assert html(asked, page_of(introduction))
    introduction.refresh_from_db()
    assert introduction.state == "open"
    assert answer_to(asked, introduction, "no") == 409


def test_the_asker_withdraws_and_asks_again(pair: Pair) -> None:
    introduction = pair.ask()
    asker, asked = client_of(pair.our_owner), client_of(pair.their_owner)
    assert 'value="withdraw"' in html(asker, page_of(introduction))
    assert 'value="withdraw"' not in html(asked, page_of(introduction))
    assert answer_to(asked, introduction, "withdraw") == 409
    assert answer_to(asker, introduction, "withdraw") == 302
    assert "The request was withdrawn." in html(asker, page_of(introduction))
    assert "What happens next" in html(asker, proposal_page(pair))
    assert say(asker, pair, "interested")[0] == 302
    introduction.refresh_from_db()
    assert introduction.state == "requested"


def test_what_has_lapsed_is_not_asked_again_but_the_other_side_may(pair: Pair) -> None:
    introduction = pair.ask()
    lapse(introduction)
    asker, asked = client_of(pair.our_owner), client_of(pair.their_owner)
    page = html(asker, proposal_page(pair))
    assert "are not asked again" in page
    assert "What happens next" not in page
    assert say(asker, pair, "interested")[0] == 409
    assert "You can ask them in turn, once." in html(asked, page_of(introduction))
    assert answer_to(asked, introduction, "interested") == 302
    introduction.refresh_from_db()
    assert introduction.state == "requested"
    assert "They wait for your answer" in html(asker, page_of(introduction))


@pytest.mark.parametrize("act", ["", "explode", "restore", "no\x00"])
def test_nonsense_is_refused(act: str, pair: Pair) -> None:
    introduction = pair.ask()
    assert answer_to(client_of(pair.their_owner), introduction, act) == 422


def test_advisers_are_named_where_a_name_is_withheld() -> None:
    pair = pair_on(BridgeFactory(slug="uk-china"), anonymous=True)
    client = client_of(pair.our_owner)
    assert "advisers look at your request first" in html(client, proposal_page(pair))
    _status, location = say(client, pair, "interested")
    assert "The organisers&#x27; advisers look at the request" in html(client, location).replace("'", "&#x27;")


def test_closing_asks_first_tells_why_and_is_undone(pair: Pair) -> None:
    introduction = pair.introduce()
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    page = html(ours, page_of(introduction, "close/"))
    assert "Both sides read the reason." in page
    assert "not_passed_on" not in page
    assert ours.post(page_of(introduction, "close/"), {"note": "Kept words"}).status_code == 422
    answer = ours.post(page_of(introduction, "close/"), {"reason": "terms", "note": "Perhaps next year"})
    assert (answer.status_code, answer["Location"]) == (302, page_of(introduction))
    page = html(theirs, page_of(introduction))
    for words in ("No agreement on terms", "Perhaps next year", "Open it again"):
        assert words in page
    assert 'id="composer"' not in page
    assert ours.get(page_of(introduction, "close/")).status_code == 409
    assert ours.get(page_of(introduction, "record/meeting/")).status_code == 409
    assert theirs.post(page_of(introduction, "reopen/")).status_code == 302
    assert 'id="composer"' in html(ours, page_of(introduction))
    assert theirs.post(page_of(introduction, "reopen/")).status_code == 409
