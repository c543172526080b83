"""Background work of the outbox."""

from __future__ import annotations

from celery import shared_task

from qiao.activity.domain.outbox import relay_waiting


@shared_task(name="activity.relay_outbox")
def relay_outbox() -> int:
    """Hand over events that a missing broker has kept waiting."""
    return relay_waiting()
