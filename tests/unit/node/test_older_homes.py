"""A home made by an older version: its database gains what came later, nothing is forgotten."""

import contextlib
import sqlite3
from pathlib import Path
from uuid import uuid4

from zhengtong.node import accounts, store


def test_a_parcel_table_without_served_gains_it(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(
            "CREATE TABLE parcel (run TEXT NOT NULL, seq INTEGER NOT NULL, rows INTEGER NOT NULL,"
            " bytes INTEGER NOT NULL,"
            " body_digest TEXT NOT NULL, header TEXT NOT NULL, made_at INTEGER NOT NULL, PRIMARY KEY (run, seq)"
            ") STRICT, WITHOUT ROWID"
        )
        db.execute("INSERT INTO parcel VALUES ('r', 1, 10, 100, 'd', 'h', 0)")
        db.commit()
    for _ in range(2):
        with contextlib.closing(store.connect(path)) as db:
            row = db.execute("SELECT rows, served_at FROM parcel").fetchone()
            assert (row["rows"], row["served_at"]) == (10, 0)


def test_an_exchange_id_is_new_once(tmp_path: Path) -> None:
    name = str(uuid4())
    with contextlib.closing(store.connect(tmp_path / "node.db")) as db:
        assert accounts.exchange_is_new(db, name)
        assert not accounts.exchange_is_new(db, name)
        assert accounts.exchange_is_new(db, str(uuid4()))
