"""An envelope has exactly its fields, in one byte form, for one receiver and one time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.city import LAND, NOW, City
from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.envelope import (
    ENVELOPE_BYTES_MAX,
    Kind,
    check,
    parse_envelope,
    parse_service_body,
    service_body,
    to_bytes,
)

NAMES = (
    "v, suite, key, id, kind, from, to, system, officer_ref, case_ref, grant, grant_digest, purpose, contract, "
    "directory, run, seq, prev, in_reply_to, rows, range, codec, body_digest, ledger_head, created, expires"
)
RAW, BODY = City().ask()


def value() -> dict[str, canonical.Json]:
    return canonical.parse_object(RAW, max_bytes=ENVELOPE_BYTES_MAX)


def test_it_has_exactly_the_fields_of_the_protocol() -> None:
    assert sorted(value()) == sorted(NAMES.split(", "))


def test_it_reads_back_as_the_same_bytes() -> None:
    assert to_bytes(parse_envelope(RAW)) == RAW


@pytest.mark.fault(
    "wire.bad_shape",
    what="an envelope with a field missing, unknown, over-long or of another type",
    unchanged="refused",
)
@pytest.mark.parametrize("name", NAMES.split(", "))
def test_a_missing_field_is_refused_by_name(name: str) -> None:
    held = value()
    del held[name]
    with pytest.raises(RuleBroken) as refused:
        parse_envelope(canonical.encode(held))
    assert refused.value.facts["field"] == name


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("extra", 1),
        ("v", 2),
        ("v", True),
        ("suite", "gm"),
        ("suite", "none"),
        ("kind", "steal"),
        ("id", "1"),
        ("from", "WL LAND"),
        ("to", ""),
        ("system", ""),
        ("system", "x" * 201),
        ("purpose", 5),
        ("rows", -1),
        ("seq", "1"),
        ("grant_digest", "sha-256:00"),
        ("directory", "7"),
        ("ledger_head", "0:abc"),
        ("directory", "١.٧"),
        ("created", "٢٠٢٦-10-16T01:00:00.000Z"),
        ("created", "2026-10-16T01:00:00Z"),
        ("expires", "2026-10-16T01:00:00.000Z"),
        ("expires", "2027-10-16T01:00:00.000Z"),
        ("body_digest", None),
        ("officer_ref", {"nested": 1}),
    ],
)
def test_a_wrong_field_is_refused(name: str, wrong: canonical.Json) -> None:
    with pytest.raises(RuleBroken):
        parse_envelope(canonical.encode({**value(), name: wrong}))


@pytest.mark.fault("wire.envelope_misaddressed", what="a message for another node", unchanged="no grant is looked at")
@pytest.mark.fault("wire.envelope_expired", what="a message whose time is over", unchanged="no grant is looked at")
@pytest.mark.fault(
    "wire.envelope_from_another_time", what="clocks more than five minutes apart", unchanged="no grant is looked at"
)
def test_receiver_and_time_are_checked() -> None:
    envelope = replace(parse_envelope(RAW), expires=NOW + timedelta(hours=1))
    check(envelope, now=NOW + timedelta(seconds=300), me=LAND)
    check(envelope, now=NOW - timedelta(seconds=300), me=LAND)
    for now, me, key in (
        (NOW, "wl-police", "wire.envelope_misaddressed"),
        (NOW + timedelta(hours=1), LAND, "wire.envelope_expired"),
        (NOW + timedelta(seconds=301), LAND, "wire.envelope_from_another_time"),
        (NOW - timedelta(seconds=301), LAND, "wire.envelope_from_another_time"),
    ):
        with pytest.raises(NotAllowed) as refused:
            check(envelope, now=now, me=me)
        assert refused.value.key == key


def test_a_parcel_may_wait_for_its_consumer_but_not_come_from_the_future() -> None:
    waiting = replace(parse_envelope(RAW), kind=Kind.PARCEL, expires=NOW + timedelta(hours=72))
    check(waiting, now=NOW + timedelta(hours=71), me=LAND)
    with pytest.raises(NotAllowed):
        check(waiting, now=NOW - timedelta(seconds=301), me=LAND)


@pytest.mark.fault("wire.body_without_salt", what="a service body without its salt", unchanged="refused")
def test_a_service_body_needs_its_salt() -> None:
    assert parse_service_body(service_body({"a": 1}, salt=bytes(16))) == {"a": 1}
    for raw in (b'{"a":1}', b'{"a":1,"salt":"AAAA"}', b'{"a":1,"salt":5}'):
        with pytest.raises(RuleBroken):
            parse_service_body(raw)


def test_equal_answers_have_unequal_digests() -> None:
    assert service_body({"a": 1}, salt=bytes(16)) != service_body({"a": 1}, salt=bytes(15) + b"1")
