"""Django registration of the area (交换体系)."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "zhengtong.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "交换体系"
