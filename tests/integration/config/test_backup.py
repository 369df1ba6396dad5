"""Backup and restore of the center, as an operator types it: on both stores, and what nodes make of it."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support import postgres
from zhengtong.kernel.errors import PlatformError
from zhengtong.wire.acceptance import accept_roots
from zhengtong.wire.directory import parse_roots
from zhengtong.wire.documents import parse_document

pytestmark = pytest.mark.timeout(150)
ZHENGTONG = [sys.executable, "-m", "zhengtong.cli.main"]
ORGANIZATION = ("wl-data", "望澜市政务服务和数据管理局", "市政数局")


@dataclass(frozen=True, slots=True)
class Center:
    """One home, and how to run a command in it."""

    home: Path
    database: str = ""

    def run(self, *args: str) -> "subprocess.CompletedProcess[str]":
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("ZHENGTONG_", "LC_", "LANG"))}
        given = {"ZHENGTONG_HOME": str(self.home), "LANG": "en_US.UTF-8"}
        if self.database:
            given["ZHENGTONG_DATABASE"] = self.database
        command = [*ZHENGTONG, *args]
        return subprocess.run(command, env=plain | given, capture_output=True, text=True, timeout=90, check=False)

    def json(self, *args: str) -> Any:
        done = self.run(*args, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def roots(self) -> bytes:
        return (self.home / "center" / "keys" / "roots.json").read_bytes()


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    path = tmp_path / "passphrase"
    path.write_text("望澜市备份口令-二〇二六\n", encoding="utf-8")
    return str(path)


STORE = os.environ.get("ZHENGTONG_TEST_STORE", "sqlite")  # the suite runs once for each store


@contextlib.contextmanager
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of the store under test; "" where it is a file in the home."""
    if STORE == "sqlite":
        yield ""
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = f"backup_{uuid4().hex}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture(scope="module")
def lost(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    """A center with one organization in it, that every test backs up for itself."""
    with database(request) as url:
        made = Center(tmp_path_factory.mktemp("lost"), url)
        made.json("center", "init")
        code, name, short = ORGANIZATION
        added = made.run(
            "parties", "register", code, "--name", name, "--short-name", short, "--region", "330100", "--authority"
        )
        assert added.returncode == 0, added.stderr
        yield made


@pytest.fixture
def centers(lost: Center, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Center, Center]]:
    """That center, and an empty place for it to come back to."""
    with database(request) as url:
        yield lost, Center(tmp_path / "back", url)


def execute(center: Center, statement: str) -> list[Any]:
    if center.database:
        with psycopg.connect(center.database) as db:
            found = db.execute(statement.encode())
            return found.fetchall() if found.description else []
    with contextlib.closing(sqlite3.connect(center.home / "center" / "center.db")) as lite, lite:
        return lite.execute(statement).fetchall()


def sign_in(center: Center) -> None:
    execute(center, "INSERT INTO django_session VALUES ('a1b2', 'x', '2099-01-01 00:00:00')")


def sessions(center: Center) -> int:
    return int(execute(center, "SELECT count(*) FROM django_session")[0][0])


def test_a_center_comes_back_whole_and_opens_a_new_epoch_that_nodes_follow(
    centers: tuple[Center, Center], passphrase: str, tmp_path: Path
) -> None:
    lost, back = centers
    archive = str(tmp_path / "center.zta")
    sign_in(lost)
    written = lost.json("center", "backup", archive, "--passphrase-file", passphrase, "--with-root-keys")
    assert written["root_keys_left_out"] is False
    lost.json("exchange", "publish", "--force")  # what the backup does not know: its serials bind nobody afterwards
    again = ("center", "restore", archive, "--passphrase-file", passphrase, "--reason", "演练")
    restored = back.json(*again)
    assert (restored["epoch"], restored["directory"]) == (2, "2.1")
    assert (sessions(lost), sessions(back)) == (1, 0)  # one that was ended since then does not come back either
    assert back.json("parties", "organizations") == lost.json("parties", "organizations")
    assert back.run("journal", "rebuild", "--check").returncode == 0
    held = parse_document(lost.roots(), kind="roots", max_bytes=1 << 17)
    newer = parse_document(back.roots(), kind="roots", max_bytes=1 << 17)
    at = parse_roots(newer.payload_bytes).issued_at
    assert accept_roots(newer, held=held, pinned="", now=at).epoch == 2
    refused = back.run(*again)
    assert refused.returncode == 3
    assert "does not overwrite" in refused.stderr


def test_a_second_restore_of_the_same_backup_goes_on_from_the_roots_a_node_holds(
    centers: tuple[Center, Center], passphrase: str, tmp_path: Path
) -> None:
    lost, back = centers
    archive, newest = str(tmp_path / "center.zta"), tmp_path / "newest-roots.json"
    lost.json("center", "backup", archive, "--passphrase-file", passphrase)
    offline = str(lost.home / "center" / "root-offline")
    restore = ("center", "restore", archive, "--passphrase-file", passphrase, "--reason", "机房断电")
    without = back.run(*restore)
    assert without.returncode == 3
    assert "root key" in without.stderr.lower()
    assert not (back.home / "center" / "keys").exists()  # it may be tried again
    first = Center(tmp_path / "first") if not lost.database else None
    if first is not None:
        first.json(*restore, "--offline", offline)
        newest.write_bytes(first.roots())
        told = back.json(*restore, "--offline", offline, "--roots", str(newest))
        assert told["epoch"] == 3
        held = parse_document(first.roots(), kind="roots", max_bytes=1 << 17)
        older = parse_document(lost.roots(), kind="roots", max_bytes=1 << 17)
        with pytest.raises(PlatformError):  # what a node holds is not thrown back to the backup's own
            accept_roots(older, held=held, pinned="", now=parse_roots(held.payload_bytes).issued_at)
    else:
        assert back.json(*restore, "--offline", offline)["epoch"] == 2


def test_a_wrong_passphrase_restores_nothing(centers: tuple[Center, Center], passphrase: str, tmp_path: Path) -> None:
    lost, back = centers
    archive, wrong = str(tmp_path / "center.zta"), tmp_path / "wrong"
    wrong.write_text("another passphrase\n", encoding="utf-8")
    lost.json("center", "backup", archive, "--passphrase-file", passphrase, "--with-root-keys")
    refused = back.run("center", "restore", archive, "--passphrase-file", str(wrong), "--reason", "演练")
    assert refused.returncode == 3
    assert "passphrase" in refused.stderr
    missing = back.run("center", "restore", archive, "--passphrase-file", str(tmp_path / "none"), "--reason", "演练")
    assert missing.returncode != 0
    assert "--passphrase-file" in missing.stderr
    done = back.json("center", "restore", archive, "--passphrase-file", passphrase, "--reason", "演练")
    assert done["epoch"] == 2
