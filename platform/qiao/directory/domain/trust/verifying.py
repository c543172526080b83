"""Verifying an organisation: what organisers have checked, and what a guiding body vouches for."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge, Side
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line
from qiao.common.validation import check_model
from qiao.directory import trust_rules as may
from qiao.directory.domain.trust.notices import tell_organisation, tell_organisers
from qiao.directory.models import Membership, Organisation, Verification, VerificationRequest
from qiao.directory.models.verification import NOTE_LENGTH
from qiao.directory.transitions import VERIFICATION, VERIFICATION_REQUEST
from qiao.directory.trust_words import VerificationLevel, VerificationRequestState, VerificationState

#: A check of a document is renewed at least this often.
LONGEST_DAYS = 3 * 366


@transaction.atomic
def record_document(
    organisation: Organisation,
    *,
    actor: Any,
    bridge: Bridge,
    document_kind: str,
    note: str = "",
    expires_on: datetime.date | None = None,
) -> Verification:
    """Say that a document of the organisation was seen. An earlier check on the bridge gives way to it.

    Raises `InvalidInput` for a date that is past or too far away, `NotAllowed` for one's own organisation.
    """
    if not may.verifies_on(actor, bridge, organisation):
        raise NotAllowed(_("An organisation is verified by somebody who is not one of its people."))
    _member(organisation, bridge)
    today = timezone.localdate()
    if expires_on is not None and not today <= expires_on <= today + datetime.timedelta(days=LONGEST_DAYS):
        raise InvalidInput(errors={"expires_on": [_("Choose a day within the next three years.")]})
    return _hold(
        Verification(
            organisation=organisation,
            bridge=bridge,
            level=VerificationLevel.DOCUMENT,
            document_kind=document_kind,
            note=clean_line(note),
            expires_on=expires_on,
            verified_by=actor,
        ),
        actor=actor,
    )


@transaction.atomic
def vouch_for(
    organisation: Organisation,
    *,
    actor: Any,
    side: Side,
    note: str = "",
    expires_on: datetime.date | None = None,
) -> Verification:
    """Say on behalf of a side's guiding body that it stands for the organisation.

    Raises `NotAllowed` unless the actor runs the bridge for that side, `InvalidInput` where no guiding body is named.
    """
    if not may.vouches_for_side(actor, side) or not may.verifies_on(actor, side.bridge, organisation):
        raise NotAllowed(_("Only who runs the bridge for this side may say so on behalf of its guiding body."))
    _member(organisation, side.bridge)
    if not str(side.guiding_body):
        raise InvalidInput(_("Name the guiding body of this side in the bridge's settings first."))
    today = timezone.localdate()
    if expires_on is not None and not today <= expires_on <= today + datetime.timedelta(days=LONGEST_DAYS):
        raise InvalidInput(errors={"expires_on": [_("Choose a day within the next three years.")]})
    return _hold(
        Verification(
            organisation=organisation,
            bridge=side.bridge,
            side=side,
            level=VerificationLevel.VOUCHED,
            note=clean_line(note),
            expires_on=expires_on,
            verified_by=actor,
        ),
        actor=actor,
    )


@transaction.atomic
def withdraw_verification(verification: Verification, *, actor: Any, reason: str) -> Verification:
    """End what no longer holds; the organisation reads the reason. Raises `InvalidInput` without one."""
    if verification.bridge is None or not may.verifies_on(actor, verification.bridge, verification.organisation):
        raise NotAllowed
    reason = clean_line(reason)
    if not reason:
        raise InvalidInput(errors={"reason": [_("Say why: the organisation reads it.")]})
    if len(reason) > NOTE_LENGTH:
        raise InvalidInput(errors={"reason": [_("Keep it under 1,000 characters.")]})
    return end_verification(verification, VerificationState.WITHDRAWN, actor=actor, reason=reason)


@transaction.atomic
def expire_verification(verification_id: int) -> bool:
    """End a verification whose date has gone by; returns whether it was ended here."""
    found = Verification.objects.past_their_date().filter(pk=verification_id).first()
    if found is None:
        return False
    end_verification(found, VerificationState.EXPIRED, actor=None)
    return True


@transaction.atomic
def ask_for_verification(organisation: Organisation, *, actor: Any, bridge: Bridge, note: str) -> VerificationRequest:
    """Ask the organisers of a bridge to verify the organisation. Raises `Duplicate` while one request waits."""
    if not may.owns(actor, organisation):
        raise NotAllowed
    _member(organisation, bridge)
    Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if VerificationRequest.objects.waiting().filter(organisation=organisation, bridge=bridge).exists():
        raise Duplicate(_("Your request is already with the organisers."))
    request = VerificationRequest(organisation=organisation, bridge=bridge, note=clean_line(note), asked_by=actor)
    check_model(request)
    request.save()
    _recorded("ask_for_verification", request, actor=actor)
    tell_organisers(
        bridge,
        "verification_asked",
        url=f"/organiser/{bridge.slug}/verification/{organisation.public_id}/",
        subject=organisation.name,
        unless_of=organisation,
    )
    return request


@transaction.atomic
def take_back_request(request: VerificationRequest, *, actor: Any) -> VerificationRequest:
    """Ask no longer."""
    if not may.owns(actor, request.organisation):
        raise NotAllowed
    request = _locked(request)
    move(request, VERIFICATION_REQUEST, VerificationRequestState.TAKEN_BACK)
    _recorded("take_back_verification_request", request, actor=actor)
    return request


@transaction.atomic
def decline_request(request: VerificationRequest, *, actor: Any, answer: str) -> VerificationRequest:
    """Say what is missing. Raises `InvalidInput` without an answer."""
    if not may.verifies_on(actor, request.bridge, request.organisation):
        raise NotAllowed(_("An organisation is verified by somebody who is not one of its people."))
    answer = clean_line(answer)
    if not answer:
        raise InvalidInput(errors={"answer": [_("Say what is missing: the organisation reads it.")]})
    if len(answer) > NOTE_LENGTH:
        raise InvalidInput(errors={"answer": [_("Keep it under 1,000 characters.")]})
    request = _locked(request)
    _decide(request, VerificationRequestState.DECLINED, actor=actor, answer=answer)
    tell_organisation(
        request.organisation,
        "verification_declined",
        bridge=request.bridge,
        mail="verification_declined",
        url=f"/{request.bridge.slug}/my/verification/?organisation={request.organisation.public_id}",
        reason=answer,
    )
    return request


def end_verification(verification: Verification, state: str, *, actor: Any, reason: str = "") -> Verification:
    """Move a held verification to its end, inside the caller's transaction, and tell the organisation."""
    verification = (
        Verification.objects.select_for_update(of=("self",))
        .select_related("organisation", "bridge")
        .get(pk=verification.pk)
    )
    before = move(verification, VERIFICATION, state)
    verification.ended_at, verification.end_reason = timezone.now(), reason
    verification.save(update_fields=["ended_at", "end_reason"])
    _recorded("end_verification", verification, actor=actor, before=before)
    if verification.bridge is not None:
        tell_organisation(
            verification.organisation,
            "verification_expired" if state == VerificationState.EXPIRED else "verification_withdrawn",
            bridge=verification.bridge,
            mail="verification_ended",
            url=f"/{verification.bridge.slug}/my/verification/?organisation={verification.organisation.public_id}",
            reason=reason,
            verification=verification,
        )
    emit("organisation.changed", organisation_id=verification.organisation_id)
    return verification


def _hold(verification: Verification, *, actor: Any) -> Verification:
    """Store a verification in the place of the one it renews, answer what waits, and tell the organisation."""
    bridge = verification.bridge
    assert bridge is not None  # noqa: S101  # what a bridge stands for
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=verification.organisation_id)
    earlier = Verification.objects.select_for_update().filter(
        organisation=organisation, bridge=bridge, level=verification.level, state=VerificationState.HELD
    )
    for one in earlier:
        move(one, VERIFICATION, VerificationState.WITHDRAWN)
        one.ended_at = timezone.now()
        one.save(update_fields=["ended_at"])
    check_model(verification)
    verification.save()
    _recorded("verify_organisation", verification, actor=actor)
    for request in VerificationRequest.objects.waiting().filter(organisation=organisation, bridge=bridge):
        _decide(_locked(request), VerificationRequestState.GRANTED, actor=actor)
    tell_organisation(
        organisation,
        "verification_recorded",
        bridge=bridge,
        mail="verification_recorded",
        url=f"/{bridge.slug}/organisations/{organisation.public_id}/",
        verification=verification,
    )
    emit("organisation.changed", organisation_id=organisation.pk)
    return verification


def _decide(request: VerificationRequest, state: str, *, actor: Any, answer: str = "") -> None:
    move(request, VERIFICATION_REQUEST, state)
    request.decided_by, request.decided_at, request.answer = actor, timezone.now(), answer
    request.save(update_fields=["decided_by", "decided_at", "answer"])
    _recorded("answer_verification_request", request, actor=actor, before=VerificationRequestState.WAITING)


def _locked(request: VerificationRequest) -> VerificationRequest:
    return (
        VerificationRequest.objects.select_for_update(of=("self",))
        .select_related("organisation", "bridge")
        .get(pk=request.pk)
    )


def _member(organisation: Organisation, bridge: Bridge) -> Membership:
    """Raises `InvalidInput` for who is no member of the bridge."""
    membership = Membership.objects.approved().on_bridge(bridge).filter(organisation=organisation).first()
    if membership is None:
        raise InvalidInput(_("Only members of the bridge are verified on it."))
    return membership


def _recorded(verb: str, subject: Verification | VerificationRequest, *, actor: Any, before: str = "") -> None:
    level = {"level": subject.level} if isinstance(subject, Verification) else {}
    record(
        verb,
        subject,
        actor=actor,
        bridge_id=subject.bridge_id,
        organisation_id=subject.organisation_id,
        before=before,
        after=subject.state,
        detail=level,
    )
