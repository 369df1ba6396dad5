"""The chain covers every column, and differences are named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from zhengtong.journal.rules import GENESIS, ChainHead, StoredEvent, canonical, chained, differences

EVENT = StoredEvent(
    id=UUID(int=1),
    at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
    actor=UUID(int=2),
    acting_for=None,
    organization=UUID(int=3),
    jurisdiction="990100",
    name="sharing.request.received",
    version=1,
    request_id="r",
    subject=UUID(int=4),
    payload={"b": 1, "a": ["字"]},
    seq=None,
    digest="",
)
FIRST = ChainHead(0, GENESIS)


def test_the_canonical_bytes_are_fixed() -> None:
    assert canonical(EVENT, seq=1).decode() == (
        '{"acting_for":"","actor":"00000000-0000-0000-0000-000000000002","at":"2026-03-02T01:00:00.000000+00:00",'
        '"id":"00000000-0000-0000-0000-000000000001","jurisdiction":"990100","name":"sharing.request.received",'
        '"organization":"00000000-0000-0000-0000-000000000003","payload":{"a":["字"],"b":1},"request_id":"r","seq":1,'
        '"subject":"00000000-0000-0000-0000-000000000004","version":1}'
    )


def test_the_same_instant_in_another_zone_is_the_same_event() -> None:
    beijing = replace(EVENT, at=EVENT.at.astimezone(timezone(timedelta(hours=8))))
    assert chained(beijing, after=FIRST) == chained(EVENT, after=FIRST)


@pytest.mark.parametrize(
    "change",
    [
        {"id": UUID(int=9)},
        {"at": datetime(2026, 3, 2, 1, 0, 1, tzinfo=UTC)},
        {"actor": None},
        {"acting_for": UUID(int=9)},
        {"organization": None},
        {"jurisdiction": "990200"},
        {"name": "sharing.request.refused"},
        {"version": 2},
        {"request_id": ""},
        {"subject": UUID(int=9)},
        {"payload": {"b": 2, "a": ["字"]}},
    ],
)
def test_every_column_is_under_the_digest(change: dict[str, object]) -> None:
    assert chained(replace(EVENT, **change), after=FIRST).digest != chained(EVENT, after=FIRST).digest


def test_the_digest_depends_on_what_went_before() -> None:
    assert chained(EVENT, after=ChainHead(0, "1" * 64)).digest != chained(EVENT, after=FIRST).digest
    assert chained(EVENT, after=ChainHead(1, GENESIS)).digest != chained(EVENT, after=FIRST).digest


def test_missing_extra_and_different_rows_are_named() -> None:
    found = differences(
        replayed={"a": {"state": "x"}, "b": {"state": "y"}, "d": {"state": "z"}},
        actual={"a": {"state": "x", "more": 1}, "c": {"state": "y"}, "d": {"state": "w"}},
    )
    assert found == (
        "b: the events imply it, no row holds it",
        "c: a row holds it, no event implies it",
        "d.state: events say 'z', the row says 'w'",
    )
