"""Reads of imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import Bridge

if TYPE_CHECKING:
    from qiao.directory.models import ImportJob


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    """Imports."""

    def visible_to(self, user: Any) -> ImportJobQuerySet:
        """Those of bridges the person runs."""
        return self.filter(bridge__in=Bridge.objects.run_by(user))
