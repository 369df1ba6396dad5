"""Peers that die, databases that refuse, processes that are killed: nothing lost, nothing said twice."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.wire_city import Place, person_grant, two_departments
from tests.support.wire_ledgers import outcomes, records
from zhengtong.kernel.clock import SystemClock
from zhengtong.kernel.errors import PlatformError, WrongState
from zhengtong.node.home import NodeHome
from zhengtong.node.recovery import REASON
from zhengtong.node.service import Node
from zhengtong.wire.records import OutcomeKind, RecordKind, unframe
from zhengtong.wire.verifier import verify

VERIFIED = ("nodes/wl-police", "nodes/tl-market")


def both_verify(tmp_path: Path, place: Place) -> None:
    report = verify([tmp_path / part for part in VERIFIED], root_fingerprint=place.city.fingerprint)
    assert report.ok, report.problems


@pytest.mark.fault("node.peer_unreachable", what="对方结点已停", unchanged="本方账本有未完成记录，恢复后可再次请求")
def test_a_dead_peer_is_said_and_recorded(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        place.stop("wl-police")
        status, told = place.query("0001-1")
        assert (status, told["key"], told["at"]) == (503, "node.peer_unreachable", "consumer")
        assert outcomes(place.consumer.folder)[-1].outcome is OutcomeKind.FAILED
        place.start("wl-police")
        assert place.query("0001-1")[0] == 200
    both_verify(tmp_path, place)


@pytest.mark.fault(
    key="node.source_failed", what="提供方数据库拒绝查询", unchanged="双方各有一条未完成记录，没有数据离开"
)
def test_a_database_that_refuses_is_said_on_both_sides(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        with contextlib.closing(sqlite3.connect(tmp_path / "wl-police.db")) as db:
            db.execute("ALTER TABLE RK RENAME TO RK_OLD")
        status, told = place.query("0001-1")
        assert (status, told["key"], told["at"]) == (503, "node.source_failed", "provider")
        assert outcomes(place.provider.folder)[-1].refusal == "node.source_failed"
    both_verify(tmp_path, place)


@pytest.mark.fault(
    key="node.source_unreadable", what="提供方数据库文件不在了", unchanged="双方各有一条记录；文件恢复后照常"
)
def test_a_database_that_is_gone_is_said(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        (tmp_path / "wl-police.db").rename(tmp_path / "away.db")
        assert place.query("0001-1")[1]["key"] == "node.source_unreadable"
        (tmp_path / "away.db").rename(tmp_path / "wl-police.db")
        assert place.query("0001-1")[0] == 200


@pytest.mark.fault("node.already_serving", what="同一结点启动两次", unchanged="第二个进程不碰账本")
def test_a_second_process_on_a_home_is_refused(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place, pytest.raises(WrongState) as refused:
        Node.open(place.provider, clock=place.city.clock)
    assert refused.value.key == "node.already_serving"


@pytest.mark.fault(
    key="node.closed_after_restart", what="结点在记下意图之后被杀", unchanged="重启时意图按未完成关闭，没有答复发出"
)
def test_an_open_intent_is_closed_at_the_next_start(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        place.query("0001-1")
        place.stop("wl-police")
        folder = place.provider.folder
        entries = (folder / "ledger/entries.log").read_bytes()
        intent_only = _without_last_record(entries)
        (folder / "ledger/entries.log").write_bytes(intent_only + b"\x00\x00\x10")  # a record half written
        (folder / "ledger/clean").unlink()
        heads = (folder / "ledger/heads.jsonl").read_bytes().splitlines(keepends=True)
        size = len(list(unframe(entries)))
        (folder / "ledger/heads.jsonl").write_bytes(b"".join(h for h in heads if _size(h) < size))
        with contextlib.closing(sqlite3.connect(folder / "node.db")) as db:  # as if its commit had been lost too
            db.execute("DELETE FROM receipt")
            db.execute("UPDATE fact SET value = '1' WHERE name = 'ledger_size'")
            db.commit()
        place.start("wl-police")
        last = outcomes(folder)[-1]
        assert (last.outcome, last.refusal) == (OutcomeKind.FAILED, REASON)
        assert place.query("0001-1")[0] == 200
    report = verify([folder], root_fingerprint=place.city.fingerprint)
    assert report.ok, report.problems


@pytest.mark.timeout(120)
@pytest.mark.fault("-", what="结点进程在答复途中被 kill -9", unchanged="账本可核验，意图都有结果，已答复的都有记录")
def test_a_killed_node_comes_back_with_a_whole_ledger(tmp_path: Path) -> None:
    with two_departments(tmp_path, clock=SystemClock(), start=False) as place:
        place.city.grant(person_grant())
        place.city.publish()
        for document in ("roots", "members", "grants"):
            held = place.city.served["wl-police", document]
            (place.provider.folder / "directory" / f"{document}.json").write_bytes(held.to_bytes())
        place.start()
        place.stop("wl-police")
        child = _serve(tmp_path)
        heard: list[int] = []

        def ask() -> None:
            while not heard or heard[-1] == 200:
                heard.append(place.query("0001-1")[0])

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        time.sleep(0.5)
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        for asker in askers:
            asker.join(30)
        (place.provider.folder / "serving.json").unlink(missing_ok=True)
        answered = heard.count(200)
        assert answered > 0
        place.start("wl-police")
        assert place.query("0001-1")[0] == 200
        given = [r for r in outcomes(place.provider.folder) if r.outcome is OutcomeKind.ANSWERED]
        assert len(given) >= answered
        intents = sum(r.kind is RecordKind.INTENT for r in records(place.provider.folder))
        assert intents == len(outcomes(place.provider.folder))
    both_verify(tmp_path, place)


@pytest.mark.fault("wire.ledger_root_differs", what="账本被改动一个字节", unchanged="核验指出第一条坏记录")
@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_one_flipped_byte_is_found_and_named(tmp_path: Path, at: float) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        for _ in range(5):
            place.query("0001-1")
    path = place.provider.folder / "ledger/entries.log"
    raw = bytearray(path.read_bytes())
    raw[int(len(raw) * at)] ^= 1
    path.write_bytes(raw)
    report = verify([place.provider.folder], root_fingerprint=place.city.fingerprint)
    assert not report.ok
    assert report.problems[0].index is not None


def test_a_node_without_a_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PlatformError) as refused:
        NodeHome.open(tmp_path)
    assert "init" in refused.value.remedy("zh")


def _without_last_record(entries: bytes) -> bytes:
    at, last = 0, 0
    while at < len(entries):
        last = at
        at += 4 + int.from_bytes(entries[at : at + 4], "big")
    return entries[:last]


def _size(head: bytes) -> int:
    return int(json.loads(json.loads(head)["payload"])["size"])


def _serve(home: Path) -> "subprocess.Popen[bytes]":
    """The provider's node as the process a department runs."""
    code = f"from zhengtong.cli.main import run; run(['node', 'serve', '--home', {str(home)!r}, '--node', 'wl-police'])"
    child = subprocess.Popen([sys.executable, "-c", code], env={**os.environ}, stdout=subprocess.DEVNULL)
    serving = home / "nodes/wl-police/serving.json"
    for _ in range(200):
        if serving.exists():
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(json.loads(serving.read_text())["url"] + "/healthz"),
            ):
                return child
        time.sleep(0.1)
    child.kill()
    raise AssertionError("the node did not start")
