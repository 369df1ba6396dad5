"""How a node stands (结点状况): for `status`, with the node running or stopped."""

import json
import sqlite3
from datetime import datetime
from pathlib import Path

from zhengtong.node import refusals, runs, schedules
from zhengtong.node.bounds import REFUSALS_SHOWN
from zhengtong.node.home import NodeHome
from zhengtong.node.sources import shown_url
from zhengtong.node.store import fact
from zhengtong.wire.acceptance import held_from_json
from zhengtong.wire.canonical import Json
from zhengtong.wire.directory import MEMBERS_BYTES_MAX, parse_members
from zhengtong.wire.documents import parse_document

_RUNS = 20


def standing(home: NodeHome, db: sqlite3.Connection, *, now: datetime, ledger: str = "") -> dict[str, Json]:
    """Directory, ledger, receipts, runs, bindings and the last refusals."""
    return {
        "node": home.code,
        "center": home.settings.center,
        "joined": bool(home.settings.root),
        "serving": _serving(home.serving),
        "directory": _directory(home, db, now),
        "ledger": ledger or _last_head(home.ledger / "heads.jsonl"),
        "receipts_waiting": int(db.execute("SELECT count(*) FROM receipt").fetchone()[0]),
        "receipts_refused": [
            {"record": r["idx"], "key": r["key"], "said": r["said"], "at": r["at"]}
            for r in db.execute("SELECT * FROM refused_receipt ORDER BY idx DESC LIMIT ?", (REFUSALS_SHOWN,))
        ],
        "open_intents": int(db.execute("SELECT count(*) FROM open_intent").fetchone()[0]),
        "bindings": [
            {"resource": r["resource"], "side": r["side"], "url": shown_url(r["url"]), "table": r["table_name"]}
            for r in db.execute("SELECT * FROM binding ORDER BY resource, side")
        ],
        "systems": [str(r["code"]) for r in db.execute("SELECT code FROM system ORDER BY code")],
        "runs": list[Json](runs.listed(db, limit=_RUNS)),
        "schedules": list[Json](schedules.listed(db)),
        "refusals": list[Json](refusals.last(db, limit=REFUSALS_SHOWN)),
    }  # fmt: skip


def _directory(home: NodeHome, db: sqlite3.Connection, now: datetime) -> Json:
    held = fact(db, "held")
    path = home.folder / "directory" / "members.json"
    if not held or not path.is_file():
        return None
    state = held_from_json(json.loads(held))
    members = parse_members(
        parse_document(path.read_bytes(), kind="members", max_bytes=MEMBERS_BYTES_MAX).payload_bytes
    )
    return {
        "serial": f"{state.epoch}.{state.serial}",
        "age_s": int((now - members.issued_at).total_seconds()),
        "valid": now < members.valid_until,
        "nodes": len(members.nodes),
    }


def _last_head(path: Path) -> str:
    if not path.is_file():
        return ""
    lines = path.read_bytes().splitlines()
    if not lines:
        return ""
    held = json.loads(json.loads(lines[-1])["payload"])
    return f"{held['size']}:{held['root']}"


def _serving(path: Path) -> Json:
    if not path.is_file():
        return None
    held = json.loads(path.read_text(encoding="utf-8"))
    return {"pid": held["pid"], "url": held["url"]}
