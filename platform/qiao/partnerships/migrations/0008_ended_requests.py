"""How a side's own request ended, while another is on its way to it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partnerships", "0007_workshop_origin"),
    ]

    operations = [
        migrations.AddField(
            model_name="party",
            name="ended",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="party",
            name="ended_at_message",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
