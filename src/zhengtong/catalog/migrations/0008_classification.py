"""The other three schemes of GB/T 21063.4: industry, service, form (行业、服务、资源形态分类)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0007_documents"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="form_class",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="revision",
            name="industry",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="revision",
            name="service_class",
            field=models.CharField(blank=True, max_length=20),
        ),
    ]
