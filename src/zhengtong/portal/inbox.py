"""Today it is my turn (今天轮到我): what waits for the reader in every area, first due first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhengtong.catalog import queries as catalog
from zhengtong.catalog.rules import STATE_LABELS
from zhengtong.catalog.rules.diffs import CLASS_LABELS
from zhengtong.exchange import queries as exchange
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.portal.links import link
from zhengtong.portal.mechanism import Words
from zhengtong.portal.rulebook import basis_of
from zhengtong.sharing import queries as sharing
from zhengtong.supervision import queries as supervision
from zhengtong.ui.language import lang

TITLE_SHOWN = 60  # characters


@dataclass(frozen=True, slots=True)
class Act:
    """What a button of the inbox says, and the page it opens."""

    label: Words
    page: str = ""


ACTS = {
    "submit": Act(gettext_lazy("送本机构审签")),
    "approve": Act(gettext_lazy("审签")),
    "prepare_reply": Act(gettext_lazy("准备答复"), "sharing:reply"),
    "consent": Act(gettext_lazy("签发答复"), "sharing:sign"),
    "countersign": Act(gettext_lazy("复核签发"), "sharing:sign"),
    "answer_supplement": Act(gettext_lazy("补正"), "sharing:answer_supplement"),
    "agree_extension": Act(gettext_lazy("审批延期"), "sharing:extension"),
    "urge": Act(gettext_lazy("督促答复")),
    "urge_delivery": Act(gettext_lazy("督促提供数据")),
    "urge_correction": Act(gettext_lazy("督促核实校核")),
    "urge_disposal": Act(gettext_lazy("督促处置数据")),
    "urge_catalogue": Act(gettext_lazy("督促编制目录")),
    "deliver": Act(gettext_lazy("确认交付")),
    "rectify": Act(gettext_lazy("查看整改要求")),
    "answer_correction": Act(gettext_lazy("核实校核")),
    "verify_person": Act(gettext_lazy("核实个人更正请求")),
    "tell_person": Act(gettext_lazy("告知本人结果")),
    "read_person": Act(gettext_lazy("查看更正")),
    "urge_person": Act(gettext_lazy("督促办理更正请求")),
    "acknowledge": Act(gettext_lazy("查看更正")),
    "report": Act(gettext_lazy("报告处置情况")),
    "accept": Act(gettext_lazy("确认处置")),
    "confirm_takeover": Act(gettext_lazy("确认既有共享")),
    "review": Act(gettext_lazy("复核既有共享")),
    "urge_review": Act(gettext_lazy("督促复核")),
    "answer_change": Act(gettext_lazy("答复终止或者变更")),
    "settle_change": Act(gettext_lazy("协商终止或者变更")),
    "file_change": Act(gettext_lazy("报主管部门备案")),
    "note_change": Act(gettext_lazy("收到备案")),
    "coordinate": Act(gettext_lazy("协调需求")),
    "catalogue": Act(gettext_lazy("编制目录满足需求")),
    "request": Act(gettext_lazy("按目录提出申请")),
    "read_help": Act(gettext_lazy("查看指导和服务")),
    "take_up": Act(gettext_lazy("受理协调")),
    "settle": Act(gettext_lazy("协调争议")),
    "rule": Act(gettext_lazy("作出决定")),
    "execute": Act(gettext_lazy("按结果办理")),
}


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One thing that waits for the reader (待办)."""

    title: str
    number: str
    who: str
    why: str
    article: str
    due_on: date | None
    late: bool
    today: bool
    provisional: bool
    url: str
    action: str

    @property
    def key(self) -> str:
        """What makes it the same thing for another seat, on another day."""
        return f"{self.url} {self.action}"


def inbox(*, actor: Actor, clock: Clock) -> tuple[InboxLine, ...]:
    """All that waits for the actor, what is due first on top."""
    today = clock.today()
    lines = [*_from_sharing(actor, today), *_from_catalog(actor, today), *_from_exchange(actor, clock)]
    lines += _from_supervision(actor, today) + _from_parties(actor)
    return tuple(sorted(lines, key=lambda line: (line.due_on or date.max, line.number)))


def due_lines(*, actors: Iterable[Actor], clock: Clock, until: date = date.max) -> tuple[InboxLine, ...]:
    """What has a day up to `until` and waits for any of some seats, each thing once, first due first."""
    found = dict[str, InboxLine]()
    for actor in actors:
        for line in inbox(actor=actor, clock=clock):
            if line.due_on is not None and line.due_on <= until:
                found.setdefault(line.key, line)
    return tuple(sorted(found.values(), key=lambda line: (line.due_on or date.max, line.key)))


def told(*, actor: Actor, clock: Clock) -> tuple[sharing.RequestLine, ...]:
    """What the actor is told and need not act on (告知)."""
    return sharing.told(actor=actor, on=clock.today())


def of_request(request: HttpRequest) -> tuple[InboxLine, ...]:
    """The reader's inbox, read once for the page and the count in its menu."""
    actor: Actor | None = getattr(request, "actor", None)
    clock: Clock | None = getattr(request, "clock", None)
    if actor is None or clock is None:
        return ()
    held: tuple[InboxLine, ...] | None = getattr(request, "inbox_lines", None)
    if held is None:
        held = inbox(actor=actor, clock=clock)
        setattr(request, "inbox_lines", held)  # noqa: B010 -- the request is Django's; it carries what the page needs
    return held


def _from_sharing(actor: Actor, today: date) -> list[InboxLine]:
    return [
        InboxLine(
            title=card.title,
            number=card.number,
            who=f"{card.consumer.short_name} → {card.provider.short_name}",
            why="",
            article=card.article,
            due_on=card.due_on,
            late=card.late,
            today=card.due_on == today,
            provisional=card.provisional,
            url=_act_page(card.verb, kind=card.kind, id=str(card.id)),
            action=str(ACTS[card.verb].label) if card.verb in ACTS else _("打开"),
        )
        for card in sharing.inbox(actor=actor, on=today)
    ]


def _act_page(verb: str, *, kind: str, id: str) -> str:
    """The page on which the act is done; the thing's own page where it has none."""
    page = ACTS[verb].page if verb in ACTS else ""
    return link(page, id) or link(f"sharing:{kind}", id)


def _from_catalog(actor: Actor, today: date) -> list[InboxLine]:
    return (
        [
            InboxLine(
                title=row.name,
                number=row.guide_code,
                who=row.provider_name,
                why=STATE_LABELS[row.state][lang() == "en"],
                article=row.cites,
                due_on=row.due_on,
                late=row.due_on is not None and row.due_on < today and not row.due_provisional,
                today=row.due_on == today,
                provisional=row.due_provisional,
                url=link("catalog:entry", str(row.id), query=f"version={row.version}"),
                action=_("打开条目"),
            )
            for row in catalog.inbox(actor=actor)
        ]
        + [_notice(line, today) for line in catalog.notices(actor=actor)]
        + _from_derivations(actor)
    )


def _from_derivations(actor: Actor) -> list[InboxLine]:
    """Consents to give, refusals to act on."""
    return [
        InboxLine(
            title=card.source.name, number=card.source.code,
            who=f"{card.entry.provider_name} → {card.source.provider_name}", why=card.entry.name,
            article="政务数据共享条例 第二十五条", due_on=None, late=False, today=False, provisional=False,
            url=link("catalog:derivation", str(card.id)),
            action=_("答复二次共享") if card.state == "asked" else _("查看二次共享"),
        )
        for card in catalog.derivation_cards(actor=actor)
    ]  # fmt: skip


def _notice(line: catalog.NoticeLine, today: date) -> InboxLine:
    return InboxLine(
        title=line.name,
        number=line.code,
        who="",
        why=CLASS_LABELS[line.kind][lang() == "en"],
        article="政务数据共享条例 第二十七条第三款",
        due_on=line.effective_on,
        late=line.effective_on is not None and line.effective_on < today,
        today=line.effective_on == today,
        provisional=False,
        url=link("catalog:entry", str(line.entry)),
        action=_("查看变化"),
    )


def _from_parties(actor: Actor) -> list[InboxLine]:
    """Work that was handed over and is not taken yet."""
    return [
        InboxLine(
            title=_("工作交接：{count} 件").format(count=card.things), number="",
            who=f"{card.giver_name} → {card.taker_name}", why=card.giver_title, article="", due_on=None, late=False,
            today=False, provisional=False, url=link("portal:handover", str(card.id)), action=_("接收交接"),
        )
        for card in parties.handovers_waiting(actor=actor)
    ]  # fmt: skip


def _from_exchange(actor: Actor, clock: Clock) -> list[InboxLine]:
    if not actor.has(Role.SECURITY_ADMIN):
        return []
    nodes = exchange.nodes(actor=actor, clock=clock)
    own_rule = _("由安全管理员批准，邀请人不得自批")
    return [
        *(_node(one, _("结点准入：核对密钥指纹"), own_rule) for one in nodes if one.waits_for_approval),
        *(_node(one, _("结点变更地址：核实后批准"), one.address_asked) for one in nodes if one.address_asked),
    ]


def _node(node: exchange.NodeLine, title: str, why: str) -> InboxLine:
    return InboxLine(
        title=title,
        number=node.code,
        who=node.organization,
        why=why,
        article="",
        due_on=None,
        late=False,
        today=False,
        provisional=False,
        url=link("exchange:node", str(node.id)),
        action=_("核对并批准"),
    )


def _from_supervision(actor: Actor, today: date) -> list[InboxLine]:
    """Findings to explain, for the department; to ask about and to judge, for the supervisor."""
    acts = {"explain": _("说明情况"), "ask": _("要求说明"), "judge": _("认定")}
    return [
        InboxLine(
            title=_("督办：{title}").format(title=card.line.about_title),
            number=card.line.number,
            who=card.line.organization_name,
            why=_why(card.line),
            article=basis_of(card.limit_id, actor=actor, on=today) if card.limit_id else card.line.breach.cites(lang()),
            due_on=card.line.due_on,
            late=card.line.overdue,
            today=card.line.due_on == today,
            provisional=card.line.provisional,
            url=link("supervision:finding", str(card.line.id)),
            action=acts[card.verb],
        )
        for card in supervision.inbox(actor=actor, on=today)
    ] + _from_directives(actor, today)


def _from_directives(actor: Actor, today: date) -> list[InboxLine]:
    """Directives to report on or to judge, bulletins to read."""
    acts = {"report": _("报告办理情况"), "judge": _("确认或者退回"), "urge": _("督促报告")}
    article = "政务数据共享条例 第二十九条"
    lines = [
        InboxLine(
            title=card.line.text[:TITLE_SHOWN], number=card.line.number,
            who=f"{card.line.issuer_name} → {card.line.organization_name}", why="", article=article,
            due_on=card.line.due_on if card.verb != "judge" else None, late=card.line.late,
            today=card.verb == "report" and card.line.due_on == today, provisional=False,
            url=link("supervision:directive", str(card.line.id)), action=acts[card.verb],
        )
        for card in supervision.directive_cards(actor=actor, on=today)
    ]  # fmt: skip
    return lines + [
        InboxLine(
            title=_("月度通报 {month}").format(month=one.month.text), number=one.number, who=one.organization_name,
            why="", article=article, due_on=None, late=False, today=False, provisional=False,
            url=link("supervision:bulletin", str(one.id)), action=_("阅知"),
        )
        for one in supervision.unread_bulletins(actor=actor)
    ]  # fmt: skip


def _why(line: supervision.FindingLine) -> str:
    """What the finding is about: by how much late, or which breach it may be."""
    if line.is_late:
        return _("{number} 逾期 {days} 个工作日").format(number=line.about_number, days=line.late_days)
    return _("{number} 可能属于：{breach}").format(number=line.about_number, breach=line.breach.name(lang()))
