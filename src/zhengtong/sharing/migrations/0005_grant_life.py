from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sharing", "0004_coordination")]

    operations = []
