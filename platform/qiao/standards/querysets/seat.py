"""Reads of seats and nominations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import REVIEWS
from qiao.directory.models import Affiliation
from qiao.standards.enums import OPEN_NOMINATIONS, NominationState, SeatState

if TYPE_CHECKING:
    from qiao.standards.models import Group, Nomination, Seat


def _desks(user: Any) -> Any:
    return BridgeStaff.objects.filter(user=user, role__in=REVIEWS).values("bridge_id")


def _own(user: Any) -> Any:
    return Affiliation.objects.filter(user=user).values("organisation_id")


class SeatQuerySet(models.QuerySet["Seat"]):
    """Seats."""

    def visible_to(self, user: Any) -> SeatQuerySet:
        """Who sits in a group of an open bridge is public, without addresses; ended ones for the bridge's desk and
        the organisation's own people. Declarations are shown by `reads_declarations`."""
        if user.is_authenticated and user.is_superuser:
            return self
        public = models.Q(group__bridge__state="open") & ~models.Q(state=SeatState.ENDED)
        if not user.is_authenticated:
            return self.filter(public)
        return self.filter(
            public
            | models.Q(group__bridge__in=_desks(user))
            | models.Q(organisation__in=_own(user))
            | models.Q(user=user)
        )

    def of_group(self, group: Group) -> SeatQuerySet:
        """Of one group."""
        return self.filter(group=group)

    def held(self) -> SeatQuerySet:
        """Not ended."""
        return self.exclude(state=SeatState.ENDED)

    def voting(self) -> SeatQuerySet:
        """With all the rights of a seat."""
        return self.filter(state=SeatState.ACTIVE)

    def in_full(self) -> SeatQuerySet:
        """With what a list shows of each, in a constant number of queries."""
        return self.select_related("organisation", "side", "group", "group__committee", "group__bridge")


class NominationQuerySet(models.QuerySet["Nomination"]):
    """Nominations."""

    def visible_to(self, user: Any) -> NominationQuerySet:
        """The bridge's desk, the organisation's people, and who is nominated once they are."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        nominee = models.Q(nominee=user) & ~models.Q(state=NominationState.INTEREST)
        return self.filter(models.Q(group__bridge__in=_desks(user)) | models.Q(organisation__in=_own(user)) | nominee)

    def open(self) -> NominationQuerySet:
        """Somebody still has to act."""
        return self.filter(state__in=OPEN_NOMINATIONS)

    def in_full(self) -> NominationQuerySet:
        """With what a list shows of each, in a constant number of queries."""
        return self.select_related(
            "organisation", "group", "group__committee", "group__committee__body", "group__bridge", "endorsing"
        )
