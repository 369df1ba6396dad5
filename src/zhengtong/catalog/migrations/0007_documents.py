"""Materials: who issues them, which entry gives them, since when they are no longer asked for."""

from datetime import UTC, datetime, timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

BEIJING = timedelta(hours=8)
MILLIS_SHIFT = 80  # a UUIDv7 begins with the milliseconds of its birth


def born(apps, schema_editor):
    document = apps.get_model("catalog", "MatterDocument")
    for row in document.objects.iterator(chunk_size=2000):
        born_at = datetime.fromtimestamp((row.id.int >> MILLIS_SHIFT) / 1000, UTC)
        document.objects.filter(pk=row.pk).update(added_on=(born_at + BEIJING).date())


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_ordered_without_joins"),
    ]

    operations = [
        migrations.AlterModelOptions(name="matterdocument", options={"ordering": ("matter_id", "direction", "name")}),
        migrations.AddField(model_name="matterdocument", name="official", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="matterdocument", name="added_on", field=models.DateField(null=True)),
        migrations.RunPython(born, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(model_name="matterdocument", name="added_on", field=models.DateField()),
        migrations.AddField(
            model_name="matterdocument",
            name="entry",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.entry"
            ),
        ),
        migrations.AddField(model_name="matterdocument", name="shared_since", field=models.DateField(null=True)),
        migrations.AddField(model_name="matterdocument", name="ended_on", field=models.DateField(null=True)),
        migrations.AddConstraint(
            model_name="matterdocument",
            constraint=models.CheckConstraint(
                name="document_shared_since_a_day", condition=Q(entry__isnull=True) | Q(shared_since__isnull=False)
            ),
        ),
        migrations.AddConstraint(
            model_name="matterdocument",
            constraint=models.CheckConstraint(
                name="document_result_is_not_asked_for",
                condition=Q(direction="material") | Q(entry__isnull=True, ended_on__isnull=True, official=False),
            ),
        ),
    ]
