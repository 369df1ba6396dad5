"""Who is told of changes: subscriptions, notices, and from when an old revision stops (变更告知)."""

import django.db.models.deletion
import zhengtong.catalog.rules.diffs
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_classification"),
        ("parties", "0002_second_factor"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="breaking_on",
            field=models.DateField(null=True),
        ),
        migrations.CreateModel(
            name="ChangeNotice",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (zhengtong.catalog.rules.diffs.ChangeClass["COMPATIBLE"], "Compatible"),
                            (zhengtong.catalog.rules.diffs.ChangeClass["TIGHTENING"], "Tightening"),
                            (zhengtong.catalog.rules.diffs.ChangeClass["BREAKING"], "Breaking"),
                            (zhengtong.catalog.rules.diffs.ChangeClass["WITHDRAWN"], "Withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("effective_on", models.DateField(null=True)),
                ("told_on", models.DateField()),
                ("read_on", models.DateField(null=True)),
                ("read_by", models.UUIDField(null=True)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.entry"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organization"
                    ),
                ),
            ],
            options={
                "ordering": ("-told_on",),
                "indexes": [models.Index(fields=["organization", "read_on"], name="notice_unread")],
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "version", "kind", "organization"), name="told_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("read_by__isnull", True), ("read_on__isnull", True)),
                            models.Q(("read_by__isnull", False), ("read_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="notice_read_who_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("since", models.DateField()),
                ("by", models.UUIDField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.entry"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organization"
                    ),
                ),
            ],
            options={
                "ordering": ("since",),
                "constraints": [models.UniqueConstraint(fields=("entry", "organization"), name="subscribed_once")],
            },
        ),
    ]
