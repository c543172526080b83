"""The audit log cannot be emptied either: TRUNCATE passes by triggers on rows, so it has one of its own."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON activity_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION activity_refuse_change();
"""

BACKWARDS = "DROP TRIGGER audit_entry_no_truncate ON activity_auditentry;"


class Migration(migrations.Migration):
    dependencies = [("activity", "0003_who_may_read")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
