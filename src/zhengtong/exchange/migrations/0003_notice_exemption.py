import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0002_node_ledgers"),
        ("parties", "0003_federated_identity"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeExemption",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("grant", models.CharField(max_length=64)),
                ("jurisdiction", models.CharField(blank=True, max_length=6)),
                (
                    "ground",
                    models.CharField(
                        choices=[("secrecy", "secrecy"), ("emergency", "emergency"), ("duty", "duty")], max_length=10
                    ),
                ),
                ("legal_basis", models.CharField(max_length=300)),
                ("reason", models.CharField(max_length=500)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("set_by", models.UUIDField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ground__in", ["secrecy", "emergency", "duty"])), name="notice_ground_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("legal_basis", ""), _negated=True), models.Q(("reason", ""), _negated=True)
                        ),
                        name="notice_on_a_ground",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="notice_ends_later",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("grant",), name="notice_exempt_once"
                    ),
                ],
            },
        ),
    ]
