"""Tells the audit log who runs which bridge."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from qiao.activity.readers import tell_readers
from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import RUNS


def bridges_run_by(user: Any) -> QuerySet[BridgeStaff, int]:
    """Ids of the bridges whose log the person may read."""
    return BridgeStaff.objects.filter(user=user, role__in=RUNS).values_list("bridge_id", flat=True)


def connect() -> None:
    """Tell the log. Called once, when the app is ready."""
    tell_readers("run", bridges_run_by)
