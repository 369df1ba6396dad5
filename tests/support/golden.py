"""The golden bytes of docs/protocol: made from fixed keys, committed, and compared by tests/wire/test_golden.py.

`python -m tests.support.golden` writes tests/wire/golden/*.json anew; a change there is a change of the
protocol, to be made on purpose.
"""

import base64
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.support.city import LAND, MARKET, NOW, PATH, City, land_grant, sealing, seed, signing, uuid
from zhengtong.wire.canonical import Json
from zhengtong.wire.directory import Members
from zhengtong.wire.envelope import envelope_digest, service_body, sign_envelope, signed_envelope_bytes
from zhengtong.wire.fingerprint import fingerprint_rows, hash_row, to_hex
from zhengtong.wire.grant import grant_digest, grant_payload
from zhengtong.wire.join import JoinRequest, join_document, join_fingerprint
from zhengtong.wire.ledger import Frontier, consistency_path, inclusion_path, leaf_hash, subtree_root
from zhengtong.wire.masks import Mask, mask
from zhengtong.wire.parcel import Parcel, RunManifest, SealContext, manifest_to_json, pack
from zhengtong.wire.records import (
    OutcomeKind,
    Receipt,
    ReceiptBatch,
    Record,
    RecordKind,
    Role,
    TreeHead,
    frame,
    head_document,
    receipts_document,
    record_to_bytes,
    subject_hmac,
)
from zhengtong.wire.rowfilter import filter_to_json
from zhengtong.wire.suites import digest_text, fingerprint, key_id, pseudonym_key

FOLDER = Path(__file__).resolve().parents[1] / "wire" / "golden"
CODE = "ABCD-EFGH-JKLM-NPQR"
# HPKE is randomised: this body was sealed once for the key of MARKET and must open for ever
SEALED_ONCE = FOLDER / "sealed-body.b64"


def golden() -> dict[str, dict[str, object]]:
    """Every golden file by name."""
    city = City()
    return {
        "keys": _keys(),
        "directory": _directory(city),
        "grant": _grant(city),
        "service": _service(city),
        "parcel": _parcel(city),
        "run": _run(),
        "ledger": _ledger(city),
        "join": _join(),
        "values": _values(),
    }


def _keys() -> dict[str, object]:
    names = ("root-1", "root-2", "online", LAND, MARKET)
    return {
        "signing": [
            {
                "name": name,
                "seed_hex": seed("sign:" + name).hex(),
                "public": signing(name).public,
                "key_id": key_id(signing(name).public),
                "fingerprint": fingerprint(signing(name).public),
                "signature_of_the_text_zhengtong": base64.b64encode(signing(name).sign(b"zhengtong")).decode(),
            }
            for name in names
        ],
        "sealing": [
            {"name": name, "seed_hex": seed("seal:" + name).hex(), "public": sealing(name).public}
            for name in (LAND, MARKET)
        ],
    }


def _directory(city: City) -> dict[str, object]:
    members: Members = city.members()
    return {
        "roots": city.roots_document().to_bytes().decode(),
        "root_fingerprint": city.fingerprint,
        "members": city.members_document().to_bytes().decode(),
        "members_digest": city.members_document().digest,
        "known_as": members.known_as,
        "bundle_of_the_provider": city.bundle_document(LAND).to_bytes().decode(),
        "bundle_of_the_consumer": city.bundle_document(MARKET).to_bytes().decode(),
    }


def _grant(city: City) -> dict[str, object]:
    grant = land_grant()
    assert grant.row_filter is not None
    return {
        "payload": grant_payload(grant).decode(),
        "digest": grant_digest(grant),
        "row_filter": filter_to_json(grant.row_filter),
        "filter_salt": grant.filter_salt,
        "filter_digest": grant.filter_digest,
    }


def _service(city: City) -> dict[str, object]:
    asked, ask_envelope, ask_body = city.request()
    reply, reply_envelope, reply_body = city.response(ask_envelope)
    return {
        "request": {
            "method": "POST",
            "path": PATH,
            "envelope": ask_envelope.decode(),
            "envelope_digest": envelope_digest(ask_envelope),
            "body": ask_body.decode(),
            "headers": asked.headers,
            "signature_base": base64.b64decode(asked.evidence.base).decode(),
        },
        "response": {
            "status": 200,
            "envelope": reply_envelope.decode(),
            "body": reply_body.decode(),
            "headers": reply.headers,
            "signature_base": base64.b64decode(reply.evidence.base).decode(),
        },
    }


def context() -> SealContext:
    """Where the golden body belongs."""
    return SealContext(
        grant=uuid(1), grant_digest=grant_digest(land_grant()), run=uuid(9), seq=1, sender=LAND, recipient=MARKET
    )


def _parcel(city: City) -> dict[str, object]:
    from zhengtong.wire.envelope import Envelope, Kind, to_bytes

    body = base64.b64decode(SEALED_ONCE.read_text())
    envelope = Envelope(
        key=signing(LAND).key_id,
        id=uuid(20),
        kind=Kind.PARCEL,
        sender=LAND,
        recipient=MARKET,
        grant=uuid(1),
        grant_digest=grant_digest(land_grant()),
        directory="1.7",
        run=uuid(9),
        seq=1,
        in_reply_to=envelope_digest(city.ask()[0]),
        rows=2,
        codec="arrow+zstd",
        body_digest=digest_text(body),
        ledger_head=f"0:{digest_text(b'').partition(':')[2]}",
        created=NOW,
        expires=NOW.replace(day=18),
    )
    raw = to_bytes(envelope)
    signature = sign_envelope(raw, signing(LAND))
    return {
        "info": context().info.decode(),
        "opens_to": "golden body",
        "signed_bytes": signed_envelope_bytes(raw).decode(),
        "signature": base64.b64encode(signature).decode(),
        "packed": base64.b64encode(pack(Parcel(envelope, raw, signature, body))).decode(),
    }


def _records(city: City) -> list[Record]:
    asked, ask_envelope, ask_body = city.request()
    reply, reply_envelope, reply_body = city.response(ask_envelope)
    intent = Record(
        kind=RecordKind.INTENT,
        at=NOW,
        exchange=uuid(2),
        role=Role.PROVIDER,
        peer=MARKET,
        grant=uuid(1),
        envelope_digest=envelope_digest(ask_envelope),
        evidence=(asked.evidence,),
        body_digest=digest_text(ask_body),
        subject=subject_hmac(seed("year"), "坐落=汀兰区示范路1号"),
        facts={
            "mode": "query",
            "system": "tl-market-licensing",
            "purpose": "经营场所核验",
            "fields": ["坐落", "房屋用途"],
            "unknown_fields": 0,
        },
    )
    outcome = Record(
        kind=RecordKind.OUTCOME,
        at=NOW,
        exchange=uuid(2),
        role=Role.PROVIDER,
        peer=MARKET,
        grant=uuid(1),
        envelope_digest=envelope_digest(reply_envelope),
        evidence=(reply.evidence,),
        outcome=OutcomeKind.ANSWERED,
        rows=1,
        body_digest=digest_text(reply_body),
    )
    alarm = Record(
        kind=RecordKind.ALARM,
        at=NOW,
        exchange=uuid(2),
        peer=MARKET,
        refusal="wire.refused_replay",
        envelope_digest=envelope_digest(ask_envelope),
        evidence=(asked.evidence,),
    )
    return [intent, outcome, alarm]


def _ledger(city: City) -> dict[str, object]:
    records = _records(city)
    intent, outcome, _ = records
    raws = [record_to_bytes(record) for record in records]
    nodes: dict[tuple[int, int], bytes] = {}
    frontier, counts = Frontier(), dict[int, int]()
    for raw in raws:
        for level, node in frontier.append(leaf_hash(raw)):
            nodes[level, counts.get(level, 0)] = node
            counts[level] = counts.get(level, 0) + 1

    def read(level: int, index: int) -> bytes:
        return nodes[level, index]

    head = head_document(TreeHead(LAND, 3, frontier.root().hex(), NOW), key=signing(LAND))
    receipt = Receipt(
        exchange=uuid(2),
        role=Role.PROVIDER,
        peer=MARKET,
        grant=uuid(1),
        at=NOW,
        outcome=OutcomeKind.ANSWERED,
        rows=1,
        request_digest=intent.envelope_digest or "",
        reply_digest=outcome.envelope_digest,
        index=1,
    )
    batch = ReceiptBatch(node=LAND, number=1, head=head, receipts=(receipt,))
    return {
        "records": [raw.decode() for raw in raws],
        "frames_hex": [frame(raw).hex()[:16] for raw in raws],
        "leaves_hex": [leaf_hash(raw).hex() for raw in raws],
        "roots_hex": [subtree_root(0, size, read=read).hex() for size in range(4)],
        "inclusion_of_0_in_3_hex": [node.hex() for node in inclusion_path(0, 3, read=read)],
        "consistency_of_1_in_3_hex": [node.hex() for node in consistency_path(1, 3, read=read)],
        "head": head.to_bytes().decode(),
        "receipts": receipts_document(batch, key=signing(LAND)).to_bytes().decode(),
    }


def _join() -> dict[str, object]:
    request = JoinRequest(
        node=LAND,
        organization=LAND,
        addresses=("https://wl-land.example:8443",),
        sign_key=signing(LAND).public,
        seal_key=sealing(LAND).public,
        created=NOW,
    )
    document = join_document(request, one_time_code=CODE, key=signing(LAND))
    return {
        "one_time_code": CODE,
        "document": document.to_bytes().decode(),
        "fingerprint": join_fingerprint(request),
    }


def _run() -> dict[str, object]:
    """The bodies of a run, whole and since a mark."""
    mark, later = "x.0123456789abcdef.7341", "x.0123456789abcdef.7402"
    manifest = RunManifest(
        run=uuid(3), grant=uuid(1), grant_digest=digest_text(b"grant"), parcels=1, rows=2, fingerprint="0" * 31 + "7",
        last=digest_text(b"parcel"), closed_at=NOW,
    )  # fmt: skip
    whole: dict[str, Json] = {"manifest": manifest_to_json(manifest), "read": 3, "withheld": 1}
    bodies: dict[str, dict[str, Json]] = {
        "asked_whole": {"items": ["坐落", "房屋用途"]},
        "asked_since": {"items": ["坐落", "房屋用途"], "since": mark},
        "manifest_without_marks": whole,
        "manifest_whole": {**whole, "since": None, "mark": mark},
        "manifest_since": {**whole, "since": mark, "mark": later},
        "acknowledged": {"through": 1},
        "reconciled": {"rows": 2, "quarantined": 0, "fingerprint": "0" * 31 + "7"},
    }
    return {name: service_body(content, salt=seed(name)[:16]).decode() for name, content in bodies.items()}


def _values() -> dict[str, object]:
    key = pseudonym_key(seed("node"), grant=uuid(1))
    rows = [
        ("汀兰区", Decimal("88.50"), 3, date(2020, 2, 29), NOW, True),
        ("", Decimal("-0.01"), -1, None, None, False),
    ]
    scales = [None, 2, None, None, None, None]
    shown = {
        Mask.CITIZEN_ID: "990102199001011234",
        Mask.NAME: "欧阳芸帆",
        Mask.PHONE: "10012345678",
        Mask.ADDRESS: "汀兰区临江街道示范路1号",
        Mask.PSEUDONYM: "990102199001011234",
    }
    return {
        "pseudonym_key_hex": key.hex(),
        "masks": {name.value: [value, mask(name, value, key=key)] for name, value in shown.items()},
        "row_hashes": [f"{hash_row(row, scales=scales):016x}" for row in rows],
        "fingerprint": to_hex(fingerprint_rows(rows, scales=scales)),
    }


def write() -> None:
    """Write every golden file."""
    from zhengtong.wire.parcel import seal_body

    FOLDER.mkdir(parents=True, exist_ok=True)
    if not SEALED_ONCE.exists():
        body = seal_body(b"golden body", public=sealing(MARKET).public, context=context())
        SEALED_ONCE.write_text(base64.b64encode(body).decode() + "\n")
    for name, content in golden().items():
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
