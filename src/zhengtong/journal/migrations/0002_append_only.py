"""Events and read records are append-only: the database refuses the rest, on both stores."""

from django.db import migrations

from zhengtong.journal import append_only


def protect(apps, schema_editor):
    for statement in append_only.create_statements(schema_editor.connection.vendor, tables=append_only.FIRST):
        schema_editor.execute(statement, params=None)


def unprotect(apps, schema_editor):
    for statement in append_only.drop_statements(schema_editor.connection.vendor, tables=append_only.FIRST):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(protect, unprotect, elidable=False)]
