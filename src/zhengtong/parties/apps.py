"""Django's entry for this area."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "zhengtong.parties"
    label = "parties"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "主体"
