"""Keys of encrypted columns (列加密密钥): named, kept outside the database, replaced without stopping.

The ring holds encryption keys and index keys, each under an id, one of each active.  New
values use the active key; old ids stay readable until rotation has rewritten every row.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from zhengtong.journal import door
from zhengtong.kernel.clock import SystemClock
from zhengtong.kernel.errors import NotFound, WrongState

RING_FILE = "columns.json"
SECRET_FILE = "django.key"  # noqa: S105 -- a file name
KEY_BYTES = 32
RING_KEYS_MAX = 16
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Ring:
    """Encryption keys and index keys by id, with the id that is active in each."""

    sealing: dict[str, bytes]
    sealing_active: str
    indexing: dict[str, bytes]
    indexing_active: str


def ring() -> Ring:
    """The deployment's keys.

    Raises:
        NotFound: `zhengtong center init` has not made them, or the home folder is another one.
    """
    path = door.keys_dir() / RING_FILE
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise NotFound("journal.keys_missing", path=str(path)) from None
    return _read(path, stamp)


@lru_cache(maxsize=8)
def _read(path: Path, _stamp: int) -> Ring:
    held = json.loads(path.read_text(encoding="ascii"))
    return Ring(
        sealing={name: base64.b64decode(key) for name, key in held["sealing"]["keys"].items()},
        sealing_active=held["sealing"]["active"],
        indexing={name: base64.b64decode(key) for name, key in held["indexing"]["keys"].items()},
        indexing_active=held["indexing"]["active"],
    )


def create(folder: Path) -> bool:
    """Make the signing secret and the first column keys; True if any was made.  Never replaces one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    made = _write_new(folder / SECRET_FILE, secrets.token_urlsafe(48).encode())
    first = {"active": "k1", "keys": {"k1": _fresh_key()}, "made": {"k1": _now()}}
    second = {"active": "k1", "keys": {"k1": _fresh_key()}, "made": {"k1": _now()}}
    return _write_new(folder / RING_FILE, _encoded({"sealing": first, "indexing": second})) or made


def add_active(folder: Path) -> tuple[str, str]:
    """Add a fresh key of both kinds and make it active.  Returns the two new ids."""
    held = json.loads((folder / RING_FILE).read_text(encoding="ascii"))
    named = []
    for kind in ("sealing", "indexing"):
        part = held[kind]
        if len(part["keys"]) >= RING_KEYS_MAX:
            raise WrongState("journal.ring_full", most=RING_KEYS_MAX)
        name = f"k{1 + max(int(known[1:]) for known in part['keys'])}"
        part["keys"][name], part["active"] = _fresh_key(), name
        part.setdefault("made", {})[name] = _now()
        named.append(name)
    _replace(folder / RING_FILE, _encoded(held))
    return named[0], named[1]


def drop_inactive(folder: Path) -> int:
    """Forget all keys that are not active, after rotation has rewritten every row.  Returns how many."""
    held = json.loads((folder / RING_FILE).read_text(encoding="ascii"))
    dropped = 0
    for kind in ("sealing", "indexing"):
        active = held[kind]["active"]
        dropped += len(held[kind]["keys"]) - 1
        held[kind]["keys"] = {active: held[kind]["keys"][active]}
        held[kind]["made"] = {name: at for name, at in held[kind].get("made", {}).items() if name == active}
    _replace(folder / RING_FILE, _encoded(held))
    return dropped


@dataclass(frozen=True, slots=True)
class KeyFact:
    """What may be shown of a column key: never the key (密钥台账)."""

    kind: str  # sealing | indexing
    name: str
    active: bool
    made: datetime | None  # rings made before this was kept do not say


def facts(folder: Path) -> tuple[KeyFact, ...]:
    """The column keys by name.  Raises NotFound where there are none."""
    path = folder / RING_FILE
    if not path.is_file():
        raise NotFound("journal.keys_missing", path=str(path))
    held = json.loads(path.read_text(encoding="ascii"))
    found = list[KeyFact]()
    for kind in ("sealing", "indexing"):
        made, active = held[kind].get("made", {}), held[kind]["active"]
        for name in sorted(held[kind]["keys"]):
            at = datetime.fromisoformat(made[name]) if name in made else None
            found.append(KeyFact(kind, name, name == active, at))
    return tuple(found)


def _now() -> str:
    return SystemClock().now().isoformat(timespec="seconds")  # keys age by the machine's clock, also in a story


def _fresh_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _encoded(held: Mapping[str, object]) -> bytes:
    return json.dumps(held, indent=1, sort_keys=True).encode()


def _write_new(path: Path, content: bytes) -> bool:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    return True


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _write_new(fresh, content)
    fresh.replace(path)
