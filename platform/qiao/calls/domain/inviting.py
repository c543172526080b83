"""Whom the matcher invites to a call: those whose offers answer it, few times each."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from matching.app.domain.prospects import Prospect, prospects_for
from qiao.bridges.models import Bridge
from qiao.calls.domain.notices import log_call, path_of, tell_people_of
from qiao.calls.models import Call, CallInvitation, Entry
from qiao.directory.domain.listings import fill_listing
from qiao.directory.enums import Direction
from qiao.directory.models import Listing, Organisation

#: An organisation is invited to so many calls of a bridge within `WITHIN`, whatever it would suit.
MOST_AT_ONCE = 3
WITHIN = timedelta(days=30)
#: Each call that an organisation was invited to lately lets it come so much later for the next one.
LATER = 0.9


def invite_members(call_id: int) -> int:
    """Invite the members whom the call may suit, as far as it has places for them; returns how many.

    Whoever is nearest comes first, but who was invited to others lately comes later, and not more than three times in
    thirty days. Twice does nothing the second time. The matcher works before the transaction: nobody waits for it.
    """
    call = Call.objects.to_invite_to().in_full().filter(pk=call_id).first()
    if call is None:
        return 0
    # More than there are places, since some have been invited often.
    prospects = prospects_for(need_of(call), sectors=list(call.sectors.all())) if call.most_invited else []
    with transaction.atomic():
        # Calls that open at the same moment choose one after the other: each sees whom the others have invited.
        Bridge.objects.select_for_update(no_key=True).get(pk=call.bridge_id)
        now = Call.objects.to_invite_to().select_for_update(of=("self",)).filter(pk=call_id).first()
        if now is None:
            return 0
        chosen = _chosen(call, prospects)
        CallInvitation.objects.bulk_create(
            CallInvitation(
                call=call,
                organisation_id=one.organisation_id,
                score=one.score,
                reasons={"reasons": one.reasons, "gains": one.gains},
            )
            for one in chosen
        )
        Call.objects.filter(pk=call_id).update(invited_at=timezone.now())
        log_call(call, "invite_members", actor=None, detail={"organisations": len(chosen)})
        organisations = Organisation.objects.in_bulk([one.organisation_id for one in chosen])
        for one in chosen:
            organisation = organisations[one.organisation_id]
            tell_people_of(
                organisation, call, "call_invited", url=path_of(call), mail="call_invited", key=organisation.public_id,
                owner=call.organisation, prospect=one,
            )  # fmt: skip
    return len(chosen)


def need_of(call: Call) -> Listing:
    """The call as the matcher reads it: a need that is not stored."""
    need = Listing(
        organisation=call.organisation, bridge=call.bridge, direction=Direction.NEED, published_at=timezone.now()
    )
    fill_listing(
        need,
        {
            "kind": call.kind,
            "language": call.language,
            "title": call.title,
            "text": call.brief,
            "other_title": call.other_title,
            "other_text": call.other_brief,
            "partner_kinds": call.partner_kinds,
        },
    )
    return need


def _chosen(call: Call, prospects: list[Prospect]) -> list[Prospect]:
    taken = set(Entry.objects.filter(call=call).values_list("organisation_id", flat=True))
    lately = CallInvitation.objects.on_bridge(call.bridge).filter(created_at__gt=timezone.now() - WITHIN)
    often = Counter(lately.values_list("organisation_id", flat=True))
    free = [one for one in prospects if one.organisation_id not in taken and often[one.organisation_id] < MOST_AT_ONCE]
    free.sort(key=lambda one: (-one.score * LATER ** often[one.organisation_id], one.organisation_id))
    return free[: call.most_invited]
