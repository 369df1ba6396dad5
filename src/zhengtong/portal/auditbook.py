"""The audit in the reader's language (审计): who did what, when, for whom, and whether the record holds."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from zhengtong.catalog.templatetags.catalog_words import EVENT_LABELS as CATALOG_EVENTS
from zhengtong.journal import queries as journal
from zhengtong.journal.queries import ChainReport, EventSearch
from zhengtong.journal.rules import StoredEvent
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.paging import Page
from zhengtong.parties import queries as parties
from zhengtong.sharing.rules import EVENT_WORDS as SHARING_EVENTS
from zhengtong.ui.language import lang

AREAS: dict[str, tuple[str, str]] = {
    "parties": ("机构、人员和登录", "organizations, people, sign-in"),
    "standards": ("标准和期限", "standards and limits"),
    "catalog": ("目录", "catalogue"),
    "sharing": ("申请、许可和争议", "requests, grants, disputes"),
    "exchange": ("结点和交换", "nodes and exchange"),
    "supervision": ("督办", "supervision"),
    "journal": ("日志", "journal"),
}
PAYLOAD_CHARS_MAX = 4_000
ROWS_TAKEN = 2_000


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event as an auditor reads it (审计记录)."""

    at: datetime
    label: str
    name: str
    who: str
    acting_for: str
    organization: str
    subject: UUID
    request_id: str
    seq: int | None
    digest: str
    payload: str


def search(*, actor: Actor, asked: Mapping[str, str], after: str = "", rows: int | None = None) -> Page[AuditLine]:
    """Events that fit what was typed, newest first; what cannot be read as a day, an id or a code finds nothing."""
    page = journal.search_events(actor=actor, wanted=_wanted(asked), after=after, rows=rows)
    return Page(tuple(_lines(page.rows)), page.next_after)


def chain(*, actor: Actor) -> ChainReport:
    """Whether the record holds from its beginning."""
    return journal.chain_report(actor=actor)


def _wanted(asked: Mapping[str, str]) -> EventSearch:
    code = asked.get("organization", "")
    held = [card for card in parties.organizations(actor=Actor(None, "", None, frozenset({"auditor"}))) if code]
    organization = next((card.id for card in held if code in (card.code, card.name, card.short_name)), None)
    first, last = _day(asked.get("first", "")), _day(asked.get("last", ""))
    return EventSearch(
        area=asked.get("area", "") if asked.get("area", "") in AREAS else "",
        subject=_id(asked.get("subject", "")),
        officer=_id(asked.get("officer", "")),
        organization=organization or (UUID(int=0) if code else None),
        request_id=asked.get("request_id", ""),
        first=datetime.combine(first, time.min, BEIJING) if first else None,
        before=datetime.combine(last + timedelta(days=1), time.min, BEIJING) if last else None,
    )


def _lines(found: Iterable[StoredEvent]) -> Iterable[AuditLine]:
    events = list(found)
    people = parties.officer_names(who for one in events for who in (one.actor, one.acting_for) if who is not None)
    organs = parties.organizations_by_id(one.organization for one in events if one.organization is not None)
    for one in events:
        card = organs.get(one.organization) if one.organization else None
        payload = json.dumps(one.payload, ensure_ascii=False, indent=1)[:PAYLOAD_CHARS_MAX]
        yield AuditLine(
            one.at, label_of(one.name), one.name, people.get(one.actor, "") if one.actor else "",
            people.get(one.acting_for, "") if one.acting_for else "", card.short_name if card else "", one.subject,
            one.request_id, one.seq, one.digest, payload,
        )  # fmt: skip


def label_of(name: str) -> str:
    """What happened, in words; the area where there are none."""
    word = 1 if lang() == "en" else 0
    if name in CATALOG_EVENTS:
        return CATALOG_EVENTS[name][word]
    if name in SHARING_EVENTS:
        said = SHARING_EVENTS[name]
        return said.en if word else said.zh
    area = AREAS.get(name.partition(".")[0])
    return area[word] if area else name


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)  # finds nothing: a mistyped id must not widen the search
