"""Why did this fail (为什么失败): refusals as a node tells and remembers them.

A refusal has a message key, facts, the side that refused and, where a peer is involved, the
ledger record on either side.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from zhengtong.kernel import messages
from zhengtong.kernel.errors import Fact, PlatformError
from zhengtong.node.bounds import REFUSALS_KEPT
from zhengtong.wire.canonical import Json


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """Where a record stands: which node's ledger, at which index."""

    node: str
    index: int

    def to_json(self) -> dict[str, Json]:
        return {"node": self.node, "index": self.index}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refusal or failure, in words and with its records."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    status: int = 403
    at: str = "provider"
    exchange: str = ""
    grant: str = ""
    purpose: str = ""
    system: str = ""
    peer: str = ""
    here: LedgerPlace | None = None
    there: LedgerPlace | None = None

    def message(self, lang: messages.Lang = "zh") -> str:
        """What was refused."""
        return messages.text(self.key, lang=lang, facts=self.facts)

    def remedy(self, lang: messages.Lang = "zh") -> str:
        """What to do next."""
        return messages.remedy(self.key, lang=lang, facts=self.facts)

    def problem(self) -> dict[str, Json]:
        """The body of an error answer (RFC 9457) to a system of the department."""
        return {
            "type": f"urn:zhengtong:{self.key}",
            "title": self.message("zh"),
            "status": self.status,
            "key": self.key,
            "detail": self.message("zh"),
            "detail_en": self.message("en"),
            "remedy": self.remedy("zh"),
            "remedy_en": self.remedy("en"),
            "at": self.at,
            "id": self.exchange,
            "grant": self.grant,
            "purpose": self.purpose,
            "system": self.system,
            "peer": self.peer,
            "record": {
                "here": self.here.to_json() if self.here else None,
                "there": self.there.to_json() if self.there else None,
            },
        }


class Refuse(Exception):
    """Stop answering with a refusal that will be recorded."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.key)
        self.refusal = refusal


def said(key: str, facts: Mapping[str, object]) -> dict[str, Json]:
    """A reason that was kept as key and facts, in both languages; the bare key where the catalogue has none."""
    try:
        zh, en = (messages.text(key, lang=lang, facts=facts) for lang in messages.LANGS)
        remedy, remedy_en = (messages.remedy(key, lang=lang, facts=facts) for lang in messages.LANGS)
    except KeyError:  # of a newer peer
        zh = en = key
        remedy = remedy_en = ""
    return {"key": key, "text": zh, "text_en": en, "remedy": remedy, "remedy_en": remedy_en}


def of_error(error: PlatformError, *, at: str) -> Refusal:
    """A platform error as a refusal of one side."""
    return Refusal(key=error.key, facts=error.facts, status=error.status, at=at)


def keep(db: sqlite3.Connection, refusal: Refusal, *, at: str) -> None:
    """Remember a refusal for `status`; the oldest beyond REFUSALS_KEPT go."""
    body = json.dumps(refusal.problem(), ensure_ascii=False)
    row = db.execute("INSERT INTO refusal (at, body) VALUES (?, ?)", (at, body)).lastrowid or 0
    db.execute("DELETE FROM refusal WHERE n <= ?", (row - REFUSALS_KEPT,))


def last(db: sqlite3.Connection, *, limit: int) -> list[dict[str, Json]]:
    """The last refusals, newest first."""
    rows = db.execute("SELECT at, body FROM refusal ORDER BY n DESC LIMIT ?", (limit,)).fetchall()
    return [{"when": row["at"], **json.loads(row["body"])} for row in rows]
