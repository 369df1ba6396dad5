"""What the consumer of an ended grant did with the data (数据处置)."""

import django.db.models.deletion
import zhengtong.sharing.rules.disposals
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0005_emergency_stops"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disposal",
            fields=[
                (
                    "grant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="disposal",
                        serialize=False,
                        to="sharing.grant",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (zhengtong.sharing.rules.disposals.DisposalState["OWED"], "Owed"),
                            (zhengtong.sharing.rules.disposals.DisposalState["REPORTED"], "Reported"),
                            (zhengtong.sharing.rules.disposals.DisposalState["ACCEPTED"], "Accepted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_on", models.DateField()),
                ("due_on", models.DateField()),
                ("due_provisional", models.BooleanField(default=False)),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        choices=[
                            (zhengtong.sharing.rules.disposals.DisposalMethod["DESTROYED"], "Destroyed"),
                            (zhengtong.sharing.rules.disposals.DisposalMethod["RETURNED"], "Returned"),
                            (zhengtong.sharing.rules.disposals.DisposalMethod["ANONYMISED"], "Anonymised"),
                            (zhengtong.sharing.rules.disposals.DisposalMethod["KEPT"], "Kept"),
                        ],
                        max_length=12,
                    ),
                ),
                ("evidence", models.TextField(blank=True)),
                ("legal_basis", models.TextField(blank=True)),
                ("reported_on", models.DateField(null=True)),
                ("reported_at", models.DateTimeField(null=True)),
                ("reported_by", models.UUIDField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("answered_on", models.DateField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.UUIDField(null=True)),
            ],
            options={
                "ordering": ("due_on",),
                "indexes": [models.Index(fields=["state", "due_on"], name="disposal_owed")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["owed", "reported", "accepted"])), name="disposal_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reported_at__isnull", True), ("reported_by__isnull", True)),
                            models.Q(("reported_at__isnull", False), ("reported_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="disposal_reported_who_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="disposal_answered_who_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "owed"),
                            models.Q(
                                models.Q(("method", ""), _negated=True), models.Q(("evidence", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="disposal_reported_says_how",
                    ),
                ],
            },
        ),
    ]
