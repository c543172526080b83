"""Keys of programs, and answers kept for calls that are sent twice. Additive."""

import django.contrib.postgres.fields
import django.db.models.deletion
import qiao.common.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "public_id",
                    models.CharField(
                        default=qiao.common.identifiers.public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("token", "Token: sent with every request"),
                            ("client", "Client: exchanged for short-lived tokens (OAuth 2.0)"),
                        ],
                        default="token",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="what it is for")),
                ("organisation_id", models.BigIntegerField(blank=True, null=True)),
                ("bridge_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None, verbose_name="scopes"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("hint", models.CharField(max_length=4)),
                ("expires_at", models.DateTimeField(verbose_name="holds until")),
                ("previous_digest", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("previous_until", models.DateTimeField(blank=True, null=True)),
                ("rotated_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "key of a program",
                "verbose_name_plural": "keys of programs",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="ApiAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("place", models.CharField(max_length=64, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.TextField(blank=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.apikey"
                    ),
                ),
            ],
            options={
                "verbose_name": "answer kept for a repeated call",
                "verbose_name_plural": "answers kept for repeated calls",
            },
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(fields=["organisation_id"], name="key_by_organisation"),
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(fields=["bridge_id"], name="key_by_bridge"),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation_id__isnull", True), ("bridge_id__isnull", True), _connector="OR"),
                name="key_limited_to_one_place",
            ),
        ),
        migrations.AddIndex(
            model_name="apianswer",
            index=models.Index(fields=["created_at"], name="api_answer_by_age"),
        ),
    ]
