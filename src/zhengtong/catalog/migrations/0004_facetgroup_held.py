"""How many entries in force each group of facets has, kept with the documents."""

from django.db import migrations, models
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count(apps, schema_editor):
    group, document = apps.get_model("catalog", "FacetGroup"), apps.get_model("catalog", "SearchDocument")
    own = document.objects.filter(group=OuterRef("pk"), in_force=True).order_by().values("group")
    held = Subquery(own.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    group.objects.update(held=Coalesce(held, 0))


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="facetgroup",
            name="held",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(count, migrations.RunPython.noop, elidable=True),
    ]
