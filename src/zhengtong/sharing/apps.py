"""The Django app of sharing (共享机制)."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Names the app and its label."""

    name = "zhengtong.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"
