"""Downloads (下载): files below HOME/center/exports, offered by a short-lived signed address that the gate serves.

The signature is the permission: the view that offers a file has checked the actor.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.core import signing

from zhengtong.journal import door
from zhengtong.kernel.errors import NotFound

LINK_S = 300  # how long an address is good
PREFIX = "/files/"
_SALT = "zhengtong.downloads"


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a signed address names."""

    path: Path
    filename: str
    content_type: str


def folder() -> Path:
    """Where exports are written."""
    made = door.center_home() / "exports"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def offer(path: Path, *, filename: str, content_type: str) -> str:
    """The address under which the gate serves a file for LINK_S seconds, with Range (下载链接).

    Raises:
        NotFound: the file is not below the exports folder.
    """
    inside = _inside(path)
    held = {"p": str(inside.relative_to(folder().resolve())), "n": filename, "t": content_type}
    return f"{PREFIX}{signing.dumps(held, salt=_SALT, compress=True)}/{quote(filename)}"


def opened(address: str) -> Offer:
    """The file behind an address.

    Raises:
        NotFound: the address is forged, too old, or its file is gone.
    """
    token = address.removeprefix(PREFIX).partition("/")[0]
    try:
        held = signing.loads(token, salt=_SALT, max_age=LINK_S)
    except signing.BadSignature:
        raise NotFound("journal.link_expired") from None
    return Offer(_inside(folder() / held["p"]), held["n"], held["t"])


def _inside(path: Path) -> Path:
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(folder().resolve()) or not real.is_file():
        raise NotFound("journal.link_expired")
    return real
