"""Parcels carry exactly the granted columns, sealed in their place, and never more than their bounds."""

import contextlib
import struct
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.support.city import LAND, MARKET, NOW, City, land_grant, sealing, signing, uuid
from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import arrow_bounds
from zhengtong.wire.envelope import Kind, sign_envelope, to_bytes, verify_envelope
from zhengtong.wire.fingerprint import combine, fingerprint_rows, fingerprint_table, from_hex, to_hex
from zhengtong.wire.grant import FieldType, GrantField
from zhengtong.wire.parcel import (
    Parcel,
    RunManifest,
    SealContext,
    arrow_schema,
    decode_table,
    encode_table,
    manifest_from_json,
    manifest_to_json,
    open_body,
    pack,
    seal_body,
    unpack,
)

pa = pytest.importorskip("pyarrow")

FIELDS = (
    GrantField("坐落", FieldType.STRING),
    GrantField("面积", FieldType.DECIMAL, precision=12, scale=2),
    GrantField("层", FieldType.INTEGER),
    GrantField("登记日", FieldType.DATE),
    GrantField("更新于", FieldType.TIMESTAMP),
    GrantField("抵押", FieldType.BOOLEAN),
)
SCALES = [None, 2, None, None, None, None]
ROWS = [
    ("汀兰区示范路1号", Decimal("88.50"), 3, date(2020, 2, 29), datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC), True),
    ("", Decimal("-0.01"), -(2**63), date(1, 1, 1), datetime(1969, 12, 31, tzinfo=UTC), False),
    (None, None, None, None, None, None),
    ("𠮷", Decimal("9999999999.99"), 0, date(9999, 12, 31), NOW, None),
]
CONTEXT = SealContext(
    grant=uuid(1), grant_digest=land_grant().decision_digest, run=uuid(9), seq=1, sender=LAND, recipient=MARKET
)


def table(rows: int = 1):
    schema = arrow_schema(FIELDS)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(zip(*ROWS * rows, strict=True), schema, strict=True)],
        schema=schema,
    )


def parcel() -> Parcel:
    body = seal_body(encode_table(table()), public=sealing(MARKET).public, context=CONTEXT)
    envelope = replace(
        _parsed(), kind=Kind.PARCEL, sender=LAND, recipient=MARKET, key=signing(LAND).key_id, run=uuid(9), seq=1
    )
    raw = to_bytes(envelope)
    return Parcel(envelope, raw, sign_envelope(raw, signing(LAND)), body)


def _parsed():
    from zhengtong.wire.envelope import parse_envelope

    return parse_envelope(City().ask()[0])


def test_a_parcel_arrives_as_it_was_sent() -> None:
    sent = parcel()
    got = unpack(pack(sent))
    assert got == sent
    assert verify_envelope(got.envelope_bytes, signature=got.signature, public=signing(LAND).public)
    plain = open_body(got.body, key=sealing(MARKET), context=CONTEXT)
    assert decode_table(plain, schema=arrow_schema(FIELDS)).equals(table())


@pytest.mark.parametrize(
    "change", [{"seq": 2}, {"run": uuid(8)}, {"grant": uuid(2)}, {"recipient": "x"}, {"sender": "x"}]
)
def test_a_body_opens_in_no_other_place(change: dict[str, object]) -> None:
    with pytest.raises(RuleBroken) as refused:
        open_body(parcel().body, key=sealing(MARKET), context=replace(CONTEXT, **change))  # pyright: ignore[reportArgumentType]
    assert refused.value.key == "wire.cannot_open"


@pytest.mark.fault("wire.parcel_frame", what="a parcel cut short or with bytes added", unchanged="nothing is applied")
def test_a_frame_that_does_not_fit_exactly_is_refused() -> None:
    raw = pack(parcel())
    for cut in (
        b"",
        raw[:3],
        raw[:7],
        raw[:100],
        raw[:-1],
        raw + b"x",
        b"XXXX" + raw[4:],
        raw[:4] + b"\xff" * 4 + raw[8:],
    ):
        with pytest.raises(RuleBroken) as refused:
            unpack(cut)
        assert refused.value.key == "wire.parcel_frame"


@pytest.mark.fault(
    "wire.parcel_schema", what="a parcel with other columns than the grant", unchanged="nothing is applied"
)
def test_other_columns_than_the_granted_are_refused() -> None:
    plain = encode_table(table())
    for fields in (FIELDS[:-1], FIELDS[::-1], (*FIELDS[:-1], GrantField("抵押", FieldType.STRING))):
        with pytest.raises(RuleBroken) as refused:
            decode_table(plain, schema=arrow_schema(fields))
        assert refused.value.key in {"wire.parcel_schema", "wire.parcel_too_large"}


@pytest.mark.fault(
    "wire.parcel_too_large", what="a parcel that would decompress to terabytes", unchanged="not decompressed"
)
def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    zeros = pa.table({"坐落": pa.array(["\0" * 1_000_000] * 600)})
    plain = encode_table(zeros)
    assert len(plain) < 1_000_000
    with pytest.raises(RuleBroken) as refused:
        decode_table(plain, schema=zeros.schema)
    assert refused.value.key == "wire.parcel_too_large"


def test_a_buffer_that_claims_more_than_it_holds_is_refused() -> None:
    plain = encode_table(pa.table({"坐落": ["x" * 5000] * 50}))
    stated = struct.pack("<q", 250_000)
    assert stated in plain
    for claim in (2**62, -2, 2**63 - 1):
        forged = plain.replace(stated, struct.pack("<q", claim))
        with pytest.raises(RuleBroken):
            decode_table(forged, schema=pa.schema([("坐落", pa.string())]))


def test_too_many_rows_are_refused() -> None:
    plain = encode_table(table(10))
    with pytest.raises(RuleBroken) as refused:
        arrow_bounds.check_stream(plain, rows_max=39, bytes_max=10**9, columns_max=6)
    assert refused.value.key == "wire.parcel_too_large"


def test_dictionaries_have_no_place() -> None:
    coded = pa.table({"坐落": pa.array(["a", "b", "a"]).dictionary_encode()})
    with pytest.raises(RuleBroken) as refused:
        decode_table(encode_table(coded), schema=coded.schema)
    assert refused.value.key == "wire.parcel_arrow"


@pytest.mark.fault("wire.parcel_arrow", what="a parcel body that is broken anywhere", unchanged="nothing is applied")
def test_broken_streams_are_refused_and_never_crash() -> None:
    plain = encode_table(table(20))
    schema = arrow_schema(FIELDS)
    for at in range(0, len(plain), 7):
        forged = plain[:at] + bytes([plain[at] ^ 0x55]) + plain[at + 1 :]
        with contextlib.suppress(RuleBroken):
            decode_table(forged, schema=schema)
    for cut in range(0, len(plain), 11):
        with pytest.raises(RuleBroken):
            decode_table(plain[:cut], schema=schema)


def test_the_fast_fingerprint_is_the_defined_one() -> None:
    assert fingerprint_table(table(3)) == fingerprint_rows(ROWS * 3, scales=SCALES)


def test_a_fingerprint_knows_no_order_and_adds_up() -> None:
    whole = fingerprint_table(table(2))
    assert fingerprint_rows((ROWS * 2)[::-1], scales=SCALES) == whole
    parts = table(2)
    assert combine(fingerprint_table(parts.slice(0, 3)), fingerprint_table(parts.slice(3))) == whole
    assert from_hex(to_hex(whole)) == whole
    assert len(to_hex(0)) == 32
    assert fingerprint_table(table().slice(0, 0)) == 0


def test_null_and_empty_text_and_moved_cells_differ() -> None:
    rows = [(None, "a"), ("", "a"), ("a", None), ("a", ""), ("-,", "")]
    assert len({fingerprint_rows([row], scales=[None, None]) for row in rows}) == len(rows)


def test_a_manifest_survives_its_body() -> None:
    manifest = RunManifest(
        run=uuid(9),
        grant=uuid(1),
        grant_digest=land_grant().decision_digest,
        parcels=0,
        rows=0,
        fingerprint=to_hex(0),
        last=None,
        closed_at=NOW,
    )
    assert manifest_from_json(manifest_to_json(manifest)) == manifest
