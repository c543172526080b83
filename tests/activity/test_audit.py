"""The audit log: append-only in the database itself, and without personal data."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from qiao.activity.domain.audit import record
from qiao.activity.models import AuditEntry
from qiao.directory.domain.leaving import delete_account
from qiao.directory.domain.organisations import create_organisation
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


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE activity_auditentry SET actor_id = NULL",
        "UPDATE activity_auditentry SET private = true, also = '{}'",
        "DELETE FROM activity_auditentry",
        "TRUNCATE activity_auditentry",
        "TRUNCATE activity_auditentry CASCADE",
        "INSERT INTO activity_auditentry (id, at, verb, subject_type, subject_id, before, after, detail, also, private)"
        " SELECT id, at, 'forged', subject_type, subject_id, before, after, detail, also, private"
        " FROM activity_auditentry ON CONFLICT (id) DO UPDATE SET verb = 'forged'",
    ],
)
def test_the_database_refuses_whoever_asks_it_directly(statement: str) -> None:
    """The role that the tests sign in with owns the table, as the application's does: no right is missing to it."""
    bridge = BridgeFactory()
    record("open_bridge", bridge, actor=UserFactory(), bridge_id=bridge.pk)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.about(bridge).get().verb == "open_bridge"


def test_the_log_of_a_deleted_person_keeps_no_personal_data() -> None:
    person = UserFactory(email="li.wenxiu@people.example", name="Li Wenxiu", name_zh="李文秀")
    colleague = UserFactory()
    organisation = create_organisation(
        actor=person, name_en="Tidewell", kind="startup", size="small", country="GB", city_en="Leeds"
    )
    from qiao.directory.models import Affiliation

    Affiliation.objects.create(user=colleague, organisation=organisation, role="owner")
    number = person.pk
    delete_account(person, actor=person)
    rows = list(AuditEntry.objects.filter(actor_id=number).values())
    assert {"create_organisation", "delete_account"} <= {row["verb"] for row in rows}
    words = str(list(AuditEntry.objects.values())).lower()
    for datum in ("wenxiu", "李文秀", "people.example"):
        assert datum not in words
