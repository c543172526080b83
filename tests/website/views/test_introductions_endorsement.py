"""An endorsement from the page of an introduction: after a meeting both agree on, once, shown in public, taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qiao.common.errors import Duplicate, NotAllowed, NotFound
from qiao.directory.domain.trust.endorsing import hide_endorsement
from qiao.directory.models import Endorsement
from qiao.partnerships.domain.brokering import close
from qiao.partnerships.domain.endorsing import endorse_partner
from qiao.partnerships.domain.milestones import confirm_milestone, record_milestone, withdraw_milestone
from qiao.partnerships.enums import CloseReason
from qiao.partnerships.models import Introduction, Milestone
from tests.factories import BridgeFactory, UserFactory, staff
from tests.website.views.introduced import Pair, client_of, colleague_of, page_of, pair_on
from tests.website.views.readers import html

pytestmark = pytest.mark.django_db
WORDS = "They opened their ward to us and kept every date."


@pytest.fixture
def pair() -> Pair:
    return pair_on(BridgeFactory(slug="uk-china"))


@pytest.fixture
def introduction(pair: Pair) -> Introduction:
    return pair.introduce()


def meet(pair: Pair, introduction: Introduction, *, stage: str = "meeting") -> Milestone:
    held = record_milestone(
        introduction, actor=pair.our_owner, organisation=pair.ours, stage=stage, happened_on=timezone.localdate()
    )
    confirm_milestone(held, actor=pair.their_owner, organisation=pair.theirs)
    introduction.refresh_from_db()
    return held


def write(client: Client, introduction: Introduction, **fields: Any) -> Any:
    return client.post(page_of(introduction, "endorse/"), {"text": WORDS, "language": "en", **fields})


def _main(client: Client, introduction: Introduction) -> str:
    page = html(client, page_of(introduction, "endorse/"))
    return re.sub(r'value="[^"]{20,}"', "", page[page.index("<main") : page.index("</main>")])


def test_nobody_is_asked_before_both_agree_that_they_have_met(pair: Pair, introduction: Introduction) -> None:
    ours = client_of(pair.our_owner)
    held = record_milestone(
        introduction, actor=pair.our_owner, organisation=pair.ours, stage="meeting", happened_on=timezone.localdate()
    )
    assert page_of(introduction, "endorse/") not in html(ours, page_of(introduction))
    assert (ours.get(page_of(introduction, "endorse/")).status_code, write(ours, introduction).status_code) == (
        404,
        404,
    )
    with pytest.raises(NotAllowed):
        endorse_partner(introduction, actor=pair.our_owner, organisation=pair.ours, text=WORDS, language="en")
    confirm_milestone(held, actor=pair.their_owner, organisation=pair.theirs)
    for owner in (pair.our_owner, pair.their_owner):
        assert page_of(introduction, "endorse/") in html(client_of(owner), page_of(introduction))
    withdraw_milestone(held, actor=pair.our_owner, organisation=pair.ours)
    assert page_of(introduction, "endorse/") not in html(ours, page_of(introduction))
    assert not Endorsement.objects.exists()


@pytest.mark.parametrize("stage", ["nda", "memorandum", "agreement", "outcome"])
def test_what_comes_after_a_meeting_counts_as_one(pair: Pair, introduction: Introduction, stage: str) -> None:
    held = record_milestone(
        introduction, actor=pair.our_owner, organisation=pair.ours, stage=stage, happened_on=timezone.localdate(),
        **({"kind": "licence"} if stage == "agreement" else {}),
    )  # fmt: skip
    confirm_milestone(held, actor=pair.their_owner, organisation=pair.theirs)
    assert write(client_of(pair.their_owner), introduction).status_code == 302


def test_an_endorsement_is_written_read_by_everybody_and_taken_back(pair: Pair, introduction: Introduction) -> None:
    meet(pair, introduction)
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner, "zh-hans")
    answer = write(ours, introduction)
    assert (answer.status_code, answer["Location"]) == (302, page_of(introduction) + "#endorsement")
    endorsement = Endorsement.objects.get()
    assert (endorsement.by, endorsement.of, endorsement.author) == (pair.ours, pair.theirs, pair.our_owner)
    assert WORDS in html(ours, page_of(introduction))
    profile = f"/uk-china/organisations/{pair.theirs.public_id}/"
    for reader in (Client(), ours, theirs):
        assert WORDS in html(reader, profile)
    assert WORDS not in html(theirs, page_of(introduction)), "their own side of the page is theirs to write"
    page = html(ours, page_of(introduction, "endorse/"))
    assert 'value="withdraw"' in page
    assert 'name="text"' not in page
    assert write(ours, introduction, act="withdraw").status_code == 302
    assert write(ours, introduction, act="withdraw").status_code == 302, "twice does no harm"
    assert not Endorsement.objects.exists()
    assert WORDS not in html(Client(), profile)
    assert write(ours, introduction, text="Better words.").status_code == 302


def test_one_endorsement_follows_an_introduction(pair: Pair, introduction: Introduction) -> None:
    meet(pair, introduction)
    ours = client_of(pair.our_owner)
    write(ours, introduction)
    assert write(ours, introduction, text="More of it.").status_code == 422
    with pytest.raises(Duplicate):
        endorse_partner(introduction, actor=pair.our_owner, organisation=pair.ours, text=WORDS, language="en")
    assert Endorsement.objects.get().text == WORDS
    assert write(client_of(pair.their_owner), introduction, language="zh", text="合作愉快。").status_code == 302


@pytest.mark.parametrize("fields", [{"text": " "}, {"text": "x" * 601}, {"language": "tlh"}, {"language": ""}])
def test_words_in_a_language_are_asked_for(pair: Pair, introduction: Introduction, fields: dict[str, str]) -> None:
    meet(pair, introduction)
    assert write(client_of(pair.our_owner), introduction, **fields).status_code == 422
    assert not Endorsement.objects.exists()


def test_who_only_reads_and_who_is_a_stranger_do_not_write(pair: Pair, introduction: Introduction) -> None:
    meet(pair, introduction)
    viewer, organiser, stranger = colleague_of(pair.ours, "viewer"), UserFactory(), pair_on(pair.bridge)
    staff(pair.bridge, organiser)
    assert page_of(introduction, "endorse/") not in html(client_of(viewer), page_of(introduction))
    for user, status in ((viewer, 403), (organiser, 404), (stranger.our_owner, 404)):
        assert client_of(user).get(page_of(introduction, "endorse/")).status_code == status
        assert write(client_of(user), introduction).status_code == status
    assert Client().get(page_of(introduction, "endorse/")).status_code == 302
    with pytest.raises(NotFound):
        endorse_partner(introduction, actor=stranger.our_owner, organisation=stranger.ours, text=WORDS, language="en")
    assert not Endorsement.objects.exists()


def test_its_author_is_not_told_that_it_is_hidden(pair: Pair, introduction: Introduction) -> None:
    meet(pair, introduction)
    ours = client_of(pair.our_owner)
    write(ours, introduction)
    assert "Thank you" in html(ours, page_of(introduction))
    before = _main(ours, introduction)
    hide_endorsement(Endorsement.objects.get(), actor=pair.their_owner)
    assert _main(ours, introduction) == before
    assert WORDS in html(ours, page_of(introduction))


def test_a_closed_introduction_can_be_looked_back_on(pair: Pair, introduction: Introduction) -> None:
    meet(pair, introduction)
    close(introduction, actor=pair.our_owner, organisation=pair.ours, reason=CloseReason.SUCCEEDED)
    assert write(client_of(pair.our_owner), introduction).status_code == 302
