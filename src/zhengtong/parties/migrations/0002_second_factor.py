"""A second factor beside the password (动态口令)."""

import zhengtong.journal.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="second_factor",
            field=zhengtong.journal.fields.EncryptedTextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="account",
            name="second_factor_on",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="second_factor_step",
            field=models.BigIntegerField(default=0),
        ),
    ]
