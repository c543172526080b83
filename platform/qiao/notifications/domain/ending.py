"""Ending e-mail on a topic by the link of a message, and thinking better of it. The signed link proves who it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction

from qiao.common.errors import NotFound
from qiao.notifications.domain.preferences import TOPICS, mail_preferences_of, set_mail_preferences
from qiao.notifications.enums import Delivery
from qiao.notifications.unsubscribing import DIGEST, read_token

_UNDO = "qiao.notifications.unsubscribe.undo"


@dataclass(frozen=True)
class Ending:
    """What a link ends: mail on one topic, or the digest with the topics in it now."""

    user: Any
    topic: str
    deliveries: dict[str, str]

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is mailed any more."""
        return not self.deliveries


def ending_of(token: str) -> Ending:
    """What the link ends. Raises `NotFound` for one that we have not signed or whose person is gone."""
    found = read_token(token)
    user = get_user_model().objects.filter(public_id=found[0], is_active=True).first() if found else None
    if found is None or user is None or found[1] not in (*TOPICS, DIGEST):
        raise NotFound
    preference = mail_preferences_of(user)
    topics = [each for each in TOPICS if each in preference.in_digest] if found[1] == DIGEST else [found[1]]
    now = {each: str(preference.delivery_of(each)) for each in topics}
    return Ending(user, found[1], {each: how for each, how in now.items() if how != Delivery.SITE})


@transaction.atomic
def end_mail(ending: Ending) -> str:
    """End it; returns what `restore_mail` takes to undo that, or nothing if it was over already."""
    if ending.is_over:
        return ""
    none: dict[str, Any] = dict.fromkeys(ending.deliveries, Delivery.SITE)
    set_mail_preferences(ending.user, actor=ending.user, **none)
    return signing.dumps([ending.user.public_id, ending.deliveries], salt=_UNDO)


@transaction.atomic
def restore_mail(ending: Ending, undo: str) -> None:
    """Have it as it was before. Raises `NotFound` for an undoing that is not of this person."""
    try:
        public_id, deliveries = signing.loads(undo, salt=_UNDO)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound from None
    if public_id != ending.user.public_id:
        raise NotFound
    set_mail_preferences(ending.user, actor=ending.user, **deliveries)
