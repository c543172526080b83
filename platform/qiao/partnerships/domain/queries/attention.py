"""What of its introductions waits for an organisation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from qiao.bridges.models import Bridge
from qiao.directory.models import Block, Organisation
from qiao.partnerships.enums import Answer, IntroductionState, MilestoneState
from qiao.partnerships.models import Confirmation, Introduction, Message, Milestone, Party, ReadMark


def waiting_for(user: Any, bridge: Bridge) -> int:
    """How many introductions of the person's organisations want something of them: the number in the site's head.

    A request to answer, messages not read, or a milestone to confirm. One query.
    """
    parties = Party.objects.filter(
        Q(asks=True) | Q(asked_at__isnull=False),
        introduction__bridge=bridge,
        organisation__in=user.affiliations.values("organisation_id"),
    )
    to_answer = Q(
        introduction__state=IntroductionState.REQUESTED, asked_at__isnull=False, asks=False, answer=Answer.NONE
    )
    read = ReadMark.objects.filter(introduction=OuterRef("introduction_id"), user=user).values("last_message_id")
    unread = (
        Message.objects.visible_to(user)
        .filter(introduction=OuterRef("introduction_id"), retracted_at__isnull=True)
        .exclude(author=user)
        .filter(pk__gt=Coalesce(Subquery(read), Value(0)))
    )
    to_confirm = _to_confirm(OuterRef("organisation_id")).filter(introduction=OuterRef("introduction_id"))
    # What comes of whom one has blocked does not call for attention.
    blocked = Block.objects.filter(organisation=OuterRef("organisation_id")).filter(
        Q(blocked=OuterRef("introduction__first_id")) | Q(blocked=OuterRef("introduction__second_id"))
    )
    parties = parties.exclude(Exists(blocked))
    wanting = parties.filter(to_answer | Q(Exists(unread)) | Q(Exists(to_confirm)))
    return wanting.values("introduction_id").distinct().count()


def with_milestones_to_confirm(organisation: Organisation, introductions: Iterable[Introduction]) -> set[int]:
    """Those of the introductions with a milestone on which the organisation has not said anything yet."""
    ids = [one.pk for one in introductions]
    return set(_to_confirm(organisation.pk).filter(introduction__in=ids).values_list("introduction_id", flat=True))


def _to_confirm(organisation_id: Any) -> QuerySet[Milestone]:
    said = Confirmation.objects.filter(milestone=OuterRef("pk"))
    own = (
        said.filter(organisation=OuterRef(organisation_id))
        if isinstance(organisation_id, OuterRef)
        else said.filter(organisation=organisation_id)
    )
    return Milestone.objects.filter(state=MilestoneState.AWAITING).exclude(Exists(own))
