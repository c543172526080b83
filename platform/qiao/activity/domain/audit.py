"""Recording who did what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from qiao.activity.models import AuditEntry

_key: ContextVar[str] = ContextVar("key_of_the_acting_program", default="")


@contextmanager
def acting_by_key(public_id: str) -> Iterator[None]:
    """Whatever is recorded meanwhile was done by a program, with this key: its rows say so in their detail."""
    token = _key.set(public_id)
    try:
        yield
    finally:
        _key.reset(token)


def record(
    verb: str,
    subject: models.Model,
    *,
    actor: Any,
    bridge_id: int | None = None,
    organisation_id: int | None = None,
    before: str = "",
    after: str = "",
    detail: dict[str, Any] | None = None,
    private: bool = False,
    also: Iterable[int] = (),
) -> AuditEntry:
    """Write one audit row inside the caller's transaction. `actor` is a user, or None for the system itself.

    It is read by the people of the organisation and of those in `also`, and by who runs the bridge; a private one by
    the people of the organisation alone.
    `detail` must hold no personal data: the log outlives accounts.
    """
    entry = entry_of(
        verb,
        subject,
        actor=actor,
        bridge_id=bridge_id,
        organisation_id=organisation_id,
        before=before,
        after=after,
        detail=detail,
        private=private,
        also=also,
    )
    entry.save(force_insert=True)
    return entry


def entry_of(
    verb: str,
    subject: models.Model,
    *,
    actor: Any,
    bridge_id: int | None = None,
    organisation_id: int | None = None,
    before: str = "",
    after: str = "",
    detail: dict[str, Any] | None = None,
    private: bool = False,
    also: Iterable[int] = (),
) -> AuditEntry:
    """An audit row that is not written yet: bulk writes hand many of them to `record_all`."""
    return AuditEntry(
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        actor_id=getattr(actor, "pk", None),
        bridge_id=bridge_id,
        organisation_id=organisation_id,
        before=before,
        after=after,
        detail=(detail or {}) | ({"key": key} if (key := _key.get()) else {}),
        private=private,
        also=list(also),
    )


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Write many audit rows at once, inside the caller's transaction."""
    AuditEntry.objects.bulk_create(entries, batch_size=1000)
