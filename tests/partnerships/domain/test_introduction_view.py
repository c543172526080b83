"""An introduction as one side reads it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from qiao.common.errors import QiaoError
from qiao.directory.enums import PersonRole
from qiao.directory.models import Listing
from qiao.partnerships.domain.brokering import introduce_by_hand, pass_on, pause
from qiao.partnerships.domain.queries.introduction_view import (
    IntroductionView,
    Tab,
    introduction_rows,
    introduction_view,
    introductions_to_answer,
)
from qiao.partnerships.domain.responding import answer_proposal, withdraw_request
from qiao.partnerships.enums import Answer, CloseReason
from qiao.partnerships.models import Introduction
from tests.factories import UserFactory, affiliate, member_listing, propose
from tests.partnerships.acts import Act, perform
from tests.partnerships.cast import Cast

MAY = (
    "may_answer",
    "may_ask_back",
    "may_take_back",
    "may_withdraw",
    "may_question",
    "may_write",
    "may_close",
    "may_reopen",
)


def view(cast: Cast, who: str) -> IntroductionView | None:
    user = cast.user(who)
    found = Introduction.objects.in_full().get()
    return introduction_view(user, found)


def may(cast: Cast, who: str) -> set[str]:
    found = view(cast, who)
    assert found is not None
    return {name for name in MAY if getattr(found, name)}


@pytest.mark.parametrize("who", ["c.owner", "organiser", "adviser", "reviewer", "stranger"])
def test_who_has_no_side_in_it_has_no_view(cast: Cast, who: str) -> None:
    cast.open()
    assert view(cast, who) is None


def test_a_viewer_reads_and_may_do_nothing(cast: Cast) -> None:
    cast.ask()
    for who in ("a.viewer", "b.viewer"):
        assert may(cast, who) == set()


def test_what_each_side_may_do_follows_the_state(cast: Cast) -> None:
    found = cast.ask()
    assert may(cast, "a.owner") == {"may_withdraw", "may_question"}
    assert may(cast, "b.editor") == {"may_answer", "may_question"}
    cast.answer(found, Answer.NO)
    assert may(cast, "a.owner") == {"may_withdraw", "may_question"}
    assert may(cast, "b.owner") == {"may_answer", "may_take_back", "may_question"}
    withdraw_request(found, actor=cast.user("a.owner"), organisation=cast.a)
    assert may(cast, "b.owner") == {"may_ask_back"}
    cast.ask(by="b")
    cast.answer(found, Answer.INTERESTED, by="a")
    assert may(cast, "a.owner") == may(cast, "b.owner") == {"may_write", "may_close"}
    pause(found, actor=cast.user("organiser"))
    assert may(cast, "a.owner") == {"may_write", "may_close"}
    perform(cast, Act("close", "a.owner"))
    assert may(cast, "a.owner") == may(cast, "b.owner") == {"may_reopen"}
    assert Introduction.objects.get().close_reason == CloseReason.TIMING


def test_what_a_view_offers_can_be_done(cast: Cast) -> None:
    """A button that is shown works, and one that is not shown would be refused."""
    verbs = {
        "may_answer": "request_no", "may_withdraw": "withdraw", "may_take_back": "take_back",
        "may_question": "question", "may_write": "message", "may_close": "close", "may_reopen": "reopen",
    }  # fmt: skip
    found = cast.ask()
    steps: list[Any] = [
        lambda: None,
        lambda: cast.answer(found, Answer.LATER),
        lambda: cast.answer(found, Answer.INTERESTED),
        lambda: perform(cast, Act("pause", "organiser")),
        lambda: perform(cast, Act("resume", "organiser")),
        lambda: perform(cast, Act("close", "b.owner", side="b")),
    ]
    for do in steps:
        do()
        for side in "ab":
            offered = may(cast, f"{side}.owner")
            for name, verb in verbs.items():
                try:
                    with transaction.atomic():
                        perform(cast, Act(verb, f"{side}.owner", side=side, n=0))
                        transaction.set_rollback(True)
                    done = True
                except QiaoError:
                    done = False
                assert done == (name in offered), (Introduction.objects.get().state, side, name)


def test_an_anonymous_name_is_withheld_until_the_introduction(cast: Cast) -> None:
    Listing.objects.filter(pk=cast.offer.pk).update(anonymous=True)
    found = cast.ask()

    def shown() -> tuple[bool, bool, bool]:
        seen = view(cast, "a.owner")
        assert seen is not None
        return (
            cast.b.name in seen.row.their_name, seen.row.their_organisation is not None, seen.their_contact is not None
        )  # fmt: skip

    assert shown() == (False, False, False)
    pass_on(found, actor=cast.user("organiser"))
    assert shown() == (False, False, False)
    cast.answer(found, Answer.INTERESTED)
    assert shown() == (True, True, True)


def test_who_acts_for_both_sides_reads_the_one_asked_for(cast: Cast) -> None:
    user = cast.user("a.owner")
    affiliate(user, cast.b, PersonRole.EDITOR)
    cast.ask()
    found = Introduction.objects.in_full().get()
    for side, tab in (("a", Tab.WAITING), ("b", Tab.TO_ANSWER)):
        seen = introduction_view(user, found, cast.organisation(side))
        assert seen is not None
        assert (seen.party.organisation, seen.row.tab) == (cast.organisation(side), tab)
    assert introduction_view(user, found, cast.c) is None


def test_the_number_in_the_navigation_counts_what_waits_for_an_answer(cast: Cast) -> None:
    found = cast.ask()
    cast.ask(by="c")
    assert introductions_to_answer(cast.user("b.viewer"), cast.b, cast.bridge) == 2
    pause(found, actor=cast.user("organiser"))
    assert introductions_to_answer(cast.user("b.viewer"), cast.b, cast.bridge) == 1
    assert introductions_to_answer(cast.user("a.owner"), cast.a, cast.bridge) == 0


def test_a_list_takes_as_many_queries_however_long_it_is(cast: Cast) -> None:
    def add(count: int) -> None:
        for _number in range(count):
            owner = UserFactory()
            listing = member_listing(cast.bridge, country="GB", owner=owner)
            answer_proposal(
                propose(listing, cast.offer), actor=owner, organisation=listing.organisation, answer=Answer.INTERESTED
            )
            introduce_by_hand(
                cast.bridge, cast.b, member_listing(cast.bridge).organisation, actor=cast.user("organiser"),
                ask_first=False,
            )  # fmt: skip

    counts = []
    for more in (1, 2, 7):
        add(more)
        user = cast.user("b.owner")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows = introduction_rows(user, cast.b, cast.bridge)
        assert rows
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
