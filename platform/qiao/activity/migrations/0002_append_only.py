"""The database itself refuses to change or delete what the audit log says."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION activity_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON activity_auditentry
    FOR EACH ROW EXECUTE FUNCTION activity_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER audit_entry_append_only ON activity_auditentry;
DROP FUNCTION activity_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
