"""The people of a play: three organisations with owner, editor and viewer each, those of the bridge, and a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from matching.app.models import Proposal
from qiao.accounts.models import User
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, MatchingPolicy
from qiao.directory.enums import Direction, PersonRole
from qiao.directory.models import Listing, Organisation
from qiao.partnerships.domain.responding import answer_proposal, answer_request
from qiao.partnerships.enums import Answer
from qiao.partnerships.models import Introduction, Party
from tests.factories import BridgeFactory, UserFactory, affiliate, member, member_listing, propose, staff

#: Who there is, besides owner, editor and viewer of each organisation.
OF_THE_BRIDGE = ("organiser", "adviser", "reviewer")


@dataclass
class Cast:
    """A bridge with `a` and `c` on one side and `b` on the other; proposals between a and b, and between c and b."""

    bridge: Bridge
    a: Organisation
    b: Organisation
    c: Organisation
    need: Listing
    offer: Listing
    third: Listing
    proposal: Proposal
    other_proposal: Proposal
    domain: str

    def user(self, name: str) -> Any:
        """Somebody as a new request finds them: `a.owner`, `organiser`, `stranger`, `nobody`."""
        if name == "nobody":
            return AnonymousUser()
        return User.objects.get(email=f"{name}@{self.domain}")

    def organisation(self, name: str) -> Organisation:
        return {"a": self.a, "b": self.b, "c": self.c}[name]

    def ask(self, *, by: str = "a", **more: Any) -> Introduction:
        """Have the owner of one side say interested to the proposal."""
        found = answer_proposal(
            self.proposal if by != "c" else self.other_proposal,
            actor=self.user(f"{by}.owner"), organisation=self.organisation(by), answer=Answer.INTERESTED, **more,
        )  # fmt: skip
        assert found is not None
        return Introduction.objects.get(pk=found.pk)

    def answer(self, introduction: Introduction, answer: str, *, by: str = "b", **more: Any) -> Introduction:
        """Have the owner of one side answer a request."""
        answer_request(
            introduction, actor=self.user(f"{by}.owner"), organisation=self.organisation(by), answer=answer, **more
        )
        return Introduction.objects.get(pk=introduction.pk)

    def open(self) -> Introduction:
        """Introduce a and b."""
        return self.answer(self.ask(), Answer.INTERESTED)

    def party(self, introduction: Introduction, name: str) -> Party:
        return Party.objects.get(introduction=introduction, organisation=self.organisation(name))


def widen(cast: Cast) -> None:
    """Propose two more to `a`, one better and one worse than `b`, of whom it may expect to receive but one."""
    MatchingPolicy.objects.filter(bridge=cast.bridge).update(requests_per_organisation=2, newcomer_floor=0)
    for name, score in (("D", 0.9), ("E", 0.7)):
        offer = member_listing(cast.bridge, country="CN", direction=Direction.OFFER, title=f"What {name} is about")
        Organisation.objects.filter(pk=offer.organisation_id).update(name_en=f"Organisation {name}")
        propose(cast.need, offer, score=score)


def make_cast(domain: str = "cast.example") -> Cast:
    """Fill the stage. The people of `b` read Chinese. Two casts differ in the addresses of their people only."""
    bridge = BridgeFactory()
    listings = {}
    for name, country in (("a", "GB"), ("b", "CN"), ("c", "GB")):
        people = {
            role: UserFactory(
                email=f"{name}.{role}@{domain}",
                name=f"{role.title()} of {name.upper()}",
                language="zh-hans" if name == "b" else "en",
            )
            for role in ("owner", "editor", "viewer")
        }
        organisation = member(bridge, country=country, owner=people["owner"], name_en=f"Organisation {name.upper()}")
        listing = member_listing(
            bridge,
            organisation=organisation,
            direction=Direction.OFFER if name == "b" else Direction.NEED,
            title=f"What {name.upper()} is about",
        )
        affiliate(people["editor"], listing.organisation, PersonRole.EDITOR)
        affiliate(people["viewer"], listing.organisation, PersonRole.VIEWER)
        listings[name] = listing
    for role in OF_THE_BRIDGE:
        staff(bridge, UserFactory(email=f"{role}@{domain}", name=role.title()), BridgeRole(role))
    UserFactory(email=f"stranger@{domain}", name="Stranger")
    return Cast(
        bridge=bridge,
        a=listings["a"].organisation,
        b=listings["b"].organisation,
        c=listings["c"].organisation,
        need=listings["a"],
        offer=listings["b"],
        third=listings["c"],
        proposal=propose(listings["a"], listings["b"]),
        other_proposal=propose(listings["c"], listings["b"]),
        domain=domain,
    )
