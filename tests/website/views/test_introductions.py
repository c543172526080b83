"""Introductions: whose they are, the list by what is to be done, and that a private answer shows nowhere."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.directory.models import Affiliation
from qiao.partnerships.domain.brokering import close, introduce_by_hand, pass_on, pause
from qiao.partnerships.domain.conversation import mark_read, send_message, set_next_step
from qiao.partnerships.domain.limits import change_cooperation_policy
from qiao.partnerships.domain.milestones import record_milestone
from qiao.partnerships.domain.responding import answer_request, withdraw_request
from qiao.partnerships.models import Introduction
from tests.factories import BridgeFactory, UserFactory, member, staff
from tests.website.views.introduced import THEIR_NAMES, Pair, client_of, colleague_of, lapse, page_of, pair_on
from tests.website.views.readers import Reader, browser_of, html, queries_of

pytestmark = pytest.mark.django_db

LIST = "/uk-china/introductions/"


@pytest.fixture
def bridge() -> Bridge:
    made: Bridge = BridgeFactory(slug="uk-china")
    return made


@pytest.fixture
def pair(bridge: Bridge) -> Pair:
    return pair_on(bridge)


def plain(page: str) -> str:
    """The page without what differs each time it is made."""
    page = re.sub(r"(?m)^.*csrf.*$", "", page, flags=re.IGNORECASE)
    return re.sub(r'name="once" value="[^"]*"', "", page)


@pytest.mark.parametrize("reader", list(Reader))
def test_introductions_are_for_the_people_of_the_two(reader: Reader, bridge: Bridge, pair: Pair) -> None:
    introduction = pair.introduce()
    client = browser_of(reader, bridge, pair.ours)
    for address in (LIST, page_of(introduction), page_of(introduction, "messages/"), page_of(introduction, "close/")):
        answer = client.get(address)
        if reader == Reader.ANONYMOUS:
            assert answer["Location"] == f"/accounts/login/?next={address}"
        elif address == LIST:
            assert answer.status_code == 200
            assert ("Hushed Hospital" in answer.content.decode()) == reader.is_of_the_organisation
        elif address.endswith("close/") and reader == Reader.VIEWER:
            assert answer.status_code == 403
        else:
            assert answer.status_code == (200 if reader.is_of_the_organisation else 404)


def test_an_introduction_is_found_on_its_own_bridge_only(pair: Pair) -> None:
    introduction = pair.introduce()
    BridgeFactory(slug="uk-israel")
    client = client_of(pair.our_owner)
    assert client.get(page_of(introduction).replace("uk-china", "uk-israel")).status_code == 404
    Bridge.objects.filter(pk=pair.bridge.pk).update(state=BridgeState.PREPARING)
    assert client.get(page_of(introduction)).status_code == 404


def test_a_side_that_was_not_asked_yet_does_not_know(bridge: Bridge) -> None:
    organiser = UserFactory()
    staff(bridge, organiser)
    pair = pair_on(bridge, anonymous=True)
    introduction = pair.ask()
    assert introduction.state == "with_advisers"
    asked = client_of(pair.their_owner)
    assert asked.get(page_of(introduction)).status_code == 404
    assert introduction.public_id not in html(asked, LIST)
    assert asked.post(page_of(introduction, "answer/"), {"act": "interested"}).status_code == 404
    pass_on(introduction, actor=organiser)
    assert asked.get(page_of(introduction)).status_code == 200


def test_a_request_shows_both_sides_the_same_dates(pair: Pair) -> None:
    introduction = pair.ask(question="How many beds?")
    day = (timezone.localdate() + timedelta(days=14)).strftime("%b. %-d, %Y").replace("May.", "May")
    for user in (pair.our_owner, pair.their_owner):
        page = html(client_of(user), page_of(introduction))
        assert "How many beds?" in page
        assert day in page or (timezone.localdate() + timedelta(days=14)).strftime("%B %-d, %Y") in page


@pytest.mark.parametrize("answer", ["no", "later"])
def test_a_private_answer_changes_nothing_that_the_other_side_sees(answer: str, pair: Pair) -> None:
    introduction = pair.ask()
    asker, asked = client_of(pair.our_owner), client_of(pair.their_owner)
    addresses = [
        LIST, f"{LIST}?tab=waiting", page_of(introduction), "/uk-china/proposals/",
        "/uk-china/proposals/?tab=interested", f"/uk-china/proposals/{pair.proposal.public_id}/",
    ]  # fmt: skip
    for address in addresses:
        html(asker, address)  # what is seen is marked as seen
    before = [plain(html(asker, address)) for address in addresses]
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    reply = asked.post(
        page_of(introduction, "answer/"), {"act": answer, "reason": "capacity", "note": "Far too many", "until": until}
    )
    assert reply.status_code == 302
    assert [plain(html(asker, address)) for address in addresses] == before
    mine = html(asked, page_of(introduction))
    assert ("You said no." if answer == "no" else "You said later") in mine
    if answer == "no":
        assert "Far too many" in mine
        assert "No capacity now" in mine
    lapse(introduction)
    assert "The request lapsed" in html(asker, page_of(introduction))


def test_an_anonymous_side_stays_without_a_name_until_both_are_introduced(bridge: Bridge) -> None:
    organiser = UserFactory()
    staff(bridge, organiser)
    pair = pair_on(bridge, anonymous=True)
    introduction = pair.ask()
    asker = client_of(pair.our_owner)
    pass_on(introduction, actor=organiser)
    people = ("Wang Fang", pair.their_owner.email)
    for language in ("en", "zh-hans"):
        asker.cookies["django_language"] = language
        for address in (LIST, f"{LIST}?tab=waiting", page_of(introduction), page_of(introduction, "messages/")):
            page = html(asker, address)
            for mark in (*THEIR_NAMES, *people, pair.theirs.public_id):
                assert mark not in page
    answer_request(introduction, actor=pair.their_owner, organisation=pair.theirs, answer="interested")
    page = html(asker, page_of(introduction))
    for mark in (THEIR_NAMES[1], *people):
        assert mark in page


def test_people_of_the_other_side_are_named_once_introduced(pair: Pair) -> None:
    introduction = pair.ask(question="How many beds?")
    assert pair.our_owner.email not in html(client_of(pair.their_owner), page_of(introduction))
    assert "Ada Lin" not in html(client_of(pair.their_owner), page_of(introduction))
    answer_request(introduction, actor=pair.their_owner, organisation=pair.theirs, answer="interested")
    page = html(client_of(pair.their_owner), page_of(introduction))
    for part in ("Ada Lin", pair.our_owner.email, "First agenda", "A ward for our sensor"):
        assert part in page


def test_the_list_says_what_is_to_be_done(bridge: Bridge, pair: Pair) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    assert "No introductions yet" in html(ours, LIST)
    introduction = pair.ask()
    assert "They were asked" in html(ours, LIST)
    assert "Your open requests: 1 of 6; 5 left." in html(ours, LIST)
    assert "They wait for your answer" in html(theirs, LIST)
    answer_request(introduction, actor=pair.their_owner, organisation=pair.theirs, answer="interested")
    send_message(introduction, actor=pair.their_owner, organisation=pair.theirs, text="Good morning")
    set_next_step(
        introduction, actor=pair.our_owner, organisation=pair.ours, text="Send the protocol", on=timezone.localdate()
    )
    record_milestone(
        introduction,
        actor=pair.their_owner,
        organisation=pair.theirs,
        stage="meeting",
        happened_on=timezone.localdate(),
    )
    page = html(ours, LIST)
    for part in ("1 unread message", "Send the protocol", "A milestone to confirm"):
        assert part in page
    assert "A milestone to confirm" not in html(theirs, LIST)
    Introduction.objects.update(next_step_on=timezone.localdate() - timedelta(days=1))
    assert "Overdue" in html(ours, LIST)
    close(introduction, actor=pair.our_owner, organisation=pair.ours, reason="timing")
    assert "Not the right time" in html(theirs, f"{LIST}?tab=ended")


def test_what_is_due_first_comes_first(bridge: Bridge) -> None:
    pair, other = pair_on(bridge), pair_on(bridge)
    Affiliation.objects.filter(user=other.our_owner).delete()
    first, second = pair.ask(), None
    late = pair_on(bridge)
    asked = introduce_by_hand(bridge, pair.ours, late.theirs, actor=_organiser(bridge))
    second = asked
    Introduction.objects.filter(pk=second.pk).update(lapses_at=timezone.now() + timedelta(days=30))
    answer_request(second, actor=pair.our_owner, organisation=pair.ours, answer="interested")
    page = html(client_of(pair.our_owner), f"{LIST}?tab=waiting")
    assert page.index(first.public_id) < page.index(second.public_id)


def _organiser(bridge: Bridge) -> object:
    user = UserFactory()
    staff(bridge, user)
    return user


def test_the_head_counts_what_waits_for_me(bridge: Bridge, pair: Pair) -> None:
    def count(user: object) -> str:
        found = re.search(r'site-nav__count">(\d+)', html(client_of(user), "/uk-china/saved/"))  # type: ignore[arg-type]
        return found[1] if found else ""

    introduction = pair.ask()
    assert (count(pair.our_owner), count(pair.their_owner)) == ("", "1")
    answer_request(introduction, actor=pair.their_owner, organisation=pair.theirs, answer="no")
    assert (count(pair.our_owner), count(pair.their_owner)) == ("", "")
    answer_request(introduction, actor=pair.their_owner, organisation=pair.theirs, answer="interested")
    assert (count(pair.our_owner), count(pair.their_owner)) == ("", "")
    send_message(introduction, actor=pair.our_owner, organisation=pair.ours, text="Good morning")
    assert (count(pair.our_owner), count(pair.their_owner)) == ("", "1")
    mark_read(introduction, actor=pair.their_owner)
    assert count(pair.their_owner) == ""
    record_milestone(
        introduction, actor=pair.our_owner, organisation=pair.ours, stage="meeting", happened_on=timezone.localdate()
    )
    assert (count(pair.our_owner), count(pair.their_owner)) == ("", "1")
    assert count(member(bridge, owner=UserFactory()).affiliations.get().user) == ""


@pytest.mark.parametrize("tab", ["to_answer", "waiting", "introduced", "ended"])
def test_each_empty_part_says_what_will_come(tab: str, pair: Pair) -> None:
    introduction = pair.ask()
    words = {
        "to_answer": "Nothing waits for your answer", "waiting": "You wait for nobody",
        "introduced": "Nobody introduced yet", "ended": "Nothing has ended",
    }  # fmt: skip
    page = html(client_of(pair.our_owner), LIST, tab=tab)
    assert (words[tab] in page) == (tab != "waiting")
    withdraw_request(introduction, actor=pair.our_owner, organisation=pair.ours)
    page = html(client_of(pair.our_owner), LIST, tab=tab)
    assert (words[tab] in page) == (tab != "ended")


def test_who_has_no_organisation_is_led_to_registration(bridge: Bridge) -> None:
    page = html(client_of(UserFactory()), LIST)
    assert "Register your organisation first" in page


def test_a_paused_case_says_so_and_takes_no_answer(bridge: Bridge, pair: Pair) -> None:
    introduction = pair.ask()
    pause(introduction, actor=_organiser(bridge), until=timezone.localdate() + timedelta(days=5))
    asked = client_of(pair.their_owner)
    assert "Paused by the organisers until" in html(asked, page_of(introduction))
    assert 'value="interested"' not in html(asked, page_of(introduction))
    assert asked.post(page_of(introduction, "answer/"), {"act": "interested"}).status_code == 409


def test_a_viewer_reads_and_does_nothing(pair: Pair) -> None:
    introduction = pair.introduce()
    viewer = client_of(colleague_of(pair.ours, "viewer"))
    page = html(viewer, page_of(introduction))
    # Signing out, choosing the language, and nothing else.
    assert page_of(introduction, "messages/") + '"' not in page.replace("hx-get", "")
    assert 'method="post"' not in page[page.index("<main") : page.index("</main>")]
    for part, fields in (
        ("messages/", {"text": "Hello"}), ("notes/", {"text": "Mine"}), ("reopen/", {}),
        ("next-step/", {"text": "Call", "on": timezone.localdate().isoformat()}),
        ("answer/", {"act": "interested"}), ("close/", {"reason": "timing"}),
    ):  # fmt: skip
        assert viewer.post(page_of(introduction, part), fields).status_code == 403, part
    assert introduction.messages.count() == 0


def test_the_list_takes_the_same_queries_for_1_3_and_30_rows(bridge: Bridge) -> None:
    pair = pair_on(bridge)
    organiser = _organiser(bridge)
    client = client_of(pair.our_owner)
    counts, made = [], 0
    for rows in (1, 3, 30):
        for _place in range(made, rows):
            other = member(bridge, country="CN", owner=UserFactory())
            found = introduce_by_hand(bridge, pair.ours, other, actor=organiser, ask_first=False)
            send_message(found, actor=organiser, text="Welcome")
        made = rows
        counts.append(queries_of(client, LIST))
    assert counts[0] == counts[1] == counts[2]


def test_a_page_takes_the_same_queries_for_1_3_and_30_messages_and_milestones(pair: Pair) -> None:
    introduction = pair.introduce()
    client = client_of(pair.our_owner)
    counts, made = [], 0
    for rows in (1, 3, 30):
        for place in range(made, rows):
            send_message(introduction, actor=pair.their_owner, organisation=pair.theirs, text=f"Message {place}")
            record_milestone(
                introduction, actor=pair.their_owner, organisation=pair.theirs, stage="meeting",
                happened_on=timezone.localdate() - timedelta(days=place),
            )  # fmt: skip
        made = rows
        counts.append(queries_of(client, page_of(introduction)))
    assert counts[0] == counts[1] == counts[2]


def test_a_full_list_says_why_a_refused_request_keeps_its_place() -> None:
    pair = pair_on(BridgeFactory(slug="full"))
    organiser = UserFactory()
    staff(pair.bridge, organiser)
    change_cooperation_policy(pair.bridge, actor=organiser, requests_in=1)
    introduction, theirs = pair.ask(), client_of(pair.their_owner)
    theirs.post(page_of(introduction, "answer/"), {"act": "no"})
    assert "keeps its place until its date" in html(theirs, "/full/introductions/")
    assert "keeps its place" not in html(client_of(pair.our_owner), "/full/introductions/")
