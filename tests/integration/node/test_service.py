"""One lawful exchange between two real nodes, and what the ledgers say of it."""

import contextlib
import http.client
import json
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from tests.support.wire_city import person, person_grant, two_departments
from zhengtong.node import store
from zhengtong.node.home import NodeHome
from zhengtong.node.inquiry import who_used
from zhengtong.node.systems import register
from zhengtong.wire.http_signature import sign_local
from zhengtong.wire.suites import SigningKey
from zhengtong.wire.verifier import verify


def test_a_query_is_answered_and_both_ledgers_agree(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        status, answer = place.query("0001-1")
        assert (status, answer.get("key")) == (200, None), answer
        number, name, _, region, height = person(1)
        assert answer["rows"] == [
            {"GMSFHM": number, "XM": name, "CSRQ": "1980-01-01", "QH": region, "SG": height + "0"}
        ]
        status, answer = place.verify("0001-1")
        assert (status, answer["result"]) == (200, "yes")
    report = verify(
        [tmp_path / "nodes/wl-police", tmp_path / "nodes/tl-market"], root_fingerprint=place.city.fingerprint
    )
    assert report.ok, report.problems
    assert report.pairs[0].both == 2


def test_who_used_my_data_is_answerable_until_the_years_key_is_destroyed(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        place.query("0001-1")
        place.query("0001-1", purpose="inspection")
        place.verify("0001-1")
        place.query("0001-1", lookup={"GMSFHM": person(2)[0]})
    mine = {"GMSFHM": person(1)[0]}
    uses = who_used(place.provider, mine)
    assert [(use.consumer, use.purpose, use.outcome) for use in uses] == [
        ("tl-market", "food-licence", "answered"),
        ("tl-market", "inspection", "refused"),
        ("tl-market", "food-licence", "answered"),
    ]
    assert person(1)[0].encode() not in (place.provider.folder / "ledger/entries.log").read_bytes()
    (place.provider.folder / "keys/subject-2026.key").unlink()
    assert who_used(NodeHome.open(tmp_path, "wl-police"), mine) == ()


def test_a_system_that_signs_with_its_own_key_needs_no_token(tmp_path: Path) -> None:
    key = SigningKey.generate()
    with two_departments(tmp_path) as place:
        with contextlib.closing(store.connect(place.consumer.database)) as db:
            register(db, "licensing", public=key.public)
        place.city.grant(person_grant())
        place.publish()
        ask = {
            "grant": "0001-1",
            "purpose": "food-licence",
            "case_ref": "TLCY20260017",
            "lookup": {"GMSFHM": person(1)[0]},
        }
        body = json.dumps(ask).encode()
        headers = sign_local(
            method="POST", path="/local/v1/query", content_type="application/json", body=body,
            nonce=str(uuid4()), key=key, created=place.city.clock.now(),
        )  # fmt: skip
        answers: list[tuple[int, str]] = []
        for _ in range(2):
            parts = urlsplit(place.c.url)
            line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
            line.request("POST", "/local/v1/query", body, headers)
            answer = line.getresponse()
            answers.append((answer.status, str(json.loads(answer.read()).get("key", ""))))
            line.close()
    assert answers == [(200, ""), (403, "wire.refused_replay")]
