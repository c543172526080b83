"""Writes of an organisation's people: invitations, roles, leaving, claiming a managed profile."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, NotFound
from qiao.common.validation import check_model
from qiao.directory import rules as may
from qiao.directory.domain.trust.email_domain import check_email_domain
from qiao.directory.enums import InvitationPurpose, PersonRole
from qiao.directory.models import Affiliation, Invitation, Organisation
from qiao.notifications.domain.mail import write_mail
from qiao.notifications.domain.telling import tell
from qiao.notifications.enums import Topic

VALID_FOR = timedelta(days=14)
#: Open invitations of one organisation: the site must not become a way to mail strangers in numbers.
MOST_OPEN = 30


@transaction.atomic
def invite_colleague(organisation: Organisation, *, actor: Any, email: str, role: str) -> Invitation:
    """Send a link to an address; whoever opens it signed in with that address joins with the role."""
    if not may.owns(actor, organisation):
        raise NotAllowed
    if organisation.affiliations.filter(user__email__iexact=email).exists():
        raise Duplicate(_("This person is already with your organisation."), field="email")
    return _invite(organisation, actor, email, role, InvitationPurpose.COLLEAGUE)


@transaction.atomic
def invite_to_claim(organisation: Organisation, *, actor: Any, email: str) -> Invitation:
    """Send the link with which a person takes over a managed profile as its owner."""
    if organisation.managed_by is None or not runs_bridge(actor, organisation.managed_by):
        raise NotAllowed
    return _invite(organisation, actor, email, PersonRole.OWNER, InvitationPurpose.CLAIM)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Any) -> Invitation:
    """Make a link useless."""
    organisation = invitation.organisation
    if not (may.owns(actor, organisation) or may.runs_its_bridge(actor, organisation)):
        raise NotAllowed
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record("revoke_invitation", invitation, actor=actor, organisation_id=organisation.pk)
    return invitation


def find_invitation(token: str) -> Invitation:
    """The open invitation behind a link. Raises `NotFound` for one that is unknown, used, revoked or past its date."""
    invitation = (
        Invitation.objects.open().select_related("organisation", "invited_by").filter(token_hash=_hash(token)).first()
    )
    if invitation is None:
        raise NotFound(_("This invitation has been used, taken back or has run out. Ask for a new one."))
    return invitation


@transaction.atomic
def accept_invitation(token: str, *, actor: Any) -> Affiliation:
    """Join. Raises `NotAllowed` when it was sent to another address than the actor's."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=find_invitation(token).pk)
    if invitation.email.lower() != actor.email.lower():
        raise NotAllowed(
            _("This invitation was sent to another address. Sign in with that one, or ask for an invitation to yours.")
        )
    organisation = invitation.organisation
    affiliation, created = Affiliation.objects.get_or_create(
        user=actor, organisation=organisation, defaults={"role": invitation.role}
    )
    if not created and invitation.purpose == InvitationPurpose.CLAIM:
        affiliation.role = invitation.role
        affiliation.save(update_fields=["role"])
    if invitation.purpose == InvitationPurpose.CLAIM:
        organisation.managed_by = None
        organisation.save(update_fields=["managed_by", "updated_at"])
    invitation.accepted_at, invitation.accepted_by = timezone.now(), actor
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    if invitation.invited_by and created and invitation.purpose == InvitationPurpose.COLLEAGUE:
        tell(invitation.invited_by, "colleague_joined", topic=Topic.TRUST, subject=actor.display_name)
    record(
        "accept_invitation",
        invitation,
        actor=actor,
        organisation_id=organisation.pk,
        after=str(affiliation.role),
    )
    check_email_domain(organisation.pk)
    return affiliation


@transaction.atomic
def change_person_role(affiliation: Affiliation, *, actor: Any, role: str) -> Affiliation:
    """Give a person another role. Raises `InvalidInput` when that would leave no owner."""
    if not may.owns(actor, affiliation.organisation):
        raise NotAllowed
    if role not in PersonRole.values:
        raise InvalidInput(errors={"role": [_("Choose a role from the list.")]})
    affiliation = _locked_with_owners(affiliation)
    if affiliation.role == PersonRole.OWNER and role != PersonRole.OWNER:
        _refuse_last_owner(affiliation)
    before, affiliation.role = affiliation.role, PersonRole(role)
    affiliation.save(update_fields=["role", "updated_at"])
    record(
        "change_person_role",
        affiliation,
        actor=actor,
        organisation_id=affiliation.organisation_id,
        before=before,
        after=role,
    )
    check_email_domain(affiliation.organisation_id)
    return affiliation


@transaction.atomic
def remove_person(affiliation: Affiliation, *, actor: Any) -> None:
    """Remove a person, or leave oneself. Raises `InvalidInput` when that would leave no owner."""
    if affiliation.user_id != actor.pk and not may.owns(actor, affiliation.organisation):
        raise NotAllowed
    affiliation = _locked_with_owners(affiliation)
    if affiliation.role == PersonRole.OWNER:
        _refuse_last_owner(affiliation)
    record(
        "leave_organisation" if affiliation.user_id == actor.pk else "remove_person",
        affiliation,
        actor=actor,
        organisation_id=affiliation.organisation_id,
        before=affiliation.role,
    )
    affiliation.delete()
    check_email_domain(affiliation.organisation_id)


def _locked_with_owners(affiliation: Affiliation) -> Affiliation:
    """Lock the organisation first, so that two owners leaving at once cannot both be allowed."""
    Organisation.objects.select_for_update(of=("self",)).get(pk=affiliation.organisation_id)
    return Affiliation.objects.select_related("organisation").get(pk=affiliation.pk)


def _refuse_last_owner(affiliation: Affiliation) -> None:
    others = affiliation.organisation.affiliations.filter(role=PersonRole.OWNER).exclude(pk=affiliation.pk)
    if not others.exists():
        raise InvalidInput(_("An organisation needs an owner. Make somebody else an owner first."))


def _invite(organisation: Organisation, actor: Any, email: str, role: str, purpose: InvitationPurpose) -> Invitation:
    """Write an invitation and its message. A later one to the same address takes the place of the earlier."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        organisation=organisation,
        purpose=purpose,
        email=email.strip().lower(),
        role=role,
        token_hash=_hash(token),
        invited_by=actor,
        expires_at=timezone.now() + VALID_FOR,
    )
    check_model(invitation, exclude=("accepted_at", "accepted_by", "revoked_at"))
    open_ones = organisation.invitations.open()
    open_ones.filter(email=invitation.email, purpose=purpose).update(revoked_at=timezone.now())
    if open_ones.count() >= MOST_OPEN:
        raise InvalidInput(_("Too many invitations are open. Take some back, or wait until they are accepted."))
    invitation.save()
    known = User.objects.filter(email__iexact=invitation.email).first()
    write_mail(
        f"invitation_{purpose}",
        to=invitation.email,
        language=known.language if known else (get_language() or "en"),
        context={
            "organisation": organisation,
            "bridge": organisation.managed_by,
            "actor": actor,
            "invitation": invitation,
            "url": f"{settings.SITE_URL}/invitations/{token}/",
        },
    )
    record("invite", invitation, actor=actor, organisation_id=organisation.pk, after=role)
    return invitation


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
