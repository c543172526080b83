"""Reads of invitations and saved items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qiao.directory.enums import PersonRole

if TYPE_CHECKING:
    from qiao.directory.models import Invitation, SavedItem


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations."""

    def open(self) -> InvitationQuerySet:
        """Neither accepted, revoked nor past their date."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())

    def visible_to(self, user: Any) -> InvitationQuerySet:
        """Those of organisations the person owns."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organisation__affiliations__user=user, organisation__affiliations__role=PersonRole.OWNER)


class SavedItemQuerySet(models.QuerySet["SavedItem"]):
    """Saved items."""

    def visible_to(self, user: Any) -> SavedItemQuerySet:
        """A person's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()
