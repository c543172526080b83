"""Writes of organisations and their membership of bridges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge, Side
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line, clean_text
from qiao.common.validation import check_model
from qiao.directory import rules as may
from qiao.directory.domain.indexing import index_organisation
from qiao.directory.domain.trust.email_domain import check_email_domain
from qiao.directory.enums import MembershipState, PersonRole
from qiao.directory.models import Affiliation, Membership, Organisation, Sector
from qiao.directory.transitions import MEMBERSHIP

LINES = (
    "name_en", "name_zh", "region_en", "region_zh", "city_en", "city_zh", "website", "summary_en", "summary_zh",
)  # fmt: skip
TEXTS = ("description_en", "description_zh")
FIELDS = (*LINES, *TEXTS, "kind", "size", "founded", "country")


@transaction.atomic
def create_organisation(
    *, actor: Any, sectors: Iterable[Sector] = (), managed_by: Bridge | None = None, **fields: Any
) -> Organisation:
    """Make a profile. The actor becomes its owner, unless it is managed by a bridge until it is claimed.

    Raises `Duplicate` when a visible organisation of the same country has the same name, `InvalidInput` for bad values.
    """
    organisation = Organisation(managed_by=managed_by)
    _assign(organisation, fields)
    _refuse_duplicate(organisation)
    organisation.save()
    organisation.sectors.set(sectors)
    if managed_by is None and actor is not None:
        Affiliation.objects.create(user=actor, organisation=organisation, role=PersonRole.OWNER)
    index_organisation(organisation)
    record(
        "create_organisation",
        organisation,
        actor=actor,
        organisation_id=organisation.pk,
        bridge_id=managed_by.pk if managed_by else None,
    )
    check_email_domain(organisation.pk)
    return organisation


@transaction.atomic
def update_organisation(
    organisation: Organisation, *, actor: Any, sectors: Iterable[Sector] | None = None, **fields: Any
) -> Organisation:
    """Change a profile. Its listings are matched anew, because kind, size and place are part of the fit."""
    if not may.writes_for(actor, organisation):
        raise NotAllowed
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    _assign(organisation, fields)
    _refuse_duplicate(organisation)
    organisation.save()
    if sectors is not None:
        organisation.sectors.set(sectors)
    index_organisation(organisation)
    record(
        "update_organisation",
        organisation,
        actor=actor,
        organisation_id=organisation.pk,
        detail={"fields": sorted(fields)},
    )
    check_email_domain(organisation.pk)
    emit("organisation.changed", organisation_id=organisation.pk)
    return organisation


@transaction.atomic
def apply_to_bridge(organisation: Organisation, *, actor: Any, bridge: Bridge, side: Side | None = None) -> Membership:
    """Ask for membership of a bridge, on the side of the organisation's country unless one is given.

    Raises `InvalidInput` when the bridge has no side for the organisation's country.
    """
    if not may.writes_for(actor, organisation):
        raise NotAllowed
    side = side or side_for(organisation, bridge)
    membership = Membership.objects.select_for_update().filter(bridge=bridge, organisation=organisation).first()
    if membership is None:
        membership = Membership.objects.create(bridge=bridge, organisation=organisation, side=side)
        before = ""
    elif membership.state in (MembershipState.APPLIED, MembershipState.APPROVED):
        return membership
    else:
        before = move(membership, MEMBERSHIP, MembershipState.APPLIED)
        membership.side, membership.applied_at = side, timezone.now()
        membership.save(update_fields=["side", "applied_at"])
    record(
        "apply_to_bridge",
        membership,
        actor=actor,
        bridge_id=bridge.pk,
        organisation_id=organisation.pk,
        before=before,
        after=membership.state,
    )
    return membership


@transaction.atomic
def leave_bridge(membership: Membership, *, actor: Any) -> Membership:
    """End a membership: listings on that bridge are no longer shown or matched."""
    if not may.owns(actor, membership.organisation):
        raise NotAllowed
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    before = move(membership, MEMBERSHIP, MembershipState.LEFT)
    record(
        "leave_bridge",
        membership,
        actor=actor,
        bridge_id=membership.bridge_id,
        organisation_id=membership.organisation_id,
        before=before,
        after=membership.state,
    )
    emit("membership.changed", membership_id=membership.pk)
    return membership


def side_for(organisation: Organisation, bridge: Bridge) -> Side:
    """The bridge's side for the organisation's country. Raises `InvalidInput` when there is none."""
    side = bridge.sides.filter(country=organisation.country).first()
    if side is None:
        raise InvalidInput(
            errors={"country": [_("This bridge has no side in your country. Choose the side you work from.")]}
        )
    return side


def _assign(organisation: Organisation, fields: dict[str, Any]) -> None:
    fill_organisation(organisation, fields)
    check_model(organisation)


def fill_organisation(organisation: Organisation, fields: dict[str, Any]) -> None:
    """Set cleaned values on a profile and save nothing. Raises `InvalidInput` when it has no name."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    for name, value in fields.items():
        if name in LINES:
            value = clean_line(value or "")
        elif name in TEXTS:
            value = clean_text(value or "")
        elif name == "size":
            value = value or ""
        setattr(organisation, name, value)
    if not organisation.name_en and not organisation.name_zh:
        message = _("Give the name in English or in Chinese.")
        raise InvalidInput(errors={"name_en": [message]})


def _refuse_duplicate(organisation: Organisation) -> None:
    same = Organisation.objects.filter(country=organisation.country).exclude(pk=organisation.pk)
    for name in ("name_en", "name_zh"):
        value = getattr(organisation, name)
        if value and same.filter(**{f"{name}__iexact": value}).exists():
            raise Duplicate(
                _("An organisation of this country has this name already. Ask its people for an invitation."),
                field=name,
            )
