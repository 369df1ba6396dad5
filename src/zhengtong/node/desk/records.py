"""What was done at the desk (工作台记录): who, what, for which purpose, when; never a value of a row."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zhengtong.node.bounds import DESK_RECORDS_KEPT
from zhengtong.wire.canonical import Json, instant


class Act(StrEnum):
    """What somebody did (行为)."""

    SIGN_IN = "sign_in"  # 登录
    QUERY = "query"  # 查询
    VERIFY = "verify"  # 核验
    READ_QUARANTINE = "read_quarantine"  # 查看隔离区
    READ_BAD_ROW = "read_bad_row"  # 查看隔离行
    REPAIR = "repair"  # 修正并重新提交
    DISCARD = "discard"  # 放弃
    UPLOAD = "upload"  # 上传表格
    RECHECK = "recheck"  # 重新核对
    SCHEDULE = "schedule"  # 改定时


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRecord:
    """One line of the record."""

    at: str
    who: str
    act: Act
    subject: str
    purpose: str
    facts: Mapping[str, Json]


def keep(
    db: sqlite3.Connection, *, at: datetime, person: str, act: Act, subject: str, purpose: str = "",
    facts: Mapping[str, Json] | None = None,
) -> None:  # fmt: skip
    """Write one line; the oldest beyond DESK_RECORDS_KEPT go."""
    body = json.dumps(dict(facts or {}), ensure_ascii=False)
    n = db.execute(
        "INSERT INTO desk_record (at, person, act, subject, purpose, body) VALUES (?, ?, ?, ?, ?, ?)",
        (instant(at), person, act.value, subject, purpose, body),
    ).lastrowid
    db.execute("DELETE FROM desk_record WHERE n <= ?", ((n or 0) - DESK_RECORDS_KEPT,))


def count(db: sqlite3.Connection) -> int:
    """How many lines there are."""
    return int(db.execute("SELECT count(*) FROM desk_record").fetchone()[0])


def last(db: sqlite3.Connection, *, limit: int, before: int | None = None) -> tuple[list[DeskRecord], int | None]:
    """Lines, newest first, and from where the next page goes on (None: there is none)."""
    rows = db.execute(
        "SELECT r.*, p.name FROM desk_record r LEFT JOIN desk_person p ON p.id = r.person"
        " WHERE r.n < ? ORDER BY r.n DESC LIMIT ?",
        (before if before is not None else 1 << 62, limit + 1),
    ).fetchall()
    found = [
        DeskRecord(
            at=r["at"], who=r["name"] or r["person"], act=Act(r["act"]), subject=r["subject"], purpose=r["purpose"],
            facts=json.loads(r["body"]),
        )
        for r in rows[:limit]
    ]  # fmt: skip
    return found, (int(rows[limit - 1]["n"]) if len(rows) > limit else None)
