"""Reads of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qiao.accounts.places import kept_by

if TYPE_CHECKING:
    from qiao.accounts.models import ApiKey


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys of programs, newest first."""

    def visible_to(self, user: Any) -> ApiKeyQuerySet:
        """One's own, and those of organisations and bridges whose keys one keeps."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            models.Q(user=user, organisation_id__isnull=True, bridge_id__isnull=True)
            | models.Q(organisation_id__in=kept_by(user, "organisation"))
            | models.Q(bridge_id__in=kept_by(user, "bridge"))
        )

    def holding(self) -> ApiKeyQuerySet:
        """Neither ended nor past their date."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())
