"""Reads of saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.partnerships.querysets.introductions import brokering

if TYPE_CHECKING:
    from qiao.partnerships.models import SavedView


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views."""

    def visible_to(self, user: Any) -> SavedViewQuerySet:
        """One's own, and those shared on bridges one brokers on."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            models.Q(owner=user)
            | models.Q(models.Exists(brokering(user).filter(bridge=models.OuterRef("bridge_id"))), is_shared=True)
        )
