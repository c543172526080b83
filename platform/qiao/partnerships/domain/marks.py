"""Keeping and dismissing proposals, privately for one's own organisation."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matching.app.domain.learning_responses import record_response, void_response
from matching.app.domain.proposals import keep_proposal
from matching.app.enums import ResponseKind
from matching.app.models import Proposal
from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.text import clean_line
from qiao.directory.models import Organisation
from qiao.partnerships.enums import DismissalReason
from qiao.partnerships.models import ProposalMark
from qiao.partnerships.rules import responds_for


@transaction.atomic
def save_proposal(proposal: Proposal, *, actor: Any, organisation: Organisation) -> ProposalMark:
    """Keep a proposal to come back to."""
    mark = _mark(proposal, actor, organisation)
    mark.saved_at, mark.user = timezone.now(), actor
    record_response(mark.proposal, actor=actor, organisation=organisation, kind=ResponseKind.SAVED)
    return _store(mark, "save_proposal", actor)


@transaction.atomic
def remove_saved_proposal(proposal: Proposal, *, actor: Any, organisation: Organisation) -> ProposalMark:
    """Keep it no longer."""
    mark = _mark(proposal, actor, organisation)
    mark.saved_at, mark.user = None, actor
    void_response(mark.proposal, organisation=organisation, kind=ResponseKind.SAVED)
    return _store(mark, "remove_saved_proposal", actor)


@transaction.atomic
def dismiss_proposal(
    proposal: Proposal, *, actor: Any, organisation: Organisation, reason: str = "", note: str = ""
) -> ProposalMark:
    """Take a proposal out of one's list; the other side never learns of it.

    Raises `InvalidInput` for an unknown reason.
    """
    if reason and reason not in DismissalReason.values:
        raise InvalidInput(errors={"reason": [_("Choose one of the reasons.")]})
    mark = _mark(proposal, actor, organisation)
    mark.dismissed_at, mark.user = timezone.now(), actor
    mark.reason, mark.note = reason, clean_line(note)[:500]
    record_response(mark.proposal, actor=actor, organisation=organisation, kind=ResponseKind.DISMISSED, reason=reason)
    # Its place in the list is free for another.
    emit("list.changed", bridge_id=proposal.bridge_id, organisation_id=organisation.pk)
    return _store(mark, "dismiss_proposal", actor, reason=reason)


@transaction.atomic
def put_off_proposal(
    proposal: Proposal, *, actor: Any, organisation: Organisation, until: datetime.date
) -> ProposalMark:
    """Say "later": out of one's list until that day. The other side never learns of it, and it is no refusal."""
    mark = _mark(proposal, actor, organisation)
    mark.later_until, mark.user = until, actor
    return _store(mark, "put_off_proposal", actor, until=until.isoformat())


@transaction.atomic
def restore_proposal(proposal: Proposal, *, actor: Any, organisation: Organisation) -> ProposalMark:
    """Undo a dismissal or a "later". Its place may have gone to another meanwhile: it can be found all the same."""
    mark = _mark(proposal, actor, organisation)
    mark.dismissed_at, mark.reason, mark.note, mark.user = None, "", "", actor
    mark.later_until = None
    void_response(mark.proposal, organisation=organisation, kind=ResponseKind.DISMISSED)
    emit("list.changed", bridge_id=proposal.bridge_id, organisation_id=organisation.pk)
    return _store(mark, "restore_proposal", actor, keep=True)


@transaction.atomic
def mark_proposals_seen(proposal_ids: list[int], *, actor: Any, organisation: Organisation) -> int:
    """Note that somebody of the organisation has had these proposals on the screen; returns how many were new.

    Not audited: it is not an act, and would bury the acts.
    """
    seen = ProposalMark.objects.filter(organisation=organisation, proposal_id__in=proposal_ids)
    known = set(seen.values_list("proposal_id", flat=True))
    now = timezone.now()
    updated = seen.filter(seen_at__isnull=True).update(seen_at=now)
    new = [
        ProposalMark(proposal_id=pk, organisation=organisation, user=actor, seen_at=now)
        for pk in proposal_ids
        if pk not in known
    ]
    ProposalMark.objects.bulk_create(new, ignore_conflicts=True)
    return updated + len(new)


def _mark(proposal: Proposal, actor: Any, organisation: Organisation) -> ProposalMark:
    if not responds_for(actor, proposal, organisation):
        raise NotAllowed
    ProposalMark.objects.get_or_create(proposal=proposal, organisation=organisation)
    return ProposalMark.objects.select_for_update().get(proposal=proposal, organisation=organisation)


def _store(mark: ProposalMark, verb: str, actor: Any, *, keep: bool = False, **detail: str) -> ProposalMark:
    mark.save()
    # Its place in the list may go to a better one: what was saved, dismissed or put back stays where it was put.
    kept = keep or any((mark.saved_at, mark.dismissed_at, mark.later_until))
    keep_proposal(mark.proposal, organisation=mark.organisation, kept=kept)
    record(
        verb,
        mark.proposal,
        actor=actor,
        bridge_id=mark.proposal.bridge_id,
        organisation_id=mark.organisation_id,
        detail=detail,
        private=True,
    )
    return mark
