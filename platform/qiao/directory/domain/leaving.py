"""Deleting an account, with what only that person has."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.directory.domain.trust.email_domain import check_email_domain
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Invitation, Organisation
from qiao.notifications.models import OutgoingMail


def organisations_that_hold(user: Any) -> list[Organisation]:
    """Organisations with other people in which the person is the only owner: an owner must be named first."""
    return [organisation for organisation in _owned_alone(user) if organisation.affiliations.count() > 1]


def organisations_left_empty(user: Any) -> list[Organisation]:
    """Organisations of which the person is the only one: they go with the account."""
    alone = Organisation.objects.filter(affiliations__user=user)
    return [organisation for organisation in alone if organisation.affiliations.count() == 1]


def bridges_that_hold(user: Any) -> list[Bridge]:
    """Bridges of which the person is the only owner."""
    owned = Bridge.objects.filter(staff__user=user, staff__role=BridgeRole.OWNER)
    others = BridgeStaff.objects.filter(role=BridgeRole.OWNER).exclude(user=user)
    return [bridge for bridge in owned if not others.filter(bridge=bridge).exists()]


@transaction.atomic
def delete_account(user: User, *, actor: Any, with_organisations: bool = False) -> None:
    """Delete the account and every personal datum of it; the audit log keeps its number only.

    Organisations of which the person is the only one are deleted too, when `with_organisations` says so.

    Raises `InvalidInput` while the person is the only owner of a bridge, of an organisation with other people, or of
    one that may not be deleted with the account.
    """
    if actor.pk != user.pk and not actor.is_superuser:
        raise NotAllowed
    # Lock the organisations first, so that a colleague who joins or leaves meanwhile is seen.
    ids = list(
        Affiliation.objects.filter(user=user).order_by("organisation_id").values_list("organisation_id", flat=True)
    )
    list(Organisation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    if bridges_that_hold(user):
        raise InvalidInput(_("You are the only owner of a bridge. Make somebody else its owner first."))
    if organisations_that_hold(user):
        raise InvalidInput(
            _("You are the only owner of an organisation with other people. Make one of them its owner.")
        )
    empty = organisations_left_empty(user)
    if empty and not with_organisations:
        raise InvalidInput(
            errors={"with_organisations": [_("Nobody else is with this organisation. Confirm that it is deleted too.")]}
        )
    for organisation in empty:
        _delete_organisation(organisation, actor=actor)
    _forget_addresses(user)
    record("delete_account", user, actor=actor)
    user.delete()
    for organisation_id in ids:
        check_email_domain(organisation_id)


def _owned_alone(user: Any) -> list[Organisation]:
    owned = Organisation.objects.filter(affiliations__user=user, affiliations__role=PersonRole.OWNER)
    others = Affiliation.objects.filter(role=PersonRole.OWNER).exclude(user=user)
    return [organisation for organisation in owned if not others.filter(organisation=organisation).exists()]


def _delete_organisation(organisation: Organisation, *, actor: Any) -> None:
    record("delete_organisation", organisation, actor=actor, organisation_id=organisation.pk)
    organisation.delete()


def _forget_addresses(user: User) -> None:
    """Messages and invitations hold the address itself, not the account."""
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    to_them, invited = Q(), Q()
    for address in addresses:
        to_them |= Q(to__iexact=address)
        invited |= Q(email__iexact=address)
    OutgoingMail.objects.filter(to_them).delete()
    Invitation.objects.filter(invited).delete()
