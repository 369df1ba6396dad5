"""Documents for search and each store's own full text index over their tokens."""

import django.db.models.deletion
from django.db import migrations, models

from zhengtong.catalog.search.stores import store


def create(apps, schema_editor):
    for statement in store(schema_editor.connection.vendor).create:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    for statement in store(schema_editor.connection.vendor).drop:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_columndecision"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("title", models.TextField(blank=True)),
                ("items", models.TextField(blank=True)),
                ("body", models.TextField(blank=True)),
            ],
        ),
        migrations.RemoveField(
            model_name="revision",
            name="search_text",
        ),
        migrations.CreateModel(
            name="FacetGroup",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=40)),
                ("jurisdiction", models.CharField(blank=True, max_length=6)),
                ("level", models.CharField(max_length=12)),
                ("share_type", models.CharField(blank=True, max_length=1)),
                ("theme", models.CharField(blank=True, max_length=10)),
                ("cycle", models.CharField(blank=True, max_length=20)),
                ("open_flag", models.BooleanField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "jurisdiction", "level", "share_type", "theme", "cycle", "open_flag"),
                        name="facet_group_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("in_force", models.BooleanField()),
                ("length", models.PositiveSmallIntegerField()),
                ("guide_code", models.CharField(max_length=64)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.facetgroup"
                    ),
                ),
                (
                    "revision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="document", to="catalog.revision"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["in_force", "group"], name="document_by_group"),
                    models.Index(fields=["in_force", "guide_code", "group"], name="document_by_code"),
                ],
            },
        ),
        migrations.RunPython(create, drop, elidable=False),
    ]
