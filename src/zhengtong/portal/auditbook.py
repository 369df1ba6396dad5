"""The audit in the reader's language (审计): who did what, when, for whom, and whether the record holds."""

import json
from collections.abc import Iterable
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
OTHER_EVENTS: dict[str, tuple[str, str]] = {
    "parties.account.signed-in": ("登录", "signed in"),
    "parties.account.locked": ("账号锁定", "account locked"),
    "parties.identity.bound": ("绑定统一身份", "identity bound"),
    "parties.identity.released": ("解除统一身份绑定", "identity released"),
    "parties.identity.refused": ("未绑定的统一身份被拒", "unbound identity refused"),
    "parties.substitute.appointed": ("安排代岗", "substitute appointed"),
    "parties.substitute.ended": ("结束代岗", "substitution ended"),
    "journal.retention.set": ("规定保存期限", "retention period set"),
    "exchange.notice.exempted": ("免予告知", "queries exempt from notice"),
    "exchange.notice.restored": ("恢复告知", "notice restored"),
    "journal.drill.recorded": ("记录演练", "drill recorded"),
    "supervision.project.planned": ("申报项目", "project put forward"),
    "supervision.project.decided": ("项目意见", "project decided"),
    "supervision.project.money-judged": ("运维经费意见", "year's money judged"),
    "supervision.document.filed": ("登记制度文件", "document filed"),
    "supervision.document.ended": ("制度文件废止", "document repealed"),
    "supervision.training.plan-set": ("确定年度培训计划", "training plan set"),
    "supervision.training.recorded": ("登记培训", "training recorded"),
    "supervision.budget.asked": ("申报经费", "money asked for"),
    "supervision.budget.decided": ("经费列入意见", "money decided"),
    "supervision.budget.reported": ("报告执行和绩效", "spending reported"),
    "supervision.budget.evaluated": ("评价绩效", "money evaluated"),
    "supervision.meeting.recorded": ("登记联席会议纪要", "minutes recorded"),
    "supervision.directive.issued": ("交办", "directive issued"),
    "supervision.directive.reported": ("报告办理情况", "directive reported on"),
    "supervision.directive.answered": ("确认、退回或者撤回交办", "directive answered"),
    "supervision.bulletin.issued": ("发出通报", "bulletin issued"),
    "supervision.bulletin.read": ("通报已阅", "bulletin read"),
    "journal.records.disposed": ("到期处置记录", "records past their period disposed of"),
}
PAYLOAD_CHARS_MAX = 4_000
ROWS_TAKEN = 2_000
NOBODY = UUID(int=0)  # no organization: a mistyped name must not widen the search


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor typed, read."""

    area: str = ""
    first: date | None = None
    last: date | None = None
    organization: str = ""  # short name or code
    subject: UUID | None = None
    request_id: str = ""


def search(*, actor: Actor, asked: Asked, after: str = "", rows: int | None = None) -> Page[AuditLine]:
    """Events that fit what was typed, newest first; an organization nobody has finds nothing."""
    page = journal.search_events(actor=actor, wanted=_wanted(asked, actor), after=after, rows=rows)
    return Page(tuple(_lines(page.rows)), page.next_after)


def chain(*, actor: Actor) -> ChainReport:
    """Whether the record holds from its beginning."""
    return journal.chain_report(actor=actor)


def _wanted(asked: Asked, actor: Actor) -> EventSearch:
    organization = None
    if asked.organization:
        known = (card for card in parties.organizations(actor=actor, active_only=False))
        named = (card.id for card in known if asked.organization in (card.code, card.name, card.short_name))
        organization = next(named, NOBODY)
    return EventSearch(
        area=asked.area,
        subject=asked.subject,
        organization=organization,
        request_id=asked.request_id,
        first=datetime.combine(asked.first, time.min, BEIJING) if asked.first else None,
        before=datetime.combine(asked.last + timedelta(days=1), time.min, BEIJING) if asked.last else None,
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
    if name in OTHER_EVENTS:
        return OTHER_EVENTS[name][word]
    if name in SHARING_EVENTS:
        said = SHARING_EVENTS[name]
        return said.en if word else said.zh
    area = AREAS.get(name.partition(".")[0])
    return area[word] if area else name
