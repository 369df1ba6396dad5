"""Newer editions of shipped tables (标准表新版本)."""

import zhengtong.standards.rules.profiles
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("standards", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TableEdition",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (zhengtong.standards.rules.profiles.TableKind["CODE_LIST"], "Code_List"),
                            (zhengtong.standards.rules.profiles.TableKind["PROFILE"], "Profile"),
                            (zhengtong.standards.rules.profiles.TableKind["ELEMENTS"], "Elements"),
                        ],
                        max_length=12,
                    ),
                ),
                ("table", models.CharField(max_length=40)),
                ("edition", models.CharField(max_length=60)),
                ("source", models.CharField(max_length=300)),
                ("mark", models.CharField(max_length=4)),
                ("content", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("rows", models.PositiveIntegerField()),
                ("loaded_by", models.UUIDField(null=True)),
                ("loaded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-loaded_at",),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "table", "edition"), name="table_edition_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", ""), _negated=True), models.Q(("edition", ""), _negated=True)
                        ),
                        name="table_edition_sourced",
                    ),
                ],
            },
        ),
    ]
