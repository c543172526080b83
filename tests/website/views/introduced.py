"""Two members of a bridge with a proposal between them, and what can have come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from matching.app.models import Proposal
from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.models import Listing, Organisation
from qiao.partnerships.domain.responding import answer_proposal, answer_request
from qiao.partnerships.enums import Answer
from qiao.partnerships.models import Introduction
from tests.factories import UserFactory, affiliate, member, member_listing, propose

THEIR_NAMES = ("Hushed Hospital", "缄默医院", "Wuxi")


@dataclass
class Pair:
    """`ours` has a need, `theirs` an offer; each has an owner."""

    bridge: Bridge
    need: Listing
    offer: Listing
    proposal: Proposal
    our_owner: User
    their_owner: User

    @property
    def ours(self) -> Organisation:
        return self.need.organisation

    @property
    def theirs(self) -> Organisation:
        return self.offer.organisation

    def ask(self, **values: Any) -> Introduction:
        """Our side says that it is interested."""
        found = answer_proposal(
            self.proposal, actor=self.our_owner, organisation=self.ours, answer=Answer.INTERESTED, **values
        )
        assert found is not None
        return found

    def introduce(self) -> Introduction:
        """Both are interested."""
        return answer_request(self.ask(), actor=self.their_owner, organisation=self.theirs, answer=Answer.INTERESTED)


def pair_on(bridge: Bridge, *, anonymous: bool = False) -> Pair:
    """A new pair of members with a current proposal."""
    our_owner, their_owner = UserFactory(name="Ada Lin"), UserFactory(name="Wang Fang", language="zh-hans")
    need = member_listing(bridge, owner=our_owner, title="A ward for our sensor")
    author = member(
        bridge, country="CN", kind="hospital", owner=their_owner,
        name_en=THEIR_NAMES[0], name_zh=THEIR_NAMES[1], city_en=THEIR_NAMES[2],
    )  # fmt: skip
    offer = member_listing(
        bridge, organisation=author, direction="offer", title="Our ward is open", anonymous=anonymous
    )
    return Pair(bridge, need, offer, propose(need, offer), our_owner, their_owner)


def client_of(user: User, language: str = "en") -> Client:
    """A browser in which the person has signed in and chosen a language."""
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = language
    return client


def colleague_of(organisation: Organisation, role: str = "editor", **fields: Any) -> User:
    """Another person of the organisation."""
    user: User = UserFactory(**fields)
    affiliate(user, organisation, role)
    return user


def page_of(introduction: Introduction, part: str = "") -> str:
    """Its address."""
    return f"/{introduction.bridge.slug}/introductions/{introduction.public_id}/{part}"


def lapse(introduction: Introduction) -> None:
    """Its date has gone by."""
    from qiao.partnerships.domain.lapsing import lapse_requests

    Introduction.objects.filter(pk=introduction.pk).update(lapses_at=timezone.now())
    assert lapse_requests() == 1
