"""Backup and restore of a node, as a drill: taken while it serves, sealed, and never a second history."""

import contextlib
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support import desk
from tests.support.wire_city import Place, Running, person_grant, two_departments
from zhengtong.kernel.errors import PlatformError, RuleBroken, Unreachable, WrongState
from zhengtong.node import backup as backups
from zhengtong.node import sheets, store
from zhengtong.node.backup import Cosigned
from zhengtong.node.bindings import source_binding
from zhengtong.node.desk import people
from zhengtong.node.home import NodeHome
from zhengtong.node.sheets import store as sheet_store
from zhengtong.wire.ledger import Frontier, leaf_hash
from zhengtong.wire.records import parse_record, unframe
from zhengtong.wire.sealed_archive import read_about
from zhengtong.wire.verifier import verify

PASSPHRASE = "十二个字以上的口令才可以用来加密"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with two_departments(tmp_path_factory.mktemp("backup")) as two:
        two.city.grant(person_grant())
        two.publish()
        yield two


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "another-machine"


def entries(home: NodeHome) -> list[bytes]:
    return list(unframe((home.ledger / "entries.log").read_bytes()))


def cosigned(home: NodeHome) -> Cosigned:
    """What a center that saw all of a ledger would say."""
    return root_of(entries(home))


def root_of(records: list[bytes]) -> Cosigned:
    frontier = Frontier()
    for raw in records:
        frontier.append(leaf_hash(raw))
    return Cosigned(size=frontier.size, root=frontier.root().hex())


def take(home: NodeHome, file: Path, place: Place) -> Path:
    backups.backup(home, file, passphrase=PASSPHRASE, clock=place.city.clock)
    return file


def bring_back(file: Path, target: Path, place: Place, said: Cosigned, **more: object) -> NodeHome:
    backups.restore(
        file, target, passphrase=PASSPHRASE, clock=place.city.clock, last_cosigned=lambda _home: said, **more
    )  # type: ignore[arg-type]
    return NodeHome.open(target, str(read_about(file)[1]["node"]))


@pytest.mark.fault(
    "node.backup_too_old", what="结点由旧备份恢复，账本落后于中心联署", unchanged="没有恢复；给出较新的账本后继续"
)
def test_the_drill_a_provider_dies_and_comes_back_with_its_ledger(place: Place, target: Path, tmp_path: Path) -> None:
    """Taken while serving, then more happens; the old disk's ledger is what makes going on honest."""
    desk.workshop_contract(place.provider, place.city.clock)
    sheets.upload_bytes(
        place.provider, resource=desk.WORKSHOPS, name="a.xlsx", content=desk.workbook(desk.workshop_rows()),
        clock=place.city.clock,
    )  # fmt: skip
    assert place.query("0001-1")[0] == 200
    file = take(place.provider, tmp_path / "police.backup", place)
    assert place.query("0001-1")[0] == 200
    place.stop("wl-police")
    later = cosigned(place.provider)
    with pytest.raises(RuleBroken, match="backup_too_old"):
        bring_back(file, target, place, later)
    assert not (target / "nodes" / "wl-police").exists()
    back = bring_back(file, target, place, later, ledger=place.provider.ledger)
    held = [parse_record(raw) for raw in entries(back)]
    assert entries(back)[: later.size] == entries(place.provider)
    assert held[-1].refusal == "node.restored"
    shutil.move(place.provider.folder, tmp_path / "dead")
    old, place.provider = place.provider, back
    try:
        place.start("wl-police")
        status, answer = place.query("0001-1")
        assert (status, answer["count"]) == (200, 1)
        assert answer["record"]["there"]["index"] > later.size
        with sheet_store.opened(back) as db:
            assert sheet_store.count_rows(db, desk.WORKSHOPS) == desk.GOOD
        with contextlib.closing(store.connect_reader(back.database)) as db:
            assert source_binding(db, desk.WORKSHOPS).url == sheet_store.url_of(back)
        report = verify([back.folder, place.consumer.folder], root_fingerprint=place.city.fingerprint)
        assert report.ok, report
    finally:
        place.stop("wl-police")
        shutil.move(tmp_path / "dead", old.folder)
        place.provider = old


def test_a_backup_as_long_as_what_was_cosigned_goes_on(place: Place, target: Path, tmp_path: Path) -> None:
    link = people.add(place.consumer, name="温以宁", clock=place.city.clock)
    file = take(place.consumer, tmp_path / "market.backup", place)
    said = cosigned(place.consumer)
    back = bring_back(file, target, place, said)
    assert len(entries(back)) > said.size
    assert back.sign_key().public == place.consumer.sign_key().public
    with contextlib.closing(store.connect_reader(back.database)) as db:
        assert people.by_token(db, link.partition("token=")[2], now=place.city.clock.now()).name == "温以宁"
        assert store.fact(db, "ledger_size") == str(len(entries(back)))
    assert [p.name for p in (target / "nodes").iterdir()] == ["tl-market"]
    Running_once(back, place)


def Running_once(home: NodeHome, place: Place) -> None:  # noqa: N802 - reads as what it does
    """The restored node opens, so its stores are whole."""
    place.stop("tl-market")
    running = Running(home, place.city)
    running.stop()
    place.start("tl-market")


@pytest.mark.fault("node.backup_forked", what="备份中的账本与中心联署的不是同一份历史", unchanged="没有恢复")
def test_a_ledger_beside_the_cosigned_one_is_refused(place: Place, target: Path, tmp_path: Path) -> None:
    file = take(place.consumer, tmp_path / "a.backup", place)
    held = entries(place.consumer)
    with pytest.raises(RuleBroken, match="backup_forked"):
        bring_back(file, target, place, root_of([*held[:-1], held[0]]))
    with pytest.raises(RuleBroken, match="restore_ledger_other"):
        bring_back(file, target, place, cosigned(place.consumer), ledger=place.provider.ledger)


@pytest.mark.fault("node.restore_over", what="恢复到仍有该结点的目录", unchanged="原结点一个文件也没有改")
def test_a_living_home_is_never_overwritten(place: Place, tmp_path: Path) -> None:
    file = take(place.consumer, tmp_path / "a.backup", place)
    before = (place.consumer.folder / "node.toml").read_bytes()
    with pytest.raises(WrongState, match="restore_over"):
        bring_back(file, place.folder, place, cosigned(place.consumer))
    assert (place.consumer.folder / "node.toml").read_bytes() == before


def test_a_center_that_cannot_be_asked_means_no_restore(place: Place, target: Path, tmp_path: Path) -> None:
    file = take(place.consumer, tmp_path / "a.backup", place)

    def away(_home: NodeHome) -> Cosigned:
        raise Unreachable("node.center_unreachable", reason="down")

    with pytest.raises(Unreachable):
        backups.restore(file, target, passphrase=PASSPHRASE, clock=place.city.clock, last_cosigned=away)
    assert list((target / "nodes").iterdir()) == []


def test_the_center_is_asked_by_the_node_itself_for_what_it_cosigned(
    place: Place, target: Path, tmp_path: Path
) -> None:
    asked: list[tuple[str, str | None]] = []
    said = {"size": 10**6, "root": "00" * 32}

    class Heads(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["zhengtong-node"]))
            raw = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Heads)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held = place.consumer.settings
    place.consumer.save(replace(held, center=f"http://127.0.0.1:{server.server_port}"))
    try:
        file = take(place.consumer, tmp_path / "a.backup", place)
        with pytest.raises(RuleBroken, match="backup_too_old"):
            backups.restore(file, target, passphrase=PASSPHRASE, clock=place.city.clock)
        exact = cosigned(place.consumer)
        said.update(size=exact.size, root=exact.root)
        back = backups.restore(file, target, passphrase=PASSPHRASE, clock=place.city.clock)
        assert back.ledger_size == exact.size + 1
        assert asked == [("/api/exchange/heads", "tl-market")] * 2
    finally:
        place.consumer.save(held)
        server.shutdown()
        server.server_close()


def test_a_lost_ledger_means_new_keys_and_an_empty_one(place: Place, target: Path, tmp_path: Path) -> None:
    file = take(place.provider, tmp_path / "a.backup", place)
    backups.restore(file, target, passphrase=PASSPHRASE, anew=True, clock=place.city.clock)
    back = NodeHome.open(target, "wl-police")
    assert back.sign_key().public != place.provider.sign_key().public
    assert back.settings.root == ""
    assert list((back.ledger / "directory").iterdir()) == []
    assert not (back.ledger / "entries.log").exists()
    assert (back.folder / "ledger-before" / "entries.log").is_file()
    with contextlib.closing(store.connect_reader(back.database)) as db:
        assert source_binding(db, "306001002/000123").table == "RK"
        assert db.execute("SELECT count(*) FROM open_intent").fetchone()[0] == 0
        assert store.fact(db, "ledger_size") == ""


def test_nothing_of_a_backup_can_be_read_without_its_passphrase(place: Place, target: Path, tmp_path: Path) -> None:
    file = take(place.consumer, tmp_path / "a.backup", place)
    raw = file.read_bytes()
    for secret in (place.consumer.secret("admin.token").encode(), b"PRIVATE KEY", b"licensing", b"SQLite format"):
        assert secret not in raw
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(RuleBroken):
        backups.restore(file, target, passphrase="不对的口令不对的口令不对的口令", clock=place.city.clock)
    file.write_bytes(raw[:-20])
    with pytest.raises(RuleBroken):
        backups.restore(file, target, passphrase=PASSPHRASE, clock=place.city.clock)
    assert list((target / "nodes").iterdir()) == []


def test_a_backup_taken_in_the_middle_of_writing_is_whole(place: Place, target: Path, tmp_path: Path) -> None:
    """Calls go on while the backup is made; the ledger in it is never behind its node.db."""
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            place.query("0001-1")

    if "wl-police" not in place.running:
        place.start("wl-police")
    caller = threading.Thread(target=busy)
    caller.start()
    try:
        files = [take(place.consumer, tmp_path / f"{n}.backup", place) for n in range(3)]
    finally:
        stop.set()
        caller.join(30)
    for number, file in enumerate(files):
        home = tmp_path / f"home{number}"
        backups.restore(
            file, home, passphrase=PASSPHRASE, clock=place.city.clock,
            last_cosigned=lambda _home: Cosigned(size=0, root=""),
        )  # fmt: skip
        back = NodeHome.open(home, "tl-market")
        size = int(read_about(file)[1]["ledger_size"])
        assert len(entries(back)) > size
        with contextlib.closing(sqlite3.connect(back.database)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert db.execute("SELECT count(*) FROM open_intent").fetchone() == (0,)


def test_the_commands_say_what_they_did(place: Place, tmp_path: Path) -> None:
    from zhengtong.cli.node import app

    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    home = ["--home", str(place.folder), "--node", "tl-market"]
    runner = CliRunner()
    file = tmp_path / "c.backup"
    said = runner.invoke(app, ["backup", str(file), "--passphrase-file", str(secret), *home, "--json"])
    assert (said.exit_code, file.is_file()) == (0, True), said.output
    said = runner.invoke(app, ["restore", str(file), "--passphrase-file", str(secret), "--home", str(place.folder)])
    assert isinstance(said.exception, PlatformError)
    said = runner.invoke(app, ["restore", str(file), "--anew", "--passphrase-file", str(secret), "--home",
                               str(tmp_path / "h"), "--json"])  # fmt: skip
    assert (said.exit_code, '"join_again": true' in said.output) == (0, True), said.output
    link = runner.invoke(app, ["person", "何某", *home])
    assert link.output.startswith("http://127.0.0.1:")
    assert "何某" in runner.invoke(app, ["person", "--list", *home]).output
    assert "removed 1" in runner.invoke(app, ["person", "何某", "--remove", *home]).output
    contract = tmp_path / "contract.json"
    contract.write_text(json.dumps(desk.WORKSHOP_CONTRACT, ensure_ascii=False), encoding="utf-8")
    assert runner.invoke(app, ["contract", str(contract), *home]).exit_code == 0
    sheet = desk.csv_file(tmp_path / "a.csv", desk.workshop_rows())
    said = runner.invoke(app, ["upload", desk.WORKSHOPS, str(sheet), "--dry-run", "--json", *home])
    assert (said.exit_code, json.loads(said.output)["rows"]["quarantined"]) == (1, desk.BAD)
