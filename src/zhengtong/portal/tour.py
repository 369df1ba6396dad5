"""The guided tour of the demo (导览): cards that change the seat and open a page of real work.

A card exists where its seat, its page and its matter exist here; the others are left out.  Dates
and numbers on a card are read from what it opens, never printed from a constant.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import UUID

from django.utils.translation import gettext as _

from zhengtong.exchange import queries as exchange
from zhengtong.journal import door
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import PlatformError
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.portal import inbox
from zhengtong.portal.links import link
from zhengtong.sharing import queries as sharing
from zhengtong.supervision import queries as supervision
from zhengtong.ui import dates
from zhengtong.ui.language import lang

TOUR_FILE_BYTES_MAX = 64 * 1024
HOUSES, REFUSED_ITEM = "0002-1", "抵押状态"  # the grant and the item of the story's refusals
OWN_MACHINE = ("http://127.0.0.1:", "http://localhost:")
LATE_REQUEST = "0007"
FIELD_REFUSED = "wire.refused_field"


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a card leads, and what it says once that is known."""

    url: str
    title: str
    see: str
    desk: str = ""  # a second way: the page at the department's own node


@dataclass(frozen=True, slots=True)
class Stop:
    """One card of the tour before it is looked up."""

    id: str
    seats: tuple[tuple[str, Role], ...]  # organization code and role; the first that has a card is taken
    find: Callable[[Actor, Clock], Opened | None]


@dataclass(frozen=True, slots=True)
class TourCard:
    """One card of the tour (导览卡片)."""

    id: str
    number: int
    title: str
    name: str  # who the reader becomes
    post: str
    see: str
    account: UUID
    seat: UUID
    url: str
    desk: str


def cards(*, clock: Clock) -> tuple[TourCard, ...]:
    """The cards that can be walked here and now, numbered in order; none outside the demo."""
    if not door.is_demo():
        return ()
    people = parties.sign_in_cards(on=clock.today())
    found = [card for stop in STOPS if (card := _card(stop, people, clock)) is not None]
    return tuple(replace(card, number=number) for number, card in enumerate(found, start=1))


def _card(stop: Stop, people: tuple[parties.SignInCard, ...], clock: Clock) -> TourCard | None:
    person = _person(stop, people)
    if person is None:
        return None
    try:
        actor = parties.actor_for(account=person.account, seat=person.seat, on=clock.today())
        opened = stop.find(actor, clock)
    except PlatformError:  # what the card would open is not there, or not for this seat
        return None
    if opened is None or not opened.url:
        return None
    return TourCard(
        id=stop.id,
        number=0,
        title=opened.title,
        name=person.officer_name,
        post=f"{person.organization.name} {person.title}",
        see=opened.see,
        account=person.account,
        seat=person.seat,
        url=opened.url,
        desk=opened.desk,
    )


def _person(stop: Stop, people: tuple[parties.SignInCard, ...]) -> parties.SignInCard | None:
    for code, role in stop.seats:
        for card in people:
            own = not card.standing_in_for and card.absent_until is None
            if card.organization.code == code and role in card.roles and own:
                return card
    return None


# -- what each card opens ----------------------------------------------------------------------------


def _my_turn(actor: Actor, clock: Clock) -> Opened | None:
    lines = inbox.inbox(actor=actor, clock=clock)
    if not lines:
        return None
    first = lines[0]
    see = _("等您办理的 {n} 件事，最先到期的排在最前：“{title}”，写着期限和条款，只要点一个按钮。").format(
        n=len(lines), title=first.title
    )
    return Opened(link("portal:inbox"), _("今天轮到我"), see)


def _why_that_day(actor: Actor, clock: Clock) -> Opened | None:
    brief = sharing.grant_brief(number=HOUSES, on=clock.today())
    page = sharing.grant(actor=actor, id=brief.id, on=clock.today()) if brief else None
    if brief is None or page is None or page.days is None:
        return None
    due = dates.short_day(page.days.due_on, lang=lang())
    see = _(
        "{day}同意共享，二十个工作日内交付。每一天算不算、为什么，逐日列出：上班的星期天、放假的工作日、上班的星期六。"
    )
    see = see.format(day=dates.short_day(page.days.started_on, lang=lang()))
    url = link("sharing:grant", brief.id, query="days=1")
    return Opened(f"{url}#why-due" if url else "", _("为什么是 {day}").format(day=due), see)


def _own_listing(_actor: Actor, _clock: Clock) -> Opened | None:
    see = _(
        "把您单位现成的目录表（Excel 或者 CSV）拖进来，或者点按钮选择："
        "每一列认成了什么、把握多大、哪些拿不准，当场列出。"
    )
    return Opened(link("catalog:intake"), _("拖入您自己的目录表"), see)


def _item_by_item(actor: Actor, clock: Clock) -> Opened | None:
    brief = sharing.grant_brief(number=HOUSES, on=clock.today())
    page = sharing.request(actor=actor, id=brief.request, on=clock.today()) if brief else None
    if page is None or page.decided_at is None:
        return None
    see = _("同一份申请里 {n} 项信息：哪些给、哪些只答是否一致、哪些不给，每项的理由、条款和替代办法。").format(
        n=len(page.items)
    )
    title = _("逐项答复：申请 {number}").format(number=page.line.number)
    return Opened(link("sharing:answer", page.line.id), title, see)


def _refused(actor: Actor, clock: Clock) -> Opened | None:
    brief = sharing.grant_brief(number=HOUSES, on=clock.today())
    if brief is None:
        return None
    wanted = exchange.why(FIELD_REFUSED).text
    lines = exchange.exchanges(actor=actor, clock=clock, grant=str(brief.id), outcome="refused").rows
    line = next((line for line in lines if line.why == wanted), lines[0] if lines else None)
    url = link("exchange:exchange", line.id) if line else link("exchange:exchanges", query="outcome=refused")
    see = _(
        "许可里没有“{item}”，对方结点拒绝，并告诉您是哪一条、怎么办；两边账本各记一笔，中心只看到回执，看不到数据。"
    )
    return Opened(
        url,
        _("要一项没有许可的信息，被拒绝"),
        see.format(item=REFUSED_ITEM),
        desk=_desk("tl-market"),
    )


def _late_reply(actor: Actor, clock: Clock) -> Opened | None:
    found = supervision.findings(actor=actor, on=clock.today()).rows
    line = next((line for line in found if line.about_number == LATE_REQUEST), None)
    if line is None:
        return None
    title = _("督办：申请 {number} 逾期未答复").format(number=LATE_REQUEST)
    see = _("{organ}没有答复“{title}”的申请，逾期 {days} 个工作日，系统按规则立了督办。")
    see = see.format(organ=line.organization_name, title=line.about_title, days=line.late_days)
    if line.due_on is None:
        see += _("点一个按钮要求说明理由，对方当天就会看到。")
    else:
        due = dates.short_day(line.due_on, lang=lang())
        see += _("已要求说明理由，{day}前答复；轮到谁、依据哪一条，页面上都有。").format(day=due)
    return Opened(link("supervision:finding", line.id), title, see)


def _month(_actor: Actor, _clock: Clock) -> Opened | None:
    see = _("每个部门一行、每个部门一页：申请、答复、用时、逾期、校核。每个数字点得开，能用 A4 打印，能下载表格。")
    return Opened(link("supervision:report_now"), _("月度通报"), see)


def _desk(organization: str) -> str:
    """The question to ask at the department's own node, by the sign-in link that the demo left; empty without one."""
    file = door.home() / "demo" / "tour.json"
    try:
        told = json.loads(file.read_bytes()[:TOUR_FILE_BYTES_MAX])
        url, ask = str(told["desks"][organization]), str(told["ask"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f"{url}&next={quote(ask, safe='')}" if url.startswith(OWN_MACHINE) else ""


STOPS: tuple[Stop, ...] = (
    Stop("turn", (("wl-labour", Role.DATA_OFFICER),), _my_turn),
    Stop("days", (("wl-land", Role.DATA_OFFICER),), _why_that_day),
    Stop("listing", (("yz-market", Role.DATA_OFFICER), ("wl-land", Role.DATA_OFFICER)), _own_listing),
    Stop("answer", (("tl-market", Role.DATA_OFFICER),), _item_by_item),
    Stop("refused", (("tl-market", Role.DATA_OFFICER),), _refused),
    Stop("late", (("wl-inspectorate", Role.SUPERVISOR),), _late_reply),
    Stop("month", (("wl-data", Role.AUTHORITY_REVIEWER),), _month),
)
