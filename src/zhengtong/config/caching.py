"""How long browsers may keep a file (缓存): imported by the settings, so it imports nothing of Django."""

import re
from collections.abc import MutableMapping

_VENDORED = re.compile(r"/vendor/[^/]+/[^/]+/")


def keep_vendored(headers: MutableMapping[str, str], path: str, url: str) -> None:  # noqa: ARG001 -- whitenoise calls it so
    """Vendored files carry their version in the path and never change."""
    if _VENDORED.search(url):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
