"""Endorsements: what one organisation says of another after they have met."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.common.text import clean_line
from qiao.common.validation import check_model
from qiao.directory import trust_rules as may
from qiao.directory.domain.trust.notices import tell_organisation
from qiao.directory.models import Endorsement, Organisation


@transaction.atomic
def endorse_organisation(
    organisation: Organisation,
    *,
    actor: Any,
    by: Organisation,
    bridge: Bridge,
    source: str,
    have_met: bool,
    text: str,
    language: str,
) -> Endorsement:
    """Recommend an organisation that one has met. `have_met` is for the caller to prove, `source` says by what.

    Raises `NotAllowed` for who does not write for `by` or has not met it, `Duplicate` for the same meeting twice.
    """
    if not may.writes_for(actor, by):
        raise NotAllowed
    if not have_met:
        raise NotAllowed(_("An endorsement follows a meeting that was held."))
    if organisation.pk == by.pk:
        raise InvalidInput(_("An organisation cannot recommend itself."))
    Organisation.objects.select_for_update(of=("self",)).get(pk=by.pk)
    if Endorsement.objects.filter(of=organisation, by=by, source=source).exists():
        raise Duplicate(_("Your organisation has written an endorsement after this meeting."))
    endorsement = Endorsement(
        bridge=bridge, of=organisation, by=by, author=actor, language=language, text=clean_line(text), source=source
    )
    check_model(endorsement)
    endorsement.save()
    _recorded("endorse_organisation", endorsement, actor=actor)
    tell_organisation(
        organisation,
        "endorsement_received",
        bridge=bridge,
        mail="endorsement_received",
        url=f"/{bridge.slug}/organisations/{organisation.public_id}/#endorsements",
        other=by.name,
        text=endorsement.text,
    )
    return endorsement


@transaction.atomic
def withdraw_endorsement(endorsement: Endorsement, *, actor: Any) -> None:
    """Take one's own endorsement back: nothing of it stays but the acts in the log."""
    if not may.writes_for(actor, endorsement.by):
        raise NotAllowed
    endorsement = Endorsement.objects.select_for_update(of=("self",)).get(pk=endorsement.pk)
    _recorded("withdraw_endorsement", endorsement, actor=actor)
    endorsement.delete()


@transaction.atomic
def hide_endorsement(endorsement: Endorsement, *, actor: Any) -> Endorsement:
    """Take an endorsement out of sight: by who writes for the endorsed, or at the desk. Its author is not told."""
    by_desk = _acts_for_desk(endorsement, actor)
    endorsement = Endorsement.objects.select_for_update(of=("self",)).get(pk=endorsement.pk)
    if endorsement.hidden_at is None or (by_desk and not endorsement.hidden_by_desk):
        endorsement.hidden_at, endorsement.hidden_by_desk = timezone.now(), by_desk
        endorsement.save(update_fields=["hidden_at", "hidden_by_desk", "updated_at"])
        _recorded("hide_endorsement", endorsement, actor=actor)
    return endorsement


@transaction.atomic
def show_endorsement(endorsement: Endorsement, *, actor: Any) -> Endorsement:
    """Show it again. Raises `NotAllowed` to the endorsed where the desk has hidden it."""
    by_desk = _acts_for_desk(endorsement, actor)
    endorsement = Endorsement.objects.select_for_update(of=("self",)).get(pk=endorsement.pk)
    if endorsement.hidden_by_desk and not by_desk:
        raise NotAllowed(_("The organisers have hidden it."))
    if endorsement.hidden_at is not None:
        endorsement.hidden_at, endorsement.hidden_by_desk = None, False
        endorsement.save(update_fields=["hidden_at", "hidden_by_desk", "updated_at"])
        _recorded("show_endorsement", endorsement, actor=actor)
    return endorsement


def _acts_for_desk(endorsement: Endorsement, actor: Any) -> bool:
    """Whether the actor is at the desk rather than one of the endorsed. Raises `NotAllowed` for who is neither."""
    if may.moderates_on(actor, endorsement.bridge, endorsement.of):
        return True
    if may.writes_for(actor, endorsement.of):
        return False
    raise NotAllowed


def _recorded(verb: str, endorsement: Endorsement, *, actor: Any) -> None:
    # Whether it is hidden is the endorsed organisation's matter; that it was written, both sides'.
    both = verb in ("endorse_organisation", "withdraw_endorsement")
    record(
        verb,
        endorsement,
        actor=actor,
        bridge_id=endorsement.bridge_id,
        organisation_id=endorsement.by_id if both else endorsement.of_id,
        also=[endorsement.of_id] if both else [],
    )
