"""The bytes of the protocol do not change unless somebody means to change them."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support import golden as made
from tests.support.city import LAND, MARKET, NOW, land_grant, sealing, seed, signing
from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.core import about_of
from zhengtong.node.directory import View, alarm
from zhengtong.node.entries import intent_record
from zhengtong.node.incoming import SERVICE_TYPE, Call, Received
from zhengtong.node.increments import mark_in
from zhengtong.node.provider import read_ask, subject_of
from zhengtong.wire.directory import parse_members
from zhengtong.wire.documents import parse_document
from zhengtong.wire.envelope import parse_envelope, parse_service_body, to_bytes, verify_envelope
from zhengtong.wire.grant import grant_payload, parse_grant
from zhengtong.wire.parcel import open_body, unpack
from zhengtong.wire.records import parse_receipts, parse_record, record_to_bytes, subject_hmac
from zhengtong.wire.schemas import schemas

GOLDEN = made.golden()
SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "schemas"


def held(name: str) -> dict[str, Any]:
    return json.loads((made.FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_committed_bytes_are_produced(name: str) -> None:
    assert held(name) == GOLDEN[name]


def test_no_golden_file_is_forgotten() -> None:
    assert {path.stem for path in made.FOLDER.glob("*.json")} == set(GOLDEN)


def test_the_committed_bytes_are_read() -> None:
    service, ledger, directory = held("service"), held("ledger"), held("directory")
    for part in ("request", "response"):
        raw = str(service[part]["envelope"]).encode()
        assert to_bytes(parse_envelope(raw)) == raw
    for text in ledger["records"]:
        assert record_to_bytes(parse_record(text.encode())) == text.encode()
    raw = str(held("grant")["payload"]).encode()
    assert grant_payload(parse_grant(raw)) == raw
    document = parse_document(str(directory["members"]).encode(), kind="members", max_bytes=10**6)
    assert parse_members(document.payload_bytes).known_as == directory["known_as"]
    receipts = parse_document(str(ledger["receipts"]).encode(), kind="receipts", max_bytes=10**6)
    key = signing(LAND)
    assert parse_receipts(receipts, public=key.public, key=key.key_id).node == LAND


def test_a_run_without_marks_is_whole_and_marks_are_read_as_they_stand() -> None:
    bodies = {name: parse_service_body(str(raw).encode()) for name, raw in held("run").items()}
    assert [mark_in(bodies[name], "since") for name in ("asked_whole", "manifest_without_marks", "manifest_whole")] == [
        None, None, None,
    ]  # fmt: skip
    assert mark_in(bodies["manifest_without_marks"], "mark") is None
    assert mark_in(bodies["manifest_whole"], "mark") == mark_in(bodies["asked_since"], "since")
    assert mark_in(bodies["manifest_since"], "since") == mark_in(bodies["asked_since"], "since")
    for wrong in ("", "x.0.1", "y.0123456789abcdef.1", "x.0123456789abcdef." + "1" * 65, "x.0123456789abcdef.一", 7):
        with pytest.raises(RuleBroken):
            mark_in({"since": wrong}, "since")


def test_a_node_takes_the_golden_ask_and_answer() -> None:
    """The vectors are messages that nodes send: the ask is read, answered by its form, and recorded like this."""
    service, records = held("service"), [parse_record(raw.encode()) for raw in held("ledger")["records"]]
    ask, answer = (service[part] for part in ("request", "response"))
    envelope = parse_envelope(ask["envelope"].encode())
    content = parse_service_body(ask["body"].encode())
    call = Call("POST", ask["path"], ask["headers"], ask["body"].encode())
    evidence = records[0].evidence[0]
    received = Received(
        call, envelope, ask["envelope"].encode(), evidence, content, view=cast(View, None), now=NOW
    )  # fmt: skip
    asked = read_ask(received)
    assert (asked.ask.fields, asked.lookup) == (("坐落", "房屋用途"), {"坐落": "汀兰区示范路1号"})
    subject = subject_hmac(seed("year"), subject_of(asked.lookup))
    assert intent_record(received, grant=land_grant(), subject=subject, fields=asked.ask.fields) == records[0]
    reply, said = parse_envelope(answer["envelope"].encode()), parse_service_body(answer["body"].encode())
    assert about_of(reply) == about_of(envelope)
    assert set(said) == {"fields", "rows", "flaws", "record"}
    assert said["fields"] == list(asked.ask.fields)
    told = alarm(NOW, key="wire.refused_replay", peer=MARKET, exchange=envelope.id)
    assert replace(records[2], evidence=(), envelope_digest=None) == told
    for part in (ask, answer):
        assert part["headers"]["content-type"] == SERVICE_TYPE


def test_the_parcel_sealed_once_opens_for_ever() -> None:
    stored = held("parcel")
    parcel = unpack(base64.b64decode(str(stored["packed"])))
    assert verify_envelope(parcel.envelope_bytes, signature=parcel.signature, public=signing(LAND).public)
    assert open_body(parcel.body, key=sealing(MARKET), context=made.context()) == str(stored["opens_to"]).encode()


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_published_schemas_are_those_of_the_code(name: str) -> None:
    assert json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")) == schemas()[name]
