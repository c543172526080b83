"""Suspending a member, and taking it back: decisions of organisers, told to its people with the reason."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.states import move
from qiao.common.text import clean_text
from qiao.directory.enums import MembershipState, PersonRole
from qiao.directory.models import Membership
from qiao.directory.transitions import MEMBERSHIP
from qiao.notifications.domain.inbox import notify
from qiao.notifications.domain.mail import write_mail
from qiao.notifications.enums import Topic


@transaction.atomic
def suspend_membership(membership: Membership, *, actor: Any, reason: str) -> Membership:
    """Hide a member and its listings, and propose it to nobody, until it is restored.

    Raises `InvalidInput` without a reason.
    """
    reason = clean_text(reason)
    if not reason:
        raise InvalidInput(errors={"reason": [_("Say why: the organisation reads it.")]})
    if len(reason) > 2000:
        raise InvalidInput(errors={"reason": [_("Keep it under 2,000 characters.")]})
    return _move(membership, MembershipState.SUSPENDED, "suspend_membership", actor, reason)


@transaction.atomic
def restore_membership(membership: Membership, *, actor: Any, reason: str = "") -> Membership:
    """Show a suspended member again, as it was."""
    return _move(membership, MembershipState.APPROVED, "restore_membership", actor, clean_text(reason)[:2000])


def _move(membership: Membership, to: str, verb: str, actor: Any, reason: str) -> Membership:
    if not runs_bridge(actor, membership.bridge):
        raise NotAllowed
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation", "bridge")
        .get(pk=membership.pk)
    )
    if to == MembershipState.APPROVED and membership.state != MembershipState.SUSPENDED:
        raise InvalidInput(_("It is not suspended. Somebody may have restored it already."))
    before = move(membership, MEMBERSHIP, to)
    record(
        verb,
        membership,
        actor=actor,
        bridge_id=membership.bridge_id,
        organisation_id=membership.organisation_id,
        before=before,
        after=to,
    )
    _tell(membership, verb, reason)
    emit("membership.changed", membership_id=membership.pk)
    return membership


def _tell(membership: Membership, verb: str, reason: str) -> None:
    """Tell everybody who writes for the organisation, by mail too: whether one hears of it is no matter of taste."""
    kind = "membership_suspended" if verb == "suspend_membership" else "membership_restored"
    url = f"/{membership.bridge.slug}/my/?organisation={membership.organisation.public_id}"
    writers = membership.organisation.affiliations.filter(role__in=(PersonRole.OWNER, PersonRole.EDITOR))
    for affiliation in writers.select_related("user"):
        user = affiliation.user
        write_mail(
            kind,
            to=user.email,
            language=user.language,
            context={
                "person": user,
                "organisation": membership.organisation,
                "bridge": membership.bridge,
                "reason": reason,
                "url": settings.SITE_URL + url,
            },
            recipient=user,
        )
        notify(user, kind, topic=Topic.REVIEWS, url=url, subject=str(membership.bridge.name))
