"""Who was told what."""

from __future__ import annotations

from qiao.notifications.models import Notification


def told(kind: str) -> list[str]:
    """Names, within the scene, of who has such a line in the inbox; somebody told twice is there twice."""
    people = Notification.objects.filter(kind=kind).values_list("user__email", flat=True)
    return sorted(email.partition("@")[0] for email in people)
