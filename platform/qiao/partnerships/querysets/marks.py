"""Reads of responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from qiao.partnerships.models import ProposalMark


class ProposalMarkQuerySet(models.QuerySet["ProposalMark"]):
    """Marks on proposals."""

    def visible_to(self, user: Any) -> ProposalMarkQuerySet:
        """Those of the person's own organisations; not even the bridge's staff see others'."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organisation__affiliations__user=user)
