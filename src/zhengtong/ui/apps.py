"""The look as a Django app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "zhengtong.ui"
    label = "ui"
