"""Recording acts on workshops and what belongs to them."""

from __future__ import annotations

from typing import Any

from django.db import models

from qiao.activity.domain.audit import record
from qiao.workshops.models import Workshop


def log_act(
    workshop: Workshop,
    verb: str,
    *,
    actor: Any,
    subject: models.Model | None = None,
    organisation_id: int | None = None,
    before: str = "",
    after: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write an audit row inside the caller's transaction, on the workshop unless another subject is named."""
    record(
        verb,
        subject if subject is not None else workshop,
        actor=actor,
        bridge_id=workshop.bridge_id,
        organisation_id=organisation_id,
        before=before,
        after=after,
        detail=detail,
    )
