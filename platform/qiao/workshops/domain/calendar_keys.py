"""Secret addresses of personal calendars: only their hash is kept, a new one ends the old."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from qiao.activity.domain.audit import record
from qiao.workshops.models import CalendarKey


@transaction.atomic
def renew_calendar_key(*, actor: Any) -> str:
    """Make a new address for one's own calendar and end the old one; returns what is shown once and never again."""
    get_user_model().objects.select_for_update().get(pk=actor.pk)
    _end(actor)
    key = secrets.token_urlsafe(32)
    made = CalendarKey.objects.create(user=actor, key_hash=_hash(key))
    record("renew_calendar_key", made, actor=actor)
    return key


@transaction.atomic
def revoke_calendar_key(*, actor: Any) -> bool:
    """End the address of one's own calendar; returns whether there was one."""
    get_user_model().objects.select_for_update().get(pk=actor.pk)
    found = _end(actor)
    if found is not None:
        record("revoke_calendar_key", found, actor=actor)
    return found is not None


def current_key(user: Any) -> CalendarKey | None:
    """The key that holds, if somebody has one."""
    return CalendarKey.objects.filter(user=user, revoked_at=None).order_by("-pk").first()


def reader_of(key: str) -> Any | None:
    """Whose calendar an address is; None for one that is ended or made up, or of an account that is closed."""
    found = CalendarKey.objects.filter(key_hash=_hash(key), revoked_at=None).select_related("user").first()
    if found is None or not found.user.is_active:
        return None
    now = timezone.now()
    # Once an hour is enough to tell whether it is in use.
    if found.used_at is None or (now - found.used_at).total_seconds() > 3600:
        CalendarKey.objects.filter(pk=found.pk).update(used_at=now)
    return found.user


def _end(user: Any) -> CalendarKey | None:
    found = current_key(user)
    CalendarKey.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
    return found


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
