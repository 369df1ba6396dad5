"""Canonical JSON has one byte form, and readers take no other."""

from datetime import UTC, datetime

import pytest

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import canonical


def test_keys_are_sorted_and_nothing_is_added() -> None:
    assert canonical.encode({"b": [1, True, None], "a": "政通"}) == '{"a":"政通","b":[1,true,null]}'.encode()


@pytest.mark.fault(
    "wire.not_canonical", what="duplicate keys, blanks, floats or another key order", unchanged="refused"
)
@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":"\\u0041"}',
        b'{"a":9007199254740993}',
        b'{"\xe5\x90\x8d":1}',
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b"{} ",
        b"\xef\xbb\xbf{}",
        b"",
        b'{"a":"\xff"}',
    ],
)
def test_any_other_spelling_is_refused(raw: bytes) -> None:
    with pytest.raises(RuleBroken) as refused:
        canonical.parse(raw, max_bytes=1000)
    assert refused.value.key == "wire.not_canonical"


@pytest.mark.fault("wire.too_deep", what="JSON nested without end", unchanged="refused before it is read")
@pytest.mark.parametrize("depth", [17, 500, 100_000])
def test_deep_json_is_refused(depth: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        canonical.parse(b"[" * depth + b"]" * depth, max_bytes=1_000_000)
    assert refused.value.key in {"wire.too_deep", "wire.not_canonical"}


@pytest.mark.fault("wire.too_long", what="a body above its bound", unchanged="refused before it is parsed")
def test_long_bytes_are_refused_unread() -> None:
    with pytest.raises(RuleBroken) as refused:
        canonical.parse(b"x" * 11, max_bytes=10)
    assert refused.value.key == "wire.too_long"


def test_floats_and_foreign_values_cannot_be_written() -> None:
    for value in (1.5, object(), b"bytes", {1: 2}, 2**53):
        with pytest.raises(RuleBroken):
            canonical.encode(value)  # pyright: ignore[reportArgumentType]


def test_instants_have_one_spelling() -> None:
    at = datetime(2026, 10, 16, 1, 2, 3, 456_789, tzinfo=UTC)
    assert canonical.instant(at) == "2026-10-16T01:02:03.456Z"
    assert canonical.parse_instant("2026-10-16T01:02:03.456Z") == at.replace(microsecond=456_000)
    for other in ("2026-10-16T01:02:03Z", "2026-10-16T01:02:03.456+00:00", "2026-13-16T01:02:03.456Z", "今天"):
        with pytest.raises(RuleBroken):
            canonical.parse_instant(other)
