"""Letters of organisers to a group. Callers have made sure that `actor` runs the bridge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line, clean_text
from qiao.notifications.domain.telling import names_of
from qiao.notifications.enums import CircularState, MailState
from qiao.notifications.models import Circular, CircularReceiver, OutgoingMail
from qiao.notifications.transitions import CIRCULAR

WORDS = ("subject_en", "subject_zh", "text_en", "text_zh")


@transaction.atomic
def write_circular(bridge: Any, *, actor: Any, audience: Mapping[str, Any], **words: str) -> Circular:
    """Begin a letter. Raises `InvalidInput` where neither language has both a subject and a text."""
    circular = Circular(bridge_id=bridge.pk, bridge_name=names_of(bridge), author=actor, audience=dict(audience))
    _write(circular, words)
    circular.save(force_insert=True)
    record("write_circular", circular, actor=actor, bridge_id=circular.bridge_id, after=circular.state)
    return circular


@transaction.atomic
def change_circular(circular: Circular, *, actor: Any, audience: Mapping[str, Any], **words: str) -> Circular:
    """Change a draft. Raises `TransitionNotAllowed` once it has been approved."""
    circular = _locked(circular)
    if circular.state != CircularState.DRAFT:
        raise TransitionNotAllowed(_("It has been approved meanwhile and cannot be changed any more."))
    circular.audience = dict(audience)
    _write(circular, words)
    circular.save()
    record("change_circular", circular, actor=actor, bridge_id=circular.bridge_id)
    return circular


@transaction.atomic
def approve_circular(circular: Circular, *, actor: Any, receivers: Iterable[int], seen: str = "") -> Circular:
    """Let it go to `receivers`, keys of people, which are settled now.

    Raises `InvalidInput` for no receivers, and where it has changed since it was `seen`, its `version` then.
    """
    circular = _locked(circular)
    if seen and seen != circular.version:
        raise InvalidInput(_("Somebody has changed the letter meanwhile. Read it again before you send it."))
    before = move(circular, CIRCULAR, CircularState.SENDING)
    people = sorted(set(receivers))
    if not people:
        raise InvalidInput(_("Nobody belongs to this group: choose another."))
    CircularReceiver.objects.bulk_create(
        [CircularReceiver(circular=circular, user_id=pk) for pk in people], batch_size=1000
    )
    circular.approved_by, circular.approved_at = actor, timezone.now()
    circular.save(update_fields=["approved_by", "approved_at", "updated_at"])
    _log("approve_circular", circular, actor, before, receivers=len(people))
    emit("circular.approved", circular_id=circular.pk)
    return circular


@transaction.atomic
def hold_circular(circular: Circular, *, actor: Any) -> Circular:
    """Stop for now: what has not gone waits until somebody goes on."""
    circular = _locked(circular)
    before = move(circular, CIRCULAR, CircularState.HELD)
    _copies(circular).filter(state=MailState.WAITING).update(state=MailState.HELD)
    _log("hold_circular", circular, actor, before)
    return circular


@transaction.atomic
def resume_circular(circular: Circular, *, actor: Any) -> Circular:
    """Go on with one that was held back."""
    circular = _locked(circular)
    if circular.state != CircularState.HELD:
        raise TransitionNotAllowed(before=circular.state, after=str(CircularState.SENDING))
    before = move(circular, CIRCULAR, CircularState.SENDING)
    _copies(circular).filter(state=MailState.HELD).update(state=MailState.WAITING)
    _log("resume_circular", circular, actor, before)
    emit("circular.approved", circular_id=circular.pk)
    return circular


@transaction.atomic
def cancel_circular(circular: Circular, *, actor: Any) -> Circular:
    """Send no more of it. What has gone has gone."""
    circular = _locked(circular)
    before = move(circular, CIRCULAR, CircularState.CANCELLED)
    stopped = _copies(circular).filter(state__in=(MailState.WAITING, MailState.HELD)).update(state=MailState.CANCELLED)
    _log("cancel_circular", circular, actor, before, stopped=stopped)
    return circular


def _copies(circular: Circular) -> Any:
    """Its copies, locked: one that is being sent at this moment is waited for, and then has gone."""
    pks = OutgoingMail.objects.select_for_update().filter(circular=circular).order_by("pk").values_list("pk", flat=True)
    return OutgoingMail.objects.filter(pk__in=list(pks))


def _locked(circular: Circular) -> Circular:
    return Circular.objects.select_for_update().get(pk=circular.pk)


def _write(circular: Circular, words: Mapping[str, str]) -> None:
    unknown = set(words) - set(WORDS)
    if unknown:
        raise TypeError(f"unknown words: {sorted(unknown)}")
    for name, value in words.items():
        setattr(circular, name, clean_line(value) if name.startswith("subject") else clean_text(value))
    errors: dict[str, list[str]] = {}
    for language in ("en", "zh"):
        subject, text = getattr(circular, f"subject_{language}"), getattr(circular, f"text_{language}")
        if bool(subject) != bool(text):
            missing = f"text_{language}" if subject else f"subject_{language}"
            errors[missing] = [_("Write both the subject and the text in this language, or neither.")]
        for name in (f"subject_{language}", f"text_{language}"):
            most = Circular._meta.get_field(name).max_length or 0  # type: ignore[union-attr]
            if len(getattr(circular, name)) > most:
                errors[name] = [_("Keep it under %(most)s characters.") % {"most": f"{most:,}"}]
    if not errors and not circular.subject_en and not circular.subject_zh:
        errors["subject_en"] = [_("Write it in one language at least.")]
    if errors:
        raise InvalidInput(errors=errors)


def _log(verb: str, circular: Circular, actor: Any, before: str, **detail: int) -> None:
    record(
        verb,
        circular,
        actor=actor,
        bridge_id=circular.bridge_id,
        before=before,
        after=circular.state,
        detail=detail,
    )
