"""Information projects before the data authority, with its word on each year's money (信息化项目)."""

import django.db.models.deletion
import zhengtong.supervision.rules.projects
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0009_following"),
        ("parties", "0002_second_factor"),
        ("supervision", "0002_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProjectRegister",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=24, unique=True)),
                ("jurisdiction", models.CharField(blank=True, max_length=6)),
                ("name", models.CharField(max_length=200)),
                ("system", models.CharField(blank=True, max_length=200)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            (zhengtong.supervision.rules.projects.ProjectStage["PLANNED"], "Planned"),
                            (zhengtong.supervision.rules.projects.ProjectStage["APPROVED"], "Approved"),
                            (zhengtong.supervision.rules.projects.ProjectStage["REFUSED"], "Refused"),
                            (zhengtong.supervision.rules.projects.ProjectStage["ACCEPTED"], "Accepted"),
                            (zhengtong.supervision.rules.projects.ProjectStage["WITHDRAWN"], "Withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
                ("planned_on", models.DateField()),
                ("planned_by", models.UUIDField()),
                ("reason", models.TextField(blank=True)),
                ("decided_on", models.DateField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("entries", models.ManyToManyField(related_name="+", to="catalog.entry")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organization"
                    ),
                ),
            ],
            options={
                "ordering": ("-number",),
            },
        ),
        migrations.CreateModel(
            name="ProjectMoney",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "money",
                    models.CharField(
                        choices=[
                            (zhengtong.supervision.rules.projects.Money["SUPPORT"], "Support"),
                            (zhengtong.supervision.rules.projects.Money["DECLINE"], "Decline"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField()),
                ("entries", models.PositiveIntegerField()),
                ("unpublished", models.PositiveIntegerField()),
                ("late_deliveries", models.PositiveIntegerField()),
                ("upheld", models.PositiveIntegerField()),
                ("judged_on", models.DateField()),
                ("judged_by", models.UUIDField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="money", to="supervision.project"
                    ),
                ),
            ],
            options={
                "ordering": ("-year",),
            },
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(fields=["organization", "stage"], name="project_of_department"),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["planned", "approved", "refused", "accepted", "withdrawn"])),
                name="project_stage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage", "planned"),
                    models.Q(models.Q(("reason", ""), _negated=True), ("decided_on__isnull", False)),
                    _connector="OR",
                ),
                name="project_decided_who_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="projectmoney",
            constraint=models.UniqueConstraint(fields=("project", "year"), name="money_once_a_year"),
        ),
    ]
