"""The Django app of supervision (督查)."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Names the app and its label."""

    name = "zhengtong.supervision"
    label = "supervision"
    default_auto_field = "django.db.models.BigAutoField"
