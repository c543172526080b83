"""What an organisation says to an invitation."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from qiao.activity.domain.audit import record
from qiao.calls.models import CallInvitation
from qiao.common.errors import NotAllowed
from qiao.directory.rules import writes_for


@transaction.atomic
def decline_invitation(invitation: CallInvitation, *, actor: Any) -> CallInvitation:
    """Say that one does not want to enter. The owner of the call sees a number, not whose it is."""
    if not writes_for(actor, invitation.organisation):
        raise NotAllowed
    invitation = CallInvitation.objects.select_for_update(of=("self",)).select_related("call").get(pk=invitation.pk)
    if invitation.declined_at is None:
        invitation.declined_at = timezone.now()
        invitation.save(update_fields=["declined_at", "updated_at"])
        _log(invitation, "decline_call_invitation", actor)
    return invitation


@transaction.atomic
def undo_decline(invitation: CallInvitation, *, actor: Any) -> CallInvitation:
    """Take that back."""
    if not writes_for(actor, invitation.organisation):
        raise NotAllowed
    invitation = CallInvitation.objects.select_for_update(of=("self",)).select_related("call").get(pk=invitation.pk)
    if invitation.declined_at is not None:
        invitation.declined_at = None
        invitation.save(update_fields=["declined_at", "updated_at"])
        _log(invitation, "undo_decline_call_invitation", actor)
    return invitation


def _log(invitation: CallInvitation, verb: str, actor: Any) -> None:
    record(
        verb,
        invitation,
        actor=actor,
        bridge_id=invitation.call.bridge_id,
        organisation_id=invitation.organisation_id,
        private=True,
    )
