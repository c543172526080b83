"""What programs did with one key is found without going over the whole log."""

import django.db.models.fields.json
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("activity", "0005_searched"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                django.db.models.fields.json.KeyTextTransform("key", "detail"),
                models.OrderBy(models.F("at"), descending=True),
                condition=models.Q(("detail__has_key", "key")),
                name="audit_by_key",
            ),
        ),
    ]
