"""Demands for data of the own area that a level above collected (回流)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0006_disposals"),
    ]

    operations = [
        migrations.AddField(
            model_name="demand",
            name="backflow",
            field=models.BooleanField(default=False),
        ),
    ]
