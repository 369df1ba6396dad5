"""Receipts to the center: what it does not believe is kept, and the ledger says so."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.support.wire_city import City, Place, person_grant, two_departments
from tests.support.wire_ledgers import alarms
from zhengtong.node.center import CenterClient
from zhengtong.node.receipts import Receipts
from zhengtong.wire.documents import cosign, document_from_json
from zhengtong.wire.records import parse_head
from zhengtong.wire.verifier import verify


class Counter(BaseHTTPRequestHandler):
    """The center's counter for receipts and heads: believes all receipts but those of the named exchanges."""

    city: City
    disbelieved: ClassVar[set[str]] = set()
    batches: ClassVar[list[dict[str, Any]]] = []
    heads: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        self._answer({"size": self.heads[-1] if self.heads else 0, "root": ""})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
        if self.path.endswith("/heads"):
            head = cosign(document_from_json(body["head"], kind="head"), self.city.online)
            self.heads.append(parse_head(head).size)
            self._answer({"cosigned": head.to_json()})
            return
        batch = json.loads(body["payload"])
        self.batches.append(batch)
        refused = [
            {"index": r["index"], "key": "exchange.receipt_contradicts", "message": "与先前回执矛盾"}
            for r in batch["receipts"]
            if r["exchange"] in self.disbelieved
        ]
        self._answer({"number": batch["number"], "refused": [*refused, {"index": 10**9, "key": "x"}, "text", None]})

    def _answer(self, content: dict[str, Any]) -> None:
        raw = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def counter(
    city: City, *, disbelieved: set[str], heads: list[int] | None = None
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A center's counter on loopback, with what it was handed; `heads` are the sizes it has co-signed."""
    batches: list[dict[str, Any]] = []
    own = {"city": city, "disbelieved": disbelieved, "batches": batches, "heads": [] if heads is None else heads}
    handler = type("One", (Counter,), own)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", batches
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def send(place: Place, url: str) -> int:
    core = place.p.node.core

    async def all_() -> int:
        client = CenterClient(url, node=core.code, key=core.key, clock=core.clock)
        try:
            return await Receipts(core, client).send_all()
        finally:
            await client.close()

    return place.p.call(all_())


@pytest.mark.fault(
    "node.receipt_refused",
    what="中心不采信本结点的回执（他人先报了另一种说法）",
    unchanged="回执留存，登记告警，状态页可见；其余回执照常送达",
)
def test_a_receipt_the_center_does_not_believe_is_kept_and_raises_an_alarm(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        first, second = place.query("0001-1")[1]["id"], place.query("0001-1")[1]["id"]
        with counter(place.city, disbelieved={first}) as (url, batches):
            assert send(place, url) == 2
            assert [r["exchange"] for r in batches[0]["receipts"]] == [first, second]
            assert send(place, url) == 0
        assert alarms(place.provider.folder) == ["node.receipt_refused"]
        kept = place.p.node.core.reader.execute("SELECT * FROM refused_receipt").fetchall()
        assert [row["key"] for row in kept] == ["exchange.receipt_contradicts"]
        assert place.p.node.receipts.waiting() == 0
    report = verify([place.provider.folder, place.consumer.folder], root_fingerprint=place.city.fingerprint)
    assert report.ok, report.problems


@pytest.mark.fault("-", what="中心由备份恢复，忘了之后收到的回执", unchanged="结点把已送达的回执再送一遍，中心照收")
def test_a_center_that_was_restored_from_a_backup_gets_the_receipts_it_lost_again(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        heads: list[int] = []
        first = place.query("0001-1")[1]["id"]
        with counter(place.city, disbelieved=set(), heads=heads) as (url, _):
            assert send(place, url) == 1
            backup = list(heads)
            second = place.query("0001-1")[1]["id"]
            assert send(place, url) == 1
        with counter(place.city, disbelieved=set(), heads=backup) as (url, batches):
            third = place.query("0001-1")[1]["id"]
            assert send(place, url) == 4
            assert [r["exchange"] for batch in batches for r in batch["receipts"]] == [third, first, second, third]
            assert send(place, url) == 0


@pytest.mark.fault("-", what="批量中途作废", unchanged="回执写明已取走的行数")
def test_the_receipt_of_a_broken_run_says_what_left(tmp_path: Path) -> None:
    from tests.integration.node.test_rows_that_left import close_own, fetch, opened

    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        sent = opened(place)
        fetch(place, sent, 1)
        other = opened(place)
        fetch(place, other, 1)
        with counter(place.city, disbelieved=set()) as (url, batches):
            send(place, url)
        told = [(r["exchange"], r["outcome"], r["rows"]) for r in batches[0]["receipts"]]
        assert told == [(sent.exchange, "failed", 20)]
        close_own(place, sent)
        close_own(place, other)
