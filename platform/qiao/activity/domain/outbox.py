"""Events: written with what they tell of, handed to the broker on commit, and again later if it was away."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from qiao.activity.models import OutboxEvent

logger = logging.getLogger(__name__)

_silenced: ContextVar[frozenset[str]] = ContextVar("silenced_topics", default=frozenset())
_subscribers: dict[str, list[str]] = defaultdict(list)

# After a failed hand-over, requests leave events to the relay for this long, so that none of them waits for the broker.
_PAUSE_SECONDS = 5.0
_paused_until = 0.0


def subscribe(topic: str, task_name: str) -> None:
    """Have the Celery task `task_name` called with the payload of each event of `topic`."""
    if task_name not in _subscribers[topic]:
        _subscribers[topic].append(task_name)


@contextmanager
def without_events(*topics: str) -> Iterator[None]:
    """For a bulk load: write no events of these topics meanwhile. The caller emits one for the whole afterwards."""
    token = _silenced.set(_silenced.get() | frozenset(topics))
    try:
        yield
    finally:
        _silenced.reset(token)


def emit(topic: str, **payload: Any) -> OutboxEvent | None:
    """Write an event inside the caller's transaction; it is handed over when that commits. Payloads hold ids only.

    Returns None, and writes nothing, for a topic that a bulk load has silenced.
    """
    if topic in _silenced.get():
        return None
    event = OutboxEvent.objects.create(topic=topic, payload=payload)
    transaction.on_commit(lambda: _hand_over_now(event), robust=True)
    return event


def emit_all(topic: str, payloads: Iterable[dict[str, Any]]) -> int:
    """Write many events at once inside the caller's transaction; returns how many. The relay hands them over, within
    seconds: a request that touches a thousand things does not wait for the broker a thousand times."""
    if topic in _silenced.get():
        return 0
    events = [OutboxEvent(topic=topic, payload=payload) for payload in payloads]
    return len(OutboxEvent.objects.bulk_create(events, batch_size=1000))


def relay_waiting(limit: int = 500) -> int:
    """Hand over events that are still waiting, oldest first; returns how many. Stops at the first failure."""
    relayed = 0
    while relayed < limit:
        with transaction.atomic():
            event = OutboxEvent.objects.waiting().select_for_update(skip_locked=True).first()
            if event is None:
                return relayed
            if not _send(event):
                return relayed
            relayed += 1
    return relayed


def _hand_over_now(event: OutboxEvent) -> None:
    if time.monotonic() < _paused_until:
        return
    with transaction.atomic():
        waiting = OutboxEvent.objects.waiting().select_for_update(skip_locked=True).filter(pk=event.pk).first()
        if waiting is not None:
            _send(waiting)


def _send(event: OutboxEvent) -> bool:
    """Send to every subscriber and mark as sent. A crash between the two sends again: tasks are idempotent."""
    global _paused_until
    try:
        for task_name in _subscribers.get(event.topic, ()):
            current_app.send_task(task_name, kwargs=event.payload, retry=False)
    except (OperationalError, OSError) as error:
        _paused_until = time.monotonic() + _PAUSE_SECONDS
        logger.warning("broker away, event waits for the relay: %s", error)
        OutboxEvent.objects.filter(pk=event.pk).update(attempts=F("attempts") + 1)
        return False
    event.sent_at = timezone.now()
    event.attempts += 1
    event.save(update_fields=["sent_at", "attempts"])
    return True
