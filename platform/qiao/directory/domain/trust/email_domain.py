"""The first level of verification, which needs nobody: a confirmed address at the domain of the website."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.states import move
from qiao.directory.domain.trust.domains import confirmed_domain
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Organisation, Verification
from qiao.directory.transitions import VERIFICATION
from qiao.directory.trust_words import VerificationLevel, VerificationState

#: A viewer may be anybody's guest; who owns or writes speaks for the organisation.
_SPEAK = (PersonRole.OWNER, PersonRole.EDITOR)


@transaction.atomic
def check_email_domain(organisation_id: int) -> Verification | None:
    """See whether a confirmed address still shares its domain with the website; returns what holds afterwards.

    Nothing changes, and nobody hears of it, where all is as it was: it may be called as often as one likes.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).filter(pk=organisation_id).first()
    if organisation is None:
        return None
    domain = (
        confirmed_domain(organisation.website, _confirmed_addresses(organisation)) if organisation.website else None
    )
    held = (
        Verification.objects.select_for_update(of=("self",))
        .filter(organisation=organisation, level=VerificationLevel.EMAIL_DOMAIN, state=VerificationState.HELD)
        .first()
    )
    if held is not None and held.domain == domain:
        return held
    if held is None and domain is None:
        return None
    if held is not None:
        before = move(held, VERIFICATION, VerificationState.WITHDRAWN)
        held.ended_at = timezone.now()
        held.save(update_fields=["ended_at"])
        _recorded("end_verification", held, before=before)
    now_held = None
    if domain is not None:
        now_held = Verification.objects.create(
            organisation=organisation, level=VerificationLevel.EMAIL_DOMAIN, domain=domain
        )
        _recorded("verify_organisation", now_held)
    emit("organisation.changed", organisation_id=organisation.pk)
    return now_held


def check_domains_of_person(user_id: int) -> None:
    """Look again at each organisation the person speaks for: an address was confirmed, changed or removed."""
    ids = Affiliation.objects.filter(user=user_id).order_by("organisation_id").values_list("organisation_id", flat=True)
    for organisation_id in list(ids):
        check_email_domain(organisation_id)


def organisations_to_check() -> list[int]:
    """Ids of organisations whose confirmed address may have come or gone unseen: those with a website and people."""
    people = Affiliation.objects.filter(organisation=OuterRef("pk"), role__in=_SPEAK)
    held = Verification.objects.filter(
        organisation=OuterRef("pk"), level=VerificationLevel.EMAIL_DOMAIN, state=VerificationState.HELD
    )
    wanted = Organisation.objects.filter(Q(Exists(people)) & ~Q(website="") | Q(Exists(held)))
    return list(wanted.order_by("pk").values_list("pk", flat=True))


def _confirmed_addresses(organisation: Organisation) -> list[str]:
    people = Affiliation.objects.filter(organisation=organisation, role__in=_SPEAK, user__is_active=True)
    return list(
        EmailAddress.objects.filter(user__in=people.values("user_id"), verified=True).values_list("email", flat=True)
    )


def _recorded(verb: str, verification: Verification, *, before: str = "") -> None:
    record(
        verb,
        verification,
        actor=None,
        organisation_id=verification.organisation_id,
        before=before,
        after=verification.state,
        detail={"level": verification.level},
    )
