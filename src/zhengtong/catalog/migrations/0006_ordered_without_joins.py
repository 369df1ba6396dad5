"""Items and revisions come in the order of their own columns; the order of codes cost two joins in every look-up."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_harvest"),
    ]

    operations = [
        migrations.AlterModelOptions(name="item", options={"ordering": ("revision_id", "position")}),
        migrations.AlterModelOptions(name="revision", options={"ordering": ("entry_id", "number")}),
    ]
