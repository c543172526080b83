"""Reads of introductions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qiao.bridges.models import BridgeStaff
from qiao.directory.models import Affiliation, Block
from qiao.partnerships.enums import BROKERING, LIVE, Answer, IntroductionState

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Organisation
    from qiao.partnerships.models import Introduction


def brokering(user: Any) -> models.QuerySet[BridgeStaff]:
    """The person's posts on bridges by which they see introductions."""
    return BridgeStaff.objects.filter(user=user, role__in=BROKERING)


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    """Introductions and requests for one."""

    def visible_to(self, user: Any) -> IntroductionQuerySet:
        """Those of the person's organisations that know of them, and all of the bridges the person brokers on.

        A side that was not asked yet does not know: a request waits for a place, or lies with the advisers.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        # Looked up once for the whole list, not for each row: a desk has tens of thousands.
        return self.filter(
            models.Q(bridge__in=brokering(user).values("bridge_id"))
            | models.Q(pk__in=_parties_of(user).values("introduction_id"))
        )

    def on_bridge(self, bridge: Bridge) -> IntroductionQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def known_to(self, organisation: Organisation) -> IntroductionQuerySet:
        """Those the organisation has asked for or was asked about."""
        return self.filter(
            models.Exists(_known().filter(introduction=models.OuterRef("pk"), organisation=organisation))
        )

    def live(self) -> IntroductionQuerySet:
        """Something is still to come of them."""
        return self.filter(state__in=LIVE)

    def past_their_date(self) -> IntroductionQuerySet:
        """Requests whose date to answer has gone by."""
        return self.filter(
            state__in=(IntroductionState.REQUESTED, IntroductionState.QUEUED, IntroductionState.WITH_ADVISERS),
            lapses_at__lte=timezone.now(),
        )

    def requests_of(self, organisation: Organisation) -> IntroductionQuerySet:
        """What it has asked for and waits to hear of: these take its places for requests, in a pause as well."""
        return self._in_state(
            IntroductionState.REQUESTED, IntroductionState.QUEUED, IntroductionState.WITH_ADVISERS
        ).filter(
            models.Exists(
                _party_model().filter(organisation=organisation, asks=True, introduction=models.OuterRef("pk"))
            )
        )

    def requests_to(self, organisation: Organisation) -> IntroductionQuerySet:
        """What was put to it and not answered: what waits for it, in a pause as well. Not of whom it has blocked."""
        blocked = Block.objects.filter(organisation=organisation).values("blocked")
        return (
            self._in_state(IntroductionState.REQUESTED)
            .filter(
                pk__in=_party_model()
                .filter(organisation=organisation, asked_at__isnull=False, answer=Answer.NONE)
                .values("introduction_id"),
            )
            .exclude(models.Q(first__in=blocked) | models.Q(second__in=blocked))
        )

    def places_taken_at(self, organisation: Organisation) -> IntroductionQuerySet:
        """What takes its places for requests received: whatever its askers take to be waiting for its answer.

        One it has refused, put off or was never shown keeps its place until its date, as if nothing were said: who
        waits behind it would see the queue move, and know that somebody was refused. What one is asked in turn, after
        one has asked oneself, comes on top.
        """
        return self._in_state(IntroductionState.REQUESTED).filter(
            pk__in=_party_model()
            .filter(organisation=organisation, asks=False, has_asked=False)
            .exclude(answer=Answer.INTERESTED)
            .values("introduction_id"),
        )

    def _in_state(self, *states: str) -> IntroductionQuerySet:
        """In one of the states, or paused from it: it goes on there, and must find its place."""
        return self.filter(
            models.Q(state__in=states) | models.Q(state=IntroductionState.PAUSED, paused_from__in=states)
        )

    def in_full(self) -> IntroductionQuerySet:
        """With what a page shows of each, in a constant number of queries."""
        return self.select_related(
            "bridge", "first", "second", "proposal", "first_listing", "second_listing", "next_step_by"
        ).prefetch_related(
            models.Prefetch("parties", _party_model().select_related("organisation", "contact", "adviser"))
        )


def _party_model() -> models.QuerySet[Any]:
    from qiao.partnerships.models import Party

    return Party.objects.all()


def _known() -> models.QuerySet[Any]:
    return _party_model().filter(
        models.Q(asks=True) | models.Q(asked_at__isnull=False) | models.Q(ended_at_message__isnull=False)
    )


def _parties_of(user: Any) -> models.QuerySet[Any]:
    return _known().filter(organisation__in=Affiliation.objects.filter(user=user).values("organisation_id"))
