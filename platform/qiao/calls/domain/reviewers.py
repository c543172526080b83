"""Asking people to review a call, and what they keep out of."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.calls.domain.calls import managed
from qiao.calls.domain.notices import log_call, review_path_of, tell_person
from qiao.calls.enums import CallState
from qiao.calls.models import Call, Conflict, Entry, Mark, Reviewer
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from qiao.notifications.domain.mail import write_mail

VALID_FOR = timedelta(days=30)
#: People asked for one call, whether they have come or not: it must not become a way to mail strangers in numbers.
MOST_REVIEWERS = 30
_ENDED = (CallState.DECIDED, CallState.WITHDRAWN)


@transaction.atomic
def invite_reviewer(call: Call, *, actor: Any, email: str) -> Reviewer:
    """Send a link to an address. Whoever opens it signed in with that address reviews; an owner who asks themselves
    does at once.

    Raises `Duplicate` for an address that has a link already or belongs to a reviewer.
    """
    call = managed(call, actor)
    if call.state in _ENDED:
        raise TransitionNotAllowed
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(errors={"email": list(error.messages)}) from error
    if call.reviewers.active().filter(user__email__iexact=email).exists():
        raise Duplicate(_("This person reviews the call already."), field="email")
    if call.reviewers.invited().filter(email=email).exists():
        raise Duplicate(_("This person has been asked already."), field="email")
    if call.reviewers.filter(removed_at=None).count() >= MOST_REVIEWERS:
        raise InvalidInput(_("%(most)s people are asked already.") % {"most": MOST_REVIEWERS})
    reviewer = Reviewer(call=call, invited_by=actor, expires_at=timezone.now() + VALID_FOR)
    if email == actor.email.lower():
        reviewer.user, reviewer.accepted_at = actor, timezone.now()
        reviewer.save()
        log_call(call, "accept_review", actor=actor)
        return reviewer
    token = secrets.token_urlsafe(32)
    reviewer.email, reviewer.token_hash = email, _hash(token)
    reviewer.save()
    log_call(call, "invite_reviewer", actor=actor)
    known = User.objects.filter(email__iexact=email, is_active=True).first()
    language = known.language if known is not None else (get_language() or "en")
    write_mail(
        "invitation_review",
        to=email,
        language=language,
        context={
            "actor": actor,
            "call": call,
            "call_title": call.title_in(language),
            "organisation": call.organisation,
            "bridge": call.bridge,
            "reviewer": reviewer,
            "url": f"{settings.SITE_URL}/invitations/review/{token}/",
        },
    )
    return reviewer


def find_reviewer(token: str) -> Reviewer:
    """Whom a link is for. Raises `NotFound` for one that is unknown, used, taken back or past its date."""
    found = (
        Reviewer.objects.invited()
        .select_related("call__bridge", "call__organisation", "invited_by")
        .filter(token_hash=_hash(token))
        .exclude(call__state__in=_ENDED)
        .first()
    )
    if found is None:
        raise NotFound(_("This invitation has been used, taken back or has run out. Ask for a new one."))
    return found


@transaction.atomic
def accept_review(token: str, *, actor: Any) -> Reviewer:
    """Become a reviewer. Raises `NotAllowed` when the link was sent to another address than the actor's."""
    reviewer = Reviewer.objects.select_for_update(of=("self",)).get(pk=find_reviewer(token).pk)
    reviewer = Reviewer.objects.invited().select_related("call__bridge", "call__organisation").get(pk=reviewer.pk)
    if reviewer.email != actor.email.lower():
        raise NotAllowed(
            _("This invitation was sent to another address. Sign in with that one, or ask for an invitation to yours.")
        )
    if reviewer.call.reviewers.active().filter(user=actor).exists():
        raise Duplicate(_("You review this call already."))
    reviewer.user, reviewer.accepted_at = actor, timezone.now()
    # The address is the account's from here on: none is kept beside it.
    reviewer.email, reviewer.token_hash = "", None
    reviewer.save(update_fields=["user", "accepted_at", "email", "token_hash", "updated_at"])
    log_call(reviewer.call, "accept_review", actor=actor)
    if reviewer.invited_by is not None:
        url = f"/{reviewer.call.bridge.slug}/my/calls/{reviewer.call.public_id}/"
        tell_person(reviewer.call, reviewer.invited_by, "reviewer_accepted", url=url)
    return reviewer


@transaction.atomic
def remove_reviewer(reviewer: Reviewer, *, actor: Any) -> Reviewer:
    """Ask somebody no longer. What they have marked stays, and nobody waits for the rest."""
    call = managed(reviewer.call, actor)
    if call.state in _ENDED:
        raise TransitionNotAllowed
    reviewer = Reviewer.objects.select_for_update(of=("self",)).get(pk=reviewer.pk)
    if reviewer.removed_at is not None:
        return reviewer
    reviewer.removed_at, reviewer.email, reviewer.token_hash = timezone.now(), "", None
    reviewer.save(update_fields=["removed_at", "email", "token_hash", "updated_at"])
    log_call(call, "remove_reviewer", actor=actor)
    return reviewer


@transaction.atomic
def declare_interests(call: Call, *, actor: Any, conflicts: Iterable[Entry]) -> Reviewer:
    """Say which entries touch one's own interests (none may): these are neither read nor marked from here on.

    Before that nothing is read but who has entered with which title. Later more can be named, none taken away.
    """
    reviewer = (
        Reviewer.objects.active().select_for_update(of=("self",)).filter(call=call, user=actor).first()
        if actor.is_authenticated
        else None
    )
    if reviewer is None:
        raise NotFound
    call = Call.objects.select_related("bridge", "organisation").get(pk=call.pk)
    if call.state != CallState.DECIDING:
        raise TransitionNotAllowed
    named = list(conflicts)
    if any(entry.call_id != call.pk for entry in named):
        raise NotFound
    Conflict.objects.bulk_create([Conflict(reviewer=reviewer, entry=one) for one in named], ignore_conflicts=True)
    # What was thought of them before counts no more.
    Mark.objects.filter(reviewer=reviewer, entry__in=named, stage__marked_at=None).delete()
    reviewer.declared_at = reviewer.declared_at or timezone.now()
    reviewer.save(update_fields=["declared_at", "updated_at"])
    log_call(call, "declare_interests", actor=actor, detail={"entries": sorted(one.public_id for one in named)})
    return reviewer


def forget_old_links(limit: int = 500) -> int:
    """Forget addresses whose link has run out; returns how many."""
    old = Reviewer.objects.filter(accepted_at=None, expires_at__lte=timezone.now()).exclude(email="")
    ids = list(old.values_list("pk", flat=True)[:limit])
    return Reviewer.objects.filter(pk__in=ids).update(email="", token_hash=None)


def tell_reviewers(call: Call, kind: str, *, mail: str, key: str) -> None:
    """Tell everybody who reviews the call."""
    for reviewer in call.reviewers.active().select_related("user"):
        tell_person(call, reviewer.user, kind, url=review_path_of(call), mail=mail, key=key)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
