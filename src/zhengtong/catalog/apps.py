"""Django's entry for this area."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "zhengtong.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "目录"
