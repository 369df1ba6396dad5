"""Canonical JSON (规范化 JSON): the one byte form of a value, after RFC 8785.

Our value space is smaller than JSON's: text, whole numbers within ±2^53, true, false, null,
lists, and objects with printable ASCII keys.  There are no floats (decimals travel as text), so
sorting keys by byte equals RFC 8785's sorting by UTF-16 unit.  What was signed is never
written anew: a reader accepts bytes only when they equal the canonical form of what they say,
which also refuses duplicate keys, spare blanks and other spellings of one value.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, cast

import orjson

from zhengtong.kernel.errors import RuleBroken

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

INTEGER_MAX = 2**53 - 1  # what every JSON reader holds exactly
DEPTH_MAX = 16

_KEY = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,64}")
_SEEN_KEYS_MAX = 1024  # the protocol's own names; foreign keys are matched each time once it is full
_seen_keys: set[object] = set()
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")

__all__ = ["DEPTH_MAX", "INTEGER_MAX", "Json", "encode", "instant", "parse", "parse_instant", "parse_object"]


def encode(value: Json, *, max_depth: int = DEPTH_MAX) -> bytes:
    """The canonical bytes of a value (规范字节).  Raises RuleBroken for a value outside the space above."""
    _admit(value, depth=max_depth)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as bad:  # lone surrogates
        raise RuleBroken("wire.not_canonical", why=str(bad)) from None


def parse(raw: bytes, *, max_bytes: int, max_depth: int = DEPTH_MAX) -> Json:
    """The value of canonical bytes, refusing any other bytes (严格解析)."""
    if len(raw) > max_bytes:
        raise RuleBroken("wire.too_long", thing="JSON", size=len(raw), limit=max_bytes)
    try:
        value = cast(Json, orjson.loads(raw))
    except orjson.JSONDecodeError as bad:
        raise RuleBroken("wire.not_canonical", why=str(bad)) from None
    if encode(value, max_depth=max_depth) != raw:
        raise RuleBroken("wire.not_canonical", why="key order, duplicate key, blank or escape")
    return value


def parse_object(raw: bytes, *, max_bytes: int, max_depth: int = DEPTH_MAX) -> dict[str, Json]:
    """`parse` for bytes that must hold an object (对象)."""
    value = parse(raw, max_bytes=max_bytes, max_depth=max_depth)
    if not isinstance(value, dict):
        raise RuleBroken("wire.not_canonical", why="an object is expected")
    return value


def instant(at: datetime) -> str:
    """An instant as UTC text to the millisecond (时刻): `2026-10-16T01:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_instant(text: str) -> datetime:
    """The instant of such a text, refusing any other spelling (时刻)."""
    if not _INSTANT.fullmatch(text):
        raise RuleBroken("wire.not_an_instant", value=text[:40])
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise RuleBroken("wire.not_an_instant", value=text[:40]) from None


def to_millisecond(at: datetime) -> datetime:
    """The instant without what the wire cannot carry (截到毫秒)."""
    utc = at.astimezone(UTC)
    return utc - timedelta(microseconds=utc.microsecond % 1000)


def _admit(value: object, *, depth: int) -> None:
    """Refuse what has no place in the value space; the common cases first, this runs on every message."""
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise RuleBroken("wire.not_canonical", why="a whole number beyond ±(2^53-1)")
        return
    if depth <= 0:
        raise RuleBroken("wire.too_deep", limit=DEPTH_MAX)
    for item in _members(value):
        if item is not None and type(item) is not str:
            _admit(item, depth=depth - 1)


def _members(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        held = cast("dict[object, object]", value)
        for key in held:
            if key not in _seen_keys:
                _admit_key(key)
        return held.values()
    if isinstance(value, list | tuple):
        return cast("list[object]", value)
    raise RuleBroken("wire.not_canonical", why=f"{type(value).__name__} has no place in canonical JSON")


def _admit_key(key: object) -> None:
    if not (isinstance(key, str) and _KEY.fullmatch(key)):
        raise RuleBroken("wire.not_canonical", why="a key must be printable ASCII, at most 64 characters")
    if len(_seen_keys) < _SEEN_KEYS_MAX:
        _seen_keys.add(key)
