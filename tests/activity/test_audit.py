"""The audit log is append-only, in the database itself."""

import pytest
from django.db import DatabaseError, transaction

from qiao.activity.domain.audit import record
from qiao.activity.models import AuditEntry
from tests.factories import BridgeFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_audit_entry_cannot_be_changed_or_deleted() -> None:
    bridge = BridgeFactory()
    entry = record("open_bridge", bridge, actor=UserFactory(), bridge_id=bridge.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(verb="close_bridge")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).delete()
    assert AuditEntry.objects.about(bridge).get().verb == "open_bridge"
