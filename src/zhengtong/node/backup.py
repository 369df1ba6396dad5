"""Backup and restore of a node (备份与恢复): keys, node.db, sheet store and ledger, sealed under a passphrase.

A backup is taken while the node serves: databases by SQLite's own backup, then the ledger as far as
it is written, so that the ledger is never behind node.db.  A restored node must not write a second
history: it is let go on only if its ledger holds everything the center has co-signed.  If it does
not, the newer ledger folder is given beside the backup, or the node begins anew, with new keys and
an empty ledger, and joins again; the old ledger stays beside it for verification.
"""

import asyncio
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken, WrongState
from zhengtong.node import recovery, store
from zhengtong.node.center import CenterClient
from zhengtong.node.directory import alarm
from zhengtong.node.home import CODE, NodeHome, sync_folder
from zhengtong.node.journal_thread import JournalThread
from zhengtong.node.ledger import LedgerStore
from zhengtong.node.sheets import store as sheets
from zhengtong.wire.canonical import instant
from zhengtong.wire.ledger import subtree_root
from zhengtong.wire.records import record_to_bytes
from zhengtong.wire.sealed_archive import Member, read_about, read_archive, write_archive
from zhengtong.wire.suites import SealingKey, SigningKey

KIND = "zhengtong-node"
_COMPARED_B = 1 << 20
_LEDGER_FILES = ("entries.log", "heads.jsonl", "cosigned.jsonl", "peers.jsonl")
_FOLDERS = ("keys", "directory", "ledger/directory")
# What belongs to the identity that ended, when a node begins anew.
_OF_OLD_LEDGER = (
    "open_intent", "receipt", "sent_receipt", "refused_receipt", "peer_head", "run", "parcel", "seen", "exchange_id",
    "desk_session",
)  # fmt: skip
_FACTS_OF_OLD_LEDGER = ("ledger_size", "cosigned_size", "receipt_batch", "exchange_ids", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup holds."""

    file: Path
    files: int
    ledger_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """The last head of this node that the center co-signed."""

    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back: the same node, or one that has to join again."""

    code: str
    ledger_size: int
    taken_at: str
    anew: bool


LastCosigned = Callable[[NodeHome], Cosigned]


def backup(home: NodeHome, file: Path, *, passphrase: str, clock: Clock) -> BackedUp:
    """Write a backup of a node, serving or not (备份).

    Raises RuleBroken for a short passphrase or a file that is there.
    """
    with _workplace(home.folder) as place:
        members = [Member("node.toml", home.folder / "node.toml"), *_copies(home, place)]
        ledger_size = _ledger_size(place / "node.db")
        members += [m for folder in _FOLDERS for m in _files(home.folder, folder)]
        members += [Member(f"ledger/{n}", home.ledger / n) for n in _LEDGER_FILES if (home.ledger / n).is_file()]
        about = {
            "node": home.code, "at": instant(clock.now()), "ledger_size": ledger_size,
            "software": f"zhengtong/{version('zhengtong')}",
        }  # fmt: skip
        count = write_archive(file, members, passphrase=passphrase, kind=KIND, about=about)
    return BackedUp(file=file, files=count, ledger_size=ledger_size)


def restore(
    file: Path, home: Path, *, passphrase: str, ledger: Path | None = None, anew: bool = False,
    clock: Clock | None = None, last_cosigned: LastCosigned | None = None,
) -> Restored:  # fmt: skip
    """Bring a node back into a home that does not hold it (恢复).

    Raises:
        WrongState: the home holds this node.
        RuleBroken: no such archive, wrong passphrase, or a ledger that is behind or beside what the center co-signed.
        Unreachable: the center cannot be asked; nothing was restored.
    """
    code = str(read_about(file)[1].get("node", ""))
    target = home / "nodes" / code
    if not CODE.fullmatch(code):
        raise RuleBroken("node.code_shape", code=code[:80])
    if target.exists() and any(target.iterdir()):
        raise WrongState("node.restore_over", code=code, folder=str(target))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _workplace(target.parent) as place:
        folder = place / "nodes" / code
        about = read_archive(file, passphrase=passphrase, into=folder, kind=KIND)
        (folder / "parcels").mkdir(mode=0o700)
        back = NodeHome.open(place, code)
        at = clock or back.clock()
        if anew:
            size = _begin_anew(back)
        else:
            if ledger is not None:
                _longer_ledger(back, ledger)
            size = _continue(back, clock=at, taken_at=str(about["at"]), asked=last_cosigned or _ask_center)
        _rehouse(back, target)
        if target.exists():
            target.rmdir()
        folder.replace(target)
        sync_folder(target.parent)
    return Restored(code=code, ledger_size=size, taken_at=str(about["at"]), anew=anew)


def _copies(home: NodeHome, place: Path) -> Iterator[Member]:
    """Whole copies of the databases, as of one moment each; node.db first, so that the ledger is never behind it."""
    for name in ("node.db", sheets.FILE):
        if not (home.folder / name).is_file():
            continue
        with (
            closing(sqlite3.connect(f"file:{quote(str(home.folder / name))}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(place / name)) as copy,
        ):
            source.backup(copy)
        yield Member(name, place / name)


def _files(root: Path, folder: str) -> list[Member]:
    found = sorted(p for p in (root / folder).glob("*") if p.is_file() and p.suffix != ".tmp")
    return [Member(f"{folder}/{path.name}", path) for path in found]


def _ledger_size(database: Path) -> int:
    with closing(store.connect_reader(database)) as db:
        return int(store.fact(db, "ledger_size") or 0)


def _continue(back: NodeHome, *, clock: Clock, taken_at: str, asked: LastCosigned) -> int:
    """Bring node.db up to its ledger, refuse a ledger the center knows to be longer, and say in it what happened."""
    ledger = LedgerStore(back.ledger, node=back.code, key=back.sign_key(), clock=clock)
    try:
        if back.settings.root:
            _refuse_fork(ledger, asked(back))
        with closing(store.connect(back.database)) as db:
            db.execute("DELETE FROM desk_session")
            journal = JournalThread(db, ledger)
            journal.start()
            try:
                recovery.recover(journal, ledger, clock)
                told = alarm(clock.now(), key="node.restored", peer=back.code, said=taken_at)
                journal.do_blocking(lambda step: step.append(record_to_bytes(told)))
            finally:
                journal.stop()
        return ledger.size
    finally:
        ledger.close()


def _refuse_fork(ledger: LedgerStore, held: Cosigned) -> None:
    if held.size > ledger.size:
        raise RuleBroken("node.backup_too_old", size=ledger.size, cosigned=held.size)
    if held.size and subtree_root(0, held.size, read=ledger.read_node).hex() != held.root:
        raise RuleBroken("node.backup_forked", size=held.size)


def _ask_center(back: NodeHome) -> Cosigned:
    """What the center last co-signed for this node, asked under its own key."""

    async def ask() -> Cosigned:
        s = back.settings
        client = CenterClient(s.center, node=back.code, key=back.sign_key(), clock=back.clock(), pin=s.center_pin)
        try:
            told = (await client.call("GET", "/heads")).json()
        finally:
            await client.close()
        size, root = told.get("size"), told.get("root")
        return Cosigned(size=size if isinstance(size, int) else 0, root=root if isinstance(root, str) else "")

    return asyncio.run(ask())


def _longer_ledger(back: NodeHome, given: Path) -> None:
    """Take the ledger of the lost disk instead, if it begins with the one of the backup."""
    ours, theirs = back.ledger / "entries.log", given / "entries.log"
    if not theirs.is_file() or not _begins_with(theirs, ours):
        raise RuleBroken("node.restore_ledger_other", folder=str(given))
    for name in _LEDGER_FILES:
        if (given / name).is_file():
            shutil.copyfile(given / name, back.ledger / name)
    for document in (given / "directory").glob("*.json"):
        if not (back.ledger / "directory" / document.name).exists():
            shutil.copyfile(document, back.ledger / "directory" / document.name)


def _begins_with(long: Path, short: Path) -> bool:
    with long.open("rb") as one, short.open("rb") as other:
        while piece := other.read(_COMPARED_B):
            if one.read(len(piece)) != piece:
                return False
    return True


def _begin_anew(back: NodeHome) -> int:
    """New keys and an empty ledger; bindings, ceilings, systems, people and sheets stay, as do the keys of subjects."""
    (back.folder / "ledger").rename(back.folder / "ledger-before")
    (back.folder / "ledger" / "directory").mkdir(parents=True, mode=0o700)
    shutil.rmtree(back.folder / "directory", ignore_errors=True)
    (back.folder / "directory").mkdir(mode=0o700)
    suite = back.settings.suite
    back.write_secret("sign.pem", SigningKey.generate(suite).pem().decode("ascii").strip())
    back.write_secret("seal.pem", SealingKey.generate(suite).pem().decode("ascii").strip())
    back.write_secret("admin.token", secrets.token_urlsafe(32))
    back.save(replace(back.settings, root=""))
    with closing(store.connect(back.database)) as db:
        db.execute("BEGIN IMMEDIATE")
        tables = {str(row[0]) for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in _OF_OLD_LEDGER:
            if table in tables:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names above
        db.executemany("DELETE FROM fact WHERE name = ?", [(name,) for name in _FACTS_OF_OLD_LEDGER])
        db.execute("COMMIT")
    return 0


def _rehouse(back: NodeHome, target: Path) -> None:
    """Point bindings to the sheet store at where it will stand."""
    with closing(store.connect(back.database)) as db:
        rows = db.execute("SELECT resource, side, url FROM binding WHERE url LIKE 'sqlite://%'").fetchall()
        for row in rows:
            if row["url"].endswith(f"/nodes/{back.code}/{sheets.FILE}"):
                db.execute(
                    "UPDATE binding SET url = ? WHERE resource = ? AND side = ?",
                    (f"sqlite://{quote(str(target / sheets.FILE))}", row["resource"], row["side"]),
                )
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """A private folder on the same disk, gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix=".zhengtong-", dir=parent))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
