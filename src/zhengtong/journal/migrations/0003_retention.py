"""Retention: periods of this deployment, disposal records, and read records that go only under one of those."""

from django.db import migrations, models

from zhengtong.journal import append_only


def protect(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in append_only.drop_statements(vendor, tables=append_only.FIRST):
        schema_editor.execute(statement, params=None)
    for statement in append_only.create_statements(vendor):
        schema_editor.execute(statement, params=None)


def unprotect(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in append_only.drop_statements(vendor):
        schema_editor.execute(statement, params=None)
    for statement in append_only.create_statements(vendor, tables=append_only.FIRST):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="RetentionPeriod",
            fields=[
                ("kind", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("days", models.PositiveIntegerField()),
                ("ground", models.CharField(max_length=300)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ground", ""), _negated=True), name="retention_ground_given"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DisposalRecord",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("before", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("days", models.PositiveIntegerField()),
                ("ground", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["kind", "before"], name="disposal_by_kind")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="disposal_of_something")
                ],
            },
        ),
        migrations.RunPython(protect, unprotect, elidable=False),
    ]
