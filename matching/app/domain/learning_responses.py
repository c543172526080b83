"""Responses to proposals as something to learn from. Who gives one, and whether they may, is the caller's."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from matching.app.enums import ResponseKind
from matching.app.models import Proposal, Response
from matching.core.learning.responses import FOR, Example, verdict_of
from qiao.bridges.models import Bridge
from qiao.bridges.rules import role_on
from qiao.directory.models import Organisation


@transaction.atomic
def record_response(
    proposal: Proposal, *, actor: Any, organisation: Organisation, kind: ResponseKind, reason: str = ""
) -> Response:
    """Keep what one side did with a proposal, with the values it stood on. Part of the caller's act, which is audited.

    Doing it again changes nothing but the reason. Of something both sides did together, such as a meeting, each side's
    is recorded. `actor` is None for the system itself.
    """
    side, other_id = (
        ("first", proposal.second_id) if proposal.first_id == organisation.pk else ("second", proposal.first_id)
    )
    return _record(
        proposal.bridge,
        actor,
        organisation,
        other_id,
        kind,
        reason,
        proposal=proposal,
        values=proposal.reasons.get("values", {}).get(side, {}),
        rank=getattr(proposal, f"rank_for_{side}"),
        model_version=proposal.model_version,
    )


@transaction.atomic
def record_response_without_proposal(
    bridge: Bridge, *, actor: Any, organisation: Organisation, other: Organisation, kind: ResponseKind, reason: str = ""
) -> Response:
    """The same for a pair that the matcher has not proposed, such as one introduced by hand.

    It teaches nothing, for there are no values it stood on; the pair takes no place among the proposals.
    """
    return _record(bridge, actor, organisation, other.pk, kind, reason)


def _record(
    bridge: Bridge, actor: Any, organisation: Organisation, other_id: int, kind: str, reason: str, **facts: Any
) -> Response:
    response, is_new = Response.objects.get_or_create(
        bridge=bridge,
        organisation=organisation,
        other_id=other_id,
        kind=kind,
        voided_at=None,
        defaults={
            "user": actor,
            "reason": reason,
            "by_staff": actor is not None and (actor.is_superuser or role_on(actor, bridge) is not None),
            **facts,
        },
    )
    if not is_new and response.reason != reason:
        response.reason = reason
        response.save(update_fields=["reason", "updated_at"])
    return response


def void_response(proposal: Proposal, *, organisation: Organisation, kind: ResponseKind) -> bool:
    """Undo a response: it is kept, and counts no longer. Part of the caller's act; returns whether there was one."""
    other_id = proposal.second_id if proposal.first_id == organisation.pk else proposal.first_id
    return void_response_between(proposal.bridge_id, organisation_id=organisation.pk, other_id=other_id, kind=kind)


def void_response_between(bridge_id: int, *, organisation_id: int, other_id: int, kind: ResponseKind) -> bool:
    """The same for a pair that need not have a proposal."""
    now = timezone.now()
    standing = Response.objects.standing().filter(
        bridge_id=bridge_id, organisation_id=organisation_id, other_id=other_id
    )
    return bool(standing.filter(kind=kind).update(voided_at=now, updated_at=now))


def examples_of(bridge_id: int) -> list[Example]:
    """What the bridge's responses teach: one example for each side of a pair that has said something of the fit."""
    given: dict[tuple[int, int], list[Response]] = defaultdict(list)
    for response in Response.objects.that_count().filter(bridge=bridge_id).order_by("pk"):
        given[response.organisation_id, response.other_id].append(response)
    examples = []
    for (organisation_id, other_id), responses in given.items():
        verdict = verdict_of([(response.kind, response.reason) for response in responses])
        if verdict is None:
            continue
        values = next(one.values for one in reversed(responses) if (one.kind in FOR) == verdict.positive)
        if not values:  # to a proposal from before values were kept
            continue
        low, high = sorted((organisation_id, other_id))
        examples.append(Example(f"{low}-{high}", str(organisation_id), values, verdict))
    return examples
