"""What the cross-area pages show (门户查询): frozen records gathered from the areas' own queries."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from zhengtong.catalog import queries as catalog
from zhengtong.catalog.rules import ShareType
from zhengtong.exchange import queries as exchange
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound
from zhengtong.portal.links import link
from zhengtong.portal.mechanism import FLOW, GROUPS, Words
from zhengtong.sharing import queries as sharing

HOME_LINES_MAX = 5
FLOW_BOX_WIDTH, FLOW_GAP, FLOW_TOP = 150, 36, 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on the home page with the list behind it."""

    value: int | str | None
    label: str
    url: str
    note: str = ""
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class PartView:
    name: Words
    does: Words
    url: str  # empty: not built yet (尚未建设)


@dataclass(frozen=True, slots=True)
class GroupView:
    name: Words
    asks: Words
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class StageView:
    """A box of the flow with its place in the picture."""

    name: Words
    does: Words
    url: str
    x: int
    y: int
    middle: int
    arrow_from: int | None


def groups() -> tuple[GroupView, ...]:
    """The map of the mechanism with links to the pages that exist here."""
    return tuple(
        GroupView(g.name, g.asks, tuple(PartView(p.name, p.does, link(p.page)) for p in g.parts)) for g in GROUPS
    )


def flow() -> tuple[StageView, ...]:
    """The way from entry to ledger, placed on one line."""
    return tuple(
        StageView(
            name=stage.name,
            does=stage.does,
            url=link(stage.page),
            x=index * (FLOW_BOX_WIDTH + FLOW_GAP) + 4,
            y=FLOW_TOP,
            middle=index * (FLOW_BOX_WIDTH + FLOW_GAP) + 4 + FLOW_BOX_WIDTH // 2,
            arrow_from=index * (FLOW_BOX_WIDTH + FLOW_GAP) + 4 - FLOW_GAP if index else None,
        )
        for index, stage in enumerate(FLOW)
    )


def figures(*, actor: Actor | None, clock: Clock) -> tuple[Figure, ...]:
    """The few numbers of the home page, each with the list behind it that the reader may open.

    A visitor, who could open none of the lists, sees none of the numbers.
    """
    if actor is None:
        return ()
    return (*_entry_figures(), *_request_figures(actor, clock), *_exchange_figures(actor, clock))


def _entry_figures() -> list[Figure]:
    published = catalog.published_counts()
    kinds = (
        (ShareType.UNCONDITIONAL, _("无条件共享的目录条目")),
        (ShareType.CONDITIONAL, _("有条件共享的目录条目")),
        (ShareType.WITHHELD, _("不予共享的目录条目")),
    )
    return [
        Figure(published.get(kind, 0), label, link("catalog:list", query=f"share_type={kind.value}"))
        for kind, label in kinds
    ]


def _request_figures(actor: Actor, clock: Clock) -> list[Figure]:
    counted = sharing.figures(actor=actor, on=clock.today())
    corrections = sharing.correction_counts(actor=actor, on=clock.today())
    requests, grants = link("sharing:requests"), link("sharing:grants", query="state=active")
    return [
        Figure(counted.due_today, _("今天到期的申请"), f"{requests}?state=due_today"),
        Figure(counted.late, _("逾期未答复的申请"), f"{requests}?state=late", tone="late" if counted.late else "quiet"),
        Figure(counted.median_reply_days, _("答复用时中位数（工作日）"), f"{requests}?state=answered"),
        Figure(counted.active_grants, _("有效的共享许可"), grants),
        Figure(corrections.open, _("未办结的校核"), link("sharing:corrections", query="state=open")),
    ]


def _exchange_figures(actor: Actor, clock: Clock) -> list[Figure]:
    counted = exchange.counts(actor=actor, clock=clock)
    joined = _("已接入 {n} 个").format(n=counted.active)
    return [
        Figure(counted.heard, _("在线的结点"), link("exchange:nodes", query="up=1"), note=joined),
        Figure(counted.exchanges_today, _("今天的交换记录"), link("exchange:exchanges", query="day=today")),
    ]


def letter(*, actor: Actor, request: UUID, clock: Clock) -> sharing.RequestPage:
    """A request whose reply is signed, for its paper.  Raises NotFound."""
    page = sharing.request(actor=actor, id=request, on=clock.today())
    if page.decided_at is None:
        raise NotFound("portal.no_letter", number=page.line.number)
    return page


def request_sheet(*, actor: Actor, request: UUID, clock: Clock) -> sharing.RequestPage:
    """A request that its provider has received, for its paper.  Raises NotFound."""
    page = sharing.request(actor=actor, id=request, on=clock.today())
    if page.line.received_on is None:
        raise NotFound("portal.not_received", number=page.line.number)
    return page


def grant_sheet(*, actor: Actor, grant: UUID, clock: Clock) -> sharing.GrantPage:
    """A grant, for its paper.  Raises NotFound."""
    return sharing.grant(actor=actor, id=grant, on=clock.today())
