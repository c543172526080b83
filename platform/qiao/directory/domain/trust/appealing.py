"""Appeals: once against each suspension or hiding, answered by another organiser if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge, BridgeStaff
from qiao.bridges.rules import RUNS
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.common.states import move
from qiao.common.text import clean_text
from qiao.common.validation import check_model
from qiao.directory import trust_rules as may
from qiao.directory.domain.suspending import restore_membership
from qiao.directory.domain.trust.hiding import hiding_of, unhide_listing
from qiao.directory.domain.trust.notices import tell_organisation, tell_organisers
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Affiliation, Appeal, Listing, Membership, Organisation
from qiao.directory.models.moderation import WORDS_LENGTH
from qiao.directory.transitions import APPEAL
from qiao.directory.trust_words import AppealState


@dataclass(frozen=True)
class Decision:
    """Something decided against an organisation that stands: its act in the log, and the appeal against it, if any."""

    act: AuditEntry
    membership: Membership | None
    listing: Listing | None
    appeal: Appeal | None


def decisions_against(organisation: Organisation, bridge: Bridge) -> list[Decision]:
    """What stands against the organisation on a bridge, the suspension first."""
    suspended = Membership.objects.filter(
        organisation=organisation, bridge=bridge, state=MembershipState.SUSPENDED
    ).first()
    found: list[tuple[AuditEntry, Membership | None, Listing | None]] = []
    if suspended is not None:
        act = AuditEntry.objects.about(suspended).filter(verb="suspend_membership").first()
        if act is not None:
            found.append((act, suspended, None))
    withdrawn = {
        str(one.pk): one
        for one in Listing.objects.filter(organisation=organisation, bridge=bridge, state=ListingState.WITHDRAWN)
    }
    # The last act on each: what its people did afterwards leaves nothing to appeal against.
    last = (
        AuditEntry.objects.filter(subject_type=Listing._meta.label_lower, subject_id__in=withdrawn)
        .order_by("subject_id", "-at", "-id")
        .distinct("subject_id")
    )
    hidden = sorted((act for act in last if act.verb == "hide_listing"), key=lambda act: -act.pk)
    found += [(act, None, withdrawn[act.subject_id]) for act in hidden]
    appeals = {one.decision: one for one in Appeal.objects.filter(decision__in=[act.pk for act, *_rest in found])}
    return [Decision(act, membership, listing, appeals.get(act.pk)) for act, membership, listing in found]


@transaction.atomic
def appeal_against(subject: Membership | Listing, *, actor: Any, text: str) -> Appeal:
    """Ask for the suspension of a membership, or the hiding of a listing, to be looked at again.

    Raises `Duplicate` for the second time, `InvalidInput` where nothing stands against it.
    """
    if not may.owns(actor, subject.organisation):
        raise NotAllowed(_("Only an owner of the organisation can appeal."))
    type(subject)._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)
    act = _standing_act(subject)
    if act is None:
        raise InvalidInput(_("There is no decision to appeal against any more."))
    text = clean_text(text)
    if len(text) > WORDS_LENGTH:
        raise InvalidInput(errors={"text": [_("Keep it under 2,000 characters.")]})
    if Appeal.objects.filter(decision=act.pk).exists():
        raise Duplicate(_("You have appealed against this decision already."))
    appeal = Appeal(
        bridge=subject.bridge,
        organisation=subject.organisation,
        listing=subject if isinstance(subject, Listing) else None,
        decision=act.pk,
        decided_by=act.actor,
        text=text,
        author=actor,
    )
    check_model(appeal)
    appeal.save()
    _recorded("appeal", appeal, actor=actor)
    tell_organisers(
        appeal.bridge,
        "appeal_made",
        url=f"/organiser/{appeal.bridge.slug}/appeals/{appeal.public_id}/",
        subject=appeal.organisation.name,
        unless_of=appeal.organisation,
    )
    return appeal


@transaction.atomic
def answer_appeal(appeal: Appeal, *, actor: Any, granted: bool, answer: str) -> Appeal:
    """Take the decision back, or let it stand. Raises `NotAllowed` for who decided, if another could answer."""
    if not may_answer(actor, appeal):
        raise NotAllowed(_("Another organiser answers: not who took the decision."))
    answer = clean_text(answer)
    if not answer:
        raise InvalidInput(errors={"answer": [_("Say why: the organisation reads it.")]})
    if len(answer) > WORDS_LENGTH:
        raise InvalidInput(errors={"answer": [_("Keep it under 2,000 characters.")]})
    appeal = (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("bridge", "organisation", "listing")
        .get(pk=appeal.pk)
    )
    before = move(appeal, APPEAL, AppealState.GRANTED if granted else AppealState.DISMISSED)
    appeal.answer, appeal.answered_by, appeal.answered_at = answer, actor, timezone.now()
    appeal.save(update_fields=["answer", "answered_by", "answered_at"])
    _recorded("answer_appeal", appeal, actor=actor, before=before)
    if granted:
        _take_back(appeal, actor=actor)
    tell_organisation(
        appeal.organisation,
        "appeal_granted" if granted else "appeal_dismissed",
        bridge=appeal.bridge,
        mail="appeal_answered",
        url=f"/{appeal.bridge.slug}/my/appeals/?organisation={appeal.organisation.public_id}",
        granted=granted,
        reason=answer,
    )
    return appeal


def may_answer(user: Any, appeal: Appeal) -> bool:
    """Runs the bridge and is none of the organisation's people; who took the decision only if nobody else could."""
    if not may.moderates_on(user, appeal.bridge, appeal.organisation):
        return False
    if appeal.decided_by_id != user.pk:
        return True
    people = Affiliation.objects.filter(organisation=appeal.organisation_id).values("user_id")
    others = BridgeStaff.objects.filter(bridge=appeal.bridge_id, role__in=RUNS, user__is_active=True)
    return not others.exclude(user=user).exclude(user__in=people).exists()


def _standing_act(subject: Membership | Listing) -> AuditEntry | None:
    subject.refresh_from_db(fields=["state"])
    if isinstance(subject, Listing):
        return hiding_of(subject)
    if subject.state != MembershipState.SUSPENDED:
        return None
    return AuditEntry.objects.about(subject).filter(verb="suspend_membership").first()


def _take_back(appeal: Appeal, *, actor: Any) -> None:
    if appeal.listing is not None:
        unhide_listing(appeal.listing, actor=actor)
        return
    membership = Membership.objects.filter(
        bridge=appeal.bridge, organisation=appeal.organisation, state=MembershipState.SUSPENDED
    ).first()
    if membership is not None:  # it may have been restored meanwhile
        restore_membership(membership, actor=actor, reason=appeal.answer)


def _recorded(verb: str, appeal: Appeal, *, actor: Any, before: str = "") -> None:
    record(
        verb,
        appeal,
        actor=actor,
        bridge_id=appeal.bridge_id,
        organisation_id=appeal.organisation_id,
        before=before,
        after=appeal.state,
    )
