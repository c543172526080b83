"""Tells the audit log whose people somebody is."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from qiao.activity.readers import tell_readers
from qiao.bridges.audit_readers import bridges_run_by
from qiao.directory.models import Affiliation, Organisation


def organisations_of(user: Any) -> QuerySet[Affiliation, int]:
    """Ids of the organisations the person has any role in."""
    return Affiliation.objects.filter(user=user).order_by().values_list("organisation_id", flat=True)


def profiles_kept_by(user: Any) -> QuerySet[Organisation, int]:
    """Ids of the profiles that bridges the person runs manage: such a person acts for them, until they are claimed."""
    return Organisation.objects.filter(managed_by__in=bridges_run_by(user)).order_by().values_list("pk", flat=True)


def connect() -> None:
    """Tell the log. Called once, when the app is ready."""
    tell_readers("own", organisations_of)
    tell_readers("kept", profiles_kept_by)
