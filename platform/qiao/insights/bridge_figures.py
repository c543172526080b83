"""What goes on on a bridge, in a few numbers that anybody may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Q

from matching.app.models import Proposal
from qiao.bridges.models import Bridge
from qiao.directory.enums import Direction
from qiao.directory.models import Listing, Membership

KEPT_SECONDS = 60


@dataclass(frozen=True)
class SideFigures:
    """One end of the bridge. Names are told by the page, in the reader's language."""

    code: str
    country: str
    members: int


@dataclass(frozen=True)
class BridgeFigures:
    """Numbers of one bridge: members by side, live needs and offers, those in each language, proposals that hold."""

    sides: tuple[SideFigures, ...]
    needs: int
    offers: int
    in_english: int
    in_chinese: int
    proposals: int

    @property
    def members(self) -> int:
        """Members of all sides."""
        return sum(side.members for side in self.sides)

    @property
    def listings(self) -> int:
        """Live needs and offers."""
        return self.needs + self.offers


def bridge_figures(bridge: Bridge) -> BridgeFigures:
    """The figures of a bridge, at most a minute old."""
    key = f"bridge-figures:1:{bridge.pk}"
    kept: BridgeFigures | None = cache.get(key)
    if kept is None:
        kept = count_bridge(bridge)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def count_bridge(bridge: Bridge) -> BridgeFigures:
    """The figures as they are now, in four queries however large the bridge is."""
    members = dict(
        Membership.objects.on_bridge(bridge)
        .approved()
        .order_by()
        .values_list("side_id")
        .annotate(Count("id"))
        .values_list("side_id", "id__count")
    )
    listings = (
        Listing.objects.on_bridge(bridge)
        .live()
        .aggregate(
            needs=Count("pk", filter=Q(direction=Direction.NEED)),
            offers=Count("pk", filter=Q(direction=Direction.OFFER)),
            in_english=Count("pk", filter=Q(language="en")),
            in_chinese=Count("pk", filter=Q(language="zh")),
        )
    )
    return BridgeFigures(
        sides=tuple(
            SideFigures(code=side.code, country=side.country, members=members.get(side.pk, 0))
            for side in bridge.sides.all()
        ),
        proposals=Proposal.objects.on_bridge(bridge).current().count(),
        **listings,
    )
