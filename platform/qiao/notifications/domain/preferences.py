"""Which messages a person wants by e-mail. The inbox on the site has all of them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.activity.domain.audit import record
from qiao.common.errors import NotAllowed
from qiao.notifications.models import MailPreference

TOPICS = ("reviews", "proposals", "introductions", "messages", "collaborations", "calls", "trust")


def mail_preferences_of(user: Any) -> MailPreference:
    """What the person chose; who never chose gets everything."""
    return MailPreference.objects.filter(user=user).first() or MailPreference(user=user)


def wants_mail(user: Any, topic: str) -> bool:
    """Whether the person wants messages on this topic by e-mail."""
    return bool(getattr(mail_preferences_of(user), topic))


@transaction.atomic
def set_mail_preferences(user: Any, *, actor: Any, **topics: bool) -> MailPreference:
    """Choose topics."""
    if actor.pk != user.pk:
        raise NotAllowed
    unknown = set(topics) - set(TOPICS)
    if unknown:
        raise TypeError(f"unknown topics: {sorted(unknown)}")
    preference, _ = MailPreference.objects.update_or_create(user=user, defaults=topics)
    record("set_mail_preferences", preference, actor=actor)
    return preference
