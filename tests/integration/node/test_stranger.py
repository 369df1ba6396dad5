"""A node that was written from docs/protocol: it makes the golden bytes and is believed by a real node.

`tests/support/stranger.py` imports nothing of ours, so what it and our nodes agree on stands in the pages.
"""

import json
from base64 import b64decode
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.support import stranger as s
from tests.support.wire_city import MORNING, PERSON_FIELDS, Place, masked, person, person_grant, two_departments
from zhengtong.wire.masks import Mask
from zhengtong.wire.verifier import verify

GOLDEN = Path(__file__).resolve().parents[2] / "wire" / "golden"
ABOUT = {"system": "licensing", "purpose": "food-licence", "case_ref": "TLCY20260017"}
LOOKUP = [["GMSFHM", person(1)[0]]]


def golden(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def signing(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(s.sha(f"golden:sign:{name}".encode()))


def sealing(name: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(s.sha(f"golden:seal:{name}".encode()))


@pytest.mark.parametrize(
    ("name", "part", "signer"),
    [
        ("directory", "members", "online"), ("directory", "bundle_of_the_provider", "online"),
        ("directory", "bundle_of_the_consumer", "online"), ("ledger", "head", "wl-land"),
        ("ledger", "receipts", "wl-land"), ("join", "document", "wl-land"),
    ],
)  # fmt: skip
def test_it_signs_the_golden_documents(name: str, part: str, signer: str) -> None:
    text = golden(name)[part]
    held = s.strict(text.encode())
    value = s.strict(held["payload"].encode())
    assert s.canonical(s.sign_document(held["kind"], value, signing(signer))).decode() == text


def test_it_signs_the_golden_request_and_response() -> None:
    told = golden("service")
    for side, name in (("request", "tl-market"), ("response", "wl-land")):
        one, head = told[side], told[side]["headers"]
        values = [head["content-type"], s.content_digest(one["body"].encode())]
        values.append(f":{s.b64(one['envelope'].encode())}:")
        before = ["POST", one["path"]] if side == "request" else ["200"]
        after = [] if side == "request" else [told["request"]["path"], told["request"]["headers"]["zhengtong-envelope"]]
        base = s.signature_base(head["signature-input"][3:], *before, *values, *after)
        assert base.decode() == one["signature_base"]
        assert f"zt=:{s.b64(signing(name).sign(base))}:" == head["signature"]
        assert s.strict(one["envelope"].encode()).keys() == s.FIELDS


def test_it_opens_the_golden_parcel_and_gives_the_golden_tree(tmp_path: Path) -> None:
    held = golden("parcel")
    raw, signature, body = s.unpack(b64decode(held["packed"]))
    assert (b"zhengtong/v1/envelope\n" + raw, s.b64(signature)) == (held["signed_bytes"].encode(), held["signature"])
    opened = s.HPKE.decrypt(body, sealing("tl-market"), info=held["info"].encode())
    assert opened.decode() == held["opens_to"]
    told, ledger = golden("ledger"), s.Ledger(tmp_path / "ledger")
    for record, root in zip([*told["records"], None], told["roots_hex"], strict=True):
        assert ledger.root() == root
        if record is not None:
            ledger.append(record.encode())
    rows = [
        ("汀兰区", Decimal("88.50"), 3, date(2020, 2, 29), MORNING, True),
        ("", Decimal("-0.01"), -1, None, None, False),
    ]
    values = golden("values")
    assert [f"{s.row_hash(row):016x}" for row in rows] == values["row_hashes"]
    assert s.fingerprint(rows) == values["fingerprint"]


def arrive(place: Place) -> s.Stranger:
    """The stranger in the place of the market office's node, with that node's keys, told what the center publishes."""
    home = place.consumer
    keys = [load_pem_private_key((home.folder / "keys" / name).read_bytes(), None) for name in ("sign.pem", "seal.pem")]
    sign, seal = keys
    assert isinstance(sign, Ed25519PrivateKey)
    assert isinstance(seal, X25519PrivateKey)
    came = s.Stranger(home.code, (sign, seal), folder=place.folder / "stranger", now=place.city.clock.now)
    told = [json.loads(place.city.served[home.code, kind].to_bytes()) for kind in ("roots", "members", "grants")]
    came.believe([told[0]], told[1], told[2], pinned=place.city.fingerprint)
    return came


def test_a_real_node_answers_a_stranger_and_both_ledgers_agree(tmp_path: Path) -> None:
    with two_departments(tmp_path, rows=500, start=False) as place:
        place.city.grant(person_grant(fields=masked(PERSON_FIELDS, XM=Mask.NAME)))
        place.start("wl-police")
        place.publish()
        came = arrive(place)
        told = came.ask("query", "0001-1", {"lookup": LOOKUP, "items": ["XM", "CSRQ", "SG"]}, **ABOUT)
        assert (told["kind"], told["rows"]) == ("answer", [["程*", "1980-01-01", "151.50"]])
        same = {"lookup": LOOKUP, "claims": [["XM", person(1)[1]]]}
        other = {"lookup": LOOKUP, "claims": [["XM", person(2)[1]]]}
        assert [came.ask("verify", "0001-1", one, **ABOUT)["result"] for one in (same, other)] == ["yes", "no"]
        told = came.ask("query", "0001-1", {"lookup": LOOKUP, "items": ["XM", "SECRET"]}, **ABOUT)
        assert (told["kind"], told["key"]) == ("refusal", "wire.refused_field")
        assert told["facts"] == {"number": "0001-1", "fields": "SECRET", "mode": "query"}
        told = came.ask("query", "0001-1", {"lookup": LOOKUP, "items": ["XM"]}, **{**ABOUT, "purpose": "curiosity"})
        assert told["key"] == "wire.refused_purpose"
        rows, said = came.pull("0001-1", ["GMSFHM", "XM", "CSRQ", "SG"], **ABOUT)
        assert said["reconciled"] is True
        assert len(rows) == 500
        assert rows[1] == (person(1)[0], "程*", date(1980, 1, 1), Decimal("151.50"))
        refused = came.pull("0001-1", ["SECRET"], **ABOUT)[1]
        assert refused["key"] == "wire.refused_field"
        place.stop()
        report = verify(
            [place.provider.folder / "ledger", place.folder / "stranger"], root_fingerprint=place.city.fingerprint
        )
        assert report.ok, report.problems
        assert report.pairs[0].both == 7


def test_a_stranger_is_not_answered_for_another(tmp_path: Path) -> None:
    with two_departments(tmp_path, rows=5, start=False) as place:
        place.city.grant(person_grant())
        place.start("wl-police")
        place.publish()
        came = arrive(place)
        came.sign = Ed25519PrivateKey.generate()
        with pytest.raises(ValueError, match=r"unsigned: 401 .*wire\.signature_wrong"):
            came.ask("query", "0001-1", {"lookup": LOOKUP, "items": ["XM"]}, **ABOUT)
