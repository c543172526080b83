"""Writes of a person's own account."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.text import clean_line
from qiao.common.time_zones import time_zone_names
from qiao.common.validation import check_model

FIELDS = ("name", "name_zh", "language", "time_zone")


@transaction.atomic
def change_settings(user: User, *, actor: Any, **fields: Any) -> User:
    """Change one's name, language or time zone. Raises `InvalidInput` for bad values."""
    if actor.pk != user.pk:
        raise NotAllowed
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    user = User.objects.select_for_update().get(pk=user.pk)
    for name, value in fields.items():
        setattr(user, name, clean_line(value or "") if name in ("name", "name_zh") else value or "")
    if user.time_zone and user.time_zone not in time_zone_names():
        raise InvalidInput(errors={"time_zone": [_("Choose a time zone from the list.")]})
    check_model(user)
    user.save(update_fields=list(fields))
    record("change_settings", user, actor=actor, detail={"fields": sorted(fields)})
    return user


@transaction.atomic
def accept_terms(user: User, *, actor: Any) -> User:
    """Remember when the person agreed to how the site uses what they write. The first time counts."""
    if actor.pk != user.pk:
        raise NotAllowed
    if user.terms_accepted_at is None:
        user.terms_accepted_at = timezone.now()
        user.save(update_fields=["terms_accepted_at"])
        record("accept_terms", user, actor=actor)
    return user
