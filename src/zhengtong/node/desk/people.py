"""People of a node (结点人员): who may sit at its desk, by a link that is theirs alone.

A link holds a random token; the node keeps its digest.  It opens sessions until its day, or until
the person is removed, which also ends the sessions that are open.
"""

import hashlib
import hmac
import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from zhengtong.kernel.clock import BEIJING, Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.node import store
from zhengtong.node.bounds import PERSON_DAYS, SESSION_S, SESSIONS_A_PERSON
from zhengtong.node.home import NodeHome
from zhengtong.wire.canonical import instant

_NAME_CHARS = 40


class Role(StrEnum):
    """What somebody at the desk is there for (岗位)."""

    OFFICER = "officer"  # 数据专员: asks, uploads, repairs; sees rows
    ENGINEER = "engineer"  # 运维工程师: figures, re-checks, schedules; sees no rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of this department, as `person --list` shows them."""

    id: str
    name: str
    role: Role
    until: str
    removed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in now."""

    person: str
    name: str
    role: Role
    csrf: str
    until: str

    @property
    def sees_rows(self) -> bool:
        return self.role is Role.OFFICER


def add(
    home: NodeHome, *, name: str, role: Role | str = Role.OFFICER, until: date | None = None, clock: Clock
) -> str:  # fmt: skip
    """Let a person in and return their sign-in link (登记结点人员).  It is shown once; only its digest is kept."""
    name = name.strip()
    if not 0 < len(name) <= _NAME_CHARS or not name.isprintable():
        raise RuleBroken("node.person_name", limit=_NAME_CHARS)
    if role not in set(Role):
        raise RuleBroken("node.person_role", role=str(role)[:_NAME_CHARS], known="、".join(Role))
    token, now = secrets.token_urlsafe(32), clock.now()
    last = until or (clock.today() + timedelta(days=PERSON_DAYS))
    with closing(store.connect(home.database)) as db:
        db.execute(
            "INSERT INTO desk_person (id, name, role, token_digest, until, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (f"desk-{secrets.token_hex(6)}", name, str(role), _digest(token), _end_of(last), instant(now)),
        )
    return f"{home.settings.address}/desk/enter?token={token}"


def listed(home: NodeHome, *, clock: Clock) -> tuple[Person, ...]:
    """Everybody who ever had a link, newest first."""
    now = instant(clock.now())
    with closing(store.connect(home.database)) as db:
        rows = db.execute("SELECT * FROM desk_person ORDER BY created_at DESC, id").fetchall()
    return tuple(
        Person(
            id=r["id"], name=r["name"], role=Role(r["role"]), until=r["until"],
            removed=bool(r["removed_at"]) or r["until"] <= now,
        )
        for r in rows
    )  # fmt: skip


def remove(home: NodeHome, *, name: str, clock: Clock) -> int:
    """Take a person's links and open sessions away, by name or id; returns how many links.  Raises NotFound."""
    with closing(store.connect(home.database)) as db:
        db.execute("BEGIN IMMEDIATE")
        found = db.execute(
            "UPDATE desk_person SET removed_at = ? WHERE (name = ? OR id = ?) AND removed_at = '' RETURNING id",
            (instant(clock.now()), name, name),
        ).fetchall()
        db.executemany("DELETE FROM desk_session WHERE person = ?", [(row["id"],) for row in found])
        db.execute("COMMIT")
    if not found:
        raise NotFound("node.no_such_person", name=name[:_NAME_CHARS])
    return len(found)


def by_token(db: sqlite3.Connection, token: str, *, now: datetime) -> Person:
    """Whose link this is.  Raises NotAllowed for a link that is wrong, run out or taken away."""
    row = db.execute(
        "SELECT * FROM desk_person WHERE token_digest = ? AND removed_at = '' AND until > ?",
        (_digest(token), instant(now)),
    ).fetchone()
    if row is None:
        raise NotAllowed("node.desk_link")
    return Person(id=row["id"], name=row["name"], role=Role(row["role"]), until=row["until"], removed=False)


def open_session(db: sqlite3.Connection, person: Person, *, key: str, now: datetime) -> None:
    """Open a session under a random key; the oldest beyond SESSIONS_A_PERSON and those run out are closed."""
    at = instant(now)
    until = min(instant(now + timedelta(seconds=SESSION_S)), person.until)
    db.execute("DELETE FROM desk_session WHERE until <= ?", (at,))
    db.execute(
        "INSERT INTO desk_session VALUES (?, ?, ?, ?, ?)",
        (_digest(key), person.id, secrets.token_urlsafe(32), at, until),
    )
    db.execute(
        "DELETE FROM desk_session WHERE person = ? AND digest NOT IN"
        " (SELECT digest FROM desk_session WHERE person = ? ORDER BY opened_at DESC, digest LIMIT ?)",
        (person.id, person.id, SESSIONS_A_PERSON),
    )


def session(db: sqlite3.Connection, key: str, *, now: datetime) -> Session | None:
    """The open session of a cookie; None if there is none."""
    row = db.execute(
        "SELECT s.csrf, s.until, p.id, p.name, p.role FROM desk_session s JOIN desk_person p ON p.id = s.person"
        " WHERE s.digest = ? AND s.until > ? AND p.removed_at = ''",
        (_digest(key), instant(now)),
    ).fetchone()
    if row is None:
        return None
    return Session(person=row["id"], name=row["name"], role=Role(row["role"]), csrf=row["csrf"], until=row["until"])


def close_session(db: sqlite3.Connection, key: str) -> None:
    """Sign out."""
    db.execute("DELETE FROM desk_session WHERE digest = ?", (_digest(key),))


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _end_of(day: date) -> str:
    midnight = datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(days=1)
    return instant(midnight)
