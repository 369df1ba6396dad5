"""All addresses (网址): each area's `urls.py` under its prefix, if the area runs here."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from zhengtong.config import pages

PREFIXES = {
    "parties": "",
    "catalog": "catalog/",
    "sharing": "sharing/",
    "exchange": "exchange/",
    "standards": "standards/",
    "supervision": "supervision/",
    "ui": "ui/",
    "portal": "",
}


def _areas() -> list[URLResolver]:
    found = []
    for area, prefix in PREFIXES.items():
        module = f"zhengtong.{area}.urls"
        if apps.is_installed(f"zhengtong.{area}") and find_spec(module) is not None:
            found.append(path(prefix, include(import_module(module))))
    return found


def _for_everybody() -> list[URLResolver]:
    """What areas offer without an account: at the root, and before the addresses of people who signed in."""
    modules = [f"zhengtong.{area}.urls" for area in PREFIXES if apps.is_installed(f"zhengtong.{area}")]
    found = [getattr(import_module(name), "for_everybody", None) for name in modules if find_spec(name) is not None]
    return [path("", include(patterns)) for patterns in found if patterns is not None]


urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", pages.live),
    path("i18n/", include("django.conf.urls.i18n")),
    *_for_everybody(),
    path("api/", include("zhengtong.config.api")),
    *_areas(),
]

handler400 = handler403 = handler404 = "zhengtong.config.pages.refused"
handler500 = "zhengtong.config.pages.broken"
