# Proposals that are shown to be tried say so: additive, none is one yet.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0005_responses_and_learning"),
    ]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="to_try",
            field=models.BooleanField(default=False),
        ),
    ]
