"""node.db (结点库): what a node must not forget between two starts, apart from its ledger.

The serving process writes through one thread (`journal_thread`); `bind` and `system` write from
their own process (WAL, bounded wait).  Rows here are state, never evidence.
"""

import sqlite3
from pathlib import Path

from zhengtong.node.bounds import LOCK_WAIT_S

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS binding (
  resource TEXT NOT NULL, side TEXT NOT NULL CHECK (side IN ('source','target')),
  url TEXT NOT NULL, table_name TEXT NOT NULL, columns TEXT NOT NULL, ceiling TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (resource, side)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS system (
  code TEXT PRIMARY KEY, public TEXT NOT NULL DEFAULT '', token_digest TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (peer TEXT NOT NULL, id TEXT NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (peer, id)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_until ON seen (until);
CREATE TABLE IF NOT EXISTS quota (
  grant_id TEXT NOT NULL, day TEXT NOT NULL, calls INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0,
  subjects INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (grant_id, day)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subject (grant_id TEXT NOT NULL, day TEXT NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY (grant_id, day, digest)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS confirmation (
  grant_id TEXT PRIMARY KEY, digest TEXT NOT NULL, resource TEXT NOT NULL, consumer TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  confirmed_at TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS open_intent (
  exchange TEXT NOT NULL, side TEXT NOT NULL, idx INTEGER NOT NULL,
  PRIMARY KEY (exchange, side)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refusal (
  n INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS receipt (idx INTEGER PRIMARY KEY, request_digest TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sent_receipt (idx INTEGER PRIMARY KEY, request_digest TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS run (
  run TEXT PRIMARY KEY, side TEXT NOT NULL, grant_id TEXT NOT NULL, peer TEXT NOT NULL, resource TEXT NOT NULL,
  state TEXT NOT NULL, opened_at TEXT NOT NULL, closed_at TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL DEFAULT '{}') STRICT;
CREATE TABLE IF NOT EXISTS parcel (
  run TEXT NOT NULL, seq INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, body_digest TEXT NOT NULL,
  header TEXT NOT NULL, made_at INTEGER NOT NULL, served_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS schedule (
  grant_name TEXT PRIMARY KEY, system TEXT NOT NULL, purpose TEXT NOT NULL, case_ref TEXT NOT NULL DEFAULT '',
  every TEXT NOT NULL, at TEXT NOT NULL DEFAULT '', full_every INTEGER NOT NULL,
  next_at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'active', reason TEXT NOT NULL DEFAULT '',
  failures INTEGER NOT NULL DEFAULT 0, last_run TEXT NOT NULL DEFAULT '', last_at TEXT NOT NULL DEFAULT '',
  last_result TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exchange_id (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused_receipt (
  idx INTEGER PRIMARY KEY, request_digest TEXT NOT NULL, key TEXT NOT NULL, said TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS contract (
  resource TEXT PRIMARY KEY, body TEXT NOT NULL, learnt_at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS desk_person (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, token_digest TEXT NOT NULL UNIQUE, until TEXT NOT NULL,
  created_at TEXT NOT NULL, removed_at TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS desk_session (
  digest TEXT PRIMARY KEY, person TEXT NOT NULL, csrf TEXT NOT NULL, opened_at TEXT NOT NULL, until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS desk_record (
  n INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, person TEXT NOT NULL, act TEXT NOT NULL, subject TEXT NOT NULL,
  purpose TEXT NOT NULL, body TEXT NOT NULL DEFAULT '{}') STRICT;
CREATE TABLE IF NOT EXISTS peer_head (
  node TEXT PRIMARY KEY, size INTEGER NOT NULL, head TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open node.db for reading and writing, making its tables if they are missing."""
    db = _open(f"file:{path}?mode=rwc")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.executescript(_SCHEMA)
    _add_column(db, "parcel", "served_at", "INTEGER NOT NULL DEFAULT 0")
    _add_column(db, "peer_head", "ledger", "TEXT NOT NULL DEFAULT ''")
    _add_column(db, "run", "through", "INTEGER NOT NULL DEFAULT 0")
    _add_column(db, "binding", "sync", "TEXT NOT NULL DEFAULT '{}'")
    path.chmod(0o600)
    return db


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open node.db for reading only."""
    db = _open(f"file:{path}?mode=ro")
    db.execute("PRAGMA query_only=1")
    return db


def _add_column(db: sqlite3.Connection, table: str, column: str, kind: str) -> None:
    """Give a table of an older version a column that came later."""
    if column not in {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}:
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def _open(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def fact(db: sqlite3.Connection, name: str) -> str:
    """One remembered value; empty if it was never set."""
    row = db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row["value"])


def remember(db: sqlite3.Connection, name: str, value: str) -> None:
    """Set one remembered value."""
    db.execute("INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))
