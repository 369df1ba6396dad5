"""What people said about columns of files (列映射记忆)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("parties", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ColumnDecision",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("signature", models.CharField(max_length=140)),
                ("source", models.CharField(max_length=200)),
                ("field", models.CharField(blank=True, max_length=40)),
                ("decided_by", models.UUIDField()),
                ("decided_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organization"
                    ),
                ),
            ],
            options={
                "ordering": ("source",),
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "signature"), name="column_decided_once"),
                    models.CheckConstraint(
                        condition=models.Q(("signature", ""), _negated=True), name="column_decision_signed"
                    ),
                ],
            },
        ),
    ]
