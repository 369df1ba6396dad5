"""Django's entry for this area."""

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "zhengtong.standards"
    label = "standards"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "标准规范"

    def ready(self) -> None:
        from zhengtong.standards import queries, tables

        tables.follow(queries.editions_serial, queries.editions_in_force)
