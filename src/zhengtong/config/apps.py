"""Connects listeners and jobs once all areas are loaded."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "zhengtong.config"
    label = "config"

    def ready(self) -> None:
        from zhengtong.config import wiring

        wiring.connect()
