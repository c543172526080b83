"""Signed links that end e-mail on a topic, without signing in. They hold for good: old mail must be endable too."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing

_SALT = "qiao.notifications.unsubscribe"
#: Stands for all topics that come in the digest.
DIGEST = "digest"


def unsubscribe_url(user: Any, topic: str) -> str:
    """The address, on this site, at which one request ends e-mail on `topic` to the person."""
    token = signing.dumps([user.public_id, topic], salt=_SALT)
    return f"{settings.SITE_URL}/unsubscribe/{token}/"


def read_token(token: str) -> tuple[str, str] | None:
    """The public id of the person and the topic, or None for what we have not signed."""
    try:
        public_id, topic = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(public_id), str(topic)
