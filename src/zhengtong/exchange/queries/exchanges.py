"""What can be asked about exchanges (交换记录查询): both sides' word, side by side, and why one failed."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from zhengtong.exchange import labels
from zhengtong.exchange.models import ExchangeRecord, LedgerHead, Receipt
from zhengtong.exchange.queries.disputes import DisputedLine, disputed_of
from zhengtong.exchange.queries.figures import RunPage, run_of
from zhengtong.exchange.queries.nodes import day_began, visible_records
from zhengtong.exchange.rules import Match, compared_of, refusal_article, refusal_kind
from zhengtong.journal import ordering
from zhengtong.kernel import messages, paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock, legal_day
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.queries import short_names
from zhengtong.sharing.queries import GrantLine, grant_briefs
from zhengtong.ui.language import lang

TODAY = "today"
SAME_ID_SHOWN = 20  # pairs that used one exchange id


@dataclass(frozen=True, slots=True)
class Why:
    """Why an exchange was refused, for people (为什么失败)."""

    key: str
    text: str
    remedy: str
    article: str


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """One exchange in a list (交换)."""

    id: UUID
    exchange: str
    at: datetime
    grant: UUID | None
    grant_number: str
    resource: str
    provider: str
    consumer: str
    outcome: str
    outcome_label: str
    outcome_tone: str
    why: str
    rows: int
    match: Match
    match_label: str
    match_tone: str


@dataclass(frozen=True, slots=True)
class SideView:
    """What one side's ledger says (一侧账本记录)."""

    node: str
    organization: str
    record: int
    at: datetime
    received_at: datetime
    outcome_label: str
    outcome_tone: str
    refusal: str
    rows: int
    request_digest: str
    reply_digest: str
    batch: int
    cosigned_size: int  # the smallest co-signed head that covers the record; 0: none yet


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One thing both sides must say alike."""

    label: str
    provider: str
    consumer: str
    same: bool
    is_digest: bool


@dataclass(frozen=True, slots=True)
class ExchangePage:
    """One exchange with both ledger records (一次交换)."""

    line: ExchangeLine
    provider: SideView | None
    consumer: SideView | None
    compared: tuple[ComparedField, ...]
    run: RunPage | None  # 批量对账
    why: Why | None
    legal_basis_purpose: str
    disputed: tuple[DisputedLine, ...]  # 存疑回执
    others: tuple[ExchangeLine, ...]  # other pairs that name the same id


@dataclass(frozen=True, slots=True)
class ThreeSides:
    """Receipts of provider, consumer and center counted (三方回执)."""

    exchanges: int
    provider: int
    consumer: int
    provider_rows: int
    consumer_rows: int
    equal: int
    local: int
    waiting: int
    unanswered: int
    missing: int
    differ: int
    contradicts: int

    @property
    def agree(self) -> bool:
        """Whether nothing is missing, waiting, unlike or taken back."""
        return not (self.waiting or self.missing or self.differ or self.contradicts)


SORTS = {"time": "at", "provider": "provider", "consumer": "consumer", "outcome": "outcome", "rows": "rows"}


def exchanges(
    *,
    actor: Actor,
    clock: Clock,
    grant: str = "",
    outcome: str = "",
    match: str = "",
    day: str = "",
    sort: str = "",
    after: str = "",
    rows: int | None = None,
) -> paging.Page[ExchangeLine]:
    """Exchanges the actor may see, latest first; `after` is the id of the last row seen.

    `day` is empty or TODAY.

    With `grant` only those between the grant's own two parties, whoever else named it.
    """
    wanted = paging.size(rows)
    found = visible_records(actor)
    found = found.filter(grant=grant, granted=True) if grant else found
    found = found.filter(outcome=outcome) if outcome in labels.OUTCOMES else found
    found = found.filter(match=match) if match in set(Match) else found
    found = found.filter(at__gte=day_began(clock)) if day == TODAY else found
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(tuple(_lines(held, clock=clock)), following)
    found = _after(found, after)
    held = list(found.order_by("-at", "-id")[: wanted + 1])
    lines = _lines(held, clock=clock)
    return paging.cut([(str(line.id), line) for line in lines], rows=wanted)


def exchange(*, exchange: str, actor: Actor, clock: Clock) -> ExchangePage:
    """One exchange, by the id of its record or the id its parties gave it.

    Several pairs may have used one id; then the pair of a grant comes first.  Raises NotFound, also
    for one that does not concern the actor.
    """
    row, others = _named(exchange, actor=actor)
    if row is None:
        raise NotFound("exchange.no_exchange", exchange=exchange[:64])
    line, *rest = _lines([row, *others], clock=clock)
    sides = {one.side: one for one in Receipt.objects.filter(pair=row).select_related("node", "batch")}
    provider, consumer = sides.get("provider"), sides.get("consumer")
    brief = briefs_of([row.grant], clock=clock).get(row.grant)
    return ExchangePage(
        line=line,
        provider=_side(provider),
        consumer=_side(consumer),
        compared=_compared(provider, consumer, number=line.grant_number),
        run=run_of(provider, consumer),
        why=why(row.refusal) if row.refusal else None,
        legal_basis_purpose=brief.purpose if brief and row.granted else "",
        disputed=disputed_of(row, actor=actor),
        others=tuple(rest),
    )


def why(key: str) -> Why:
    """A refusal's sentence, remedy and article in the reader's language.

    Receipts carry the key of a refusal but not its facts, so the sentences are our own; the node
    that refused shows the full one.
    """
    language = lang()
    own = f"exchange.why_{refusal_kind(key)}"
    try:
        text = messages.text(own, lang=language, facts={})
    except KeyError:
        text = messages.text("exchange.why_other", lang=language, facts={"key": key})
    try:
        remedy = messages.remedy(key, lang=language, facts={})
    except KeyError:
        remedy = messages.remedy("exchange.why_other", lang=language, facts={})
    return Why(key=key, text=text, remedy=remedy, article=refusal_article(key))


def three_sides(*, actor: Actor, since: datetime | None = None) -> ThreeSides:
    """Count what provider, consumer and center hold of the same exchanges (三方回执核对)."""
    found = visible_records(actor)
    found = found.filter(at__gte=since) if since else found
    by_match = dict(found.values_list("match").annotate(n=Count("id")).order_by())
    sides = {
        row["side"]: row
        for row in Receipt.objects.filter(pair__in=found.values("id"))
        .values("side")
        .annotate(n=Count("id"), total=Sum("rows"))
        .order_by()
    }
    count = lambda *names: sum(by_match.get(name.value, 0) for name in names)  # noqa: E731 -- a table of sums
    return ThreeSides(
        exchanges=sum(by_match.values()),
        provider=sides.get("provider", {}).get("n", 0),
        consumer=sides.get("consumer", {}).get("n", 0),
        provider_rows=sides.get("provider", {}).get("total") or 0,
        consumer_rows=sides.get("consumer", {}).get("total") or 0,
        equal=count(Match.EQUAL),
        local=count(Match.LOCAL),
        waiting=count(Match.WAITING),
        unanswered=count(Match.UNANSWERED, Match.REPLY_LOST),
        missing=count(Match.PROVIDER_MISSING, Match.CONSUMER_MISSING),
        differ=count(Match.DIFFER),
        contradicts=count(Match.CONTRADICTS),
    )


def _named(exchange: str, *, actor: Actor) -> tuple[ExchangeRecord | None, list[ExchangeRecord]]:
    """The record meant, and the others under the same id."""
    visible = visible_records(actor)
    try:
        meant = visible.filter(id=UUID(exchange)).first()
    except ValueError:
        meant = None
    alike = list(
        visible.filter(exchange=meant.exchange if meant else exchange).order_by("-granted", "at", "id")[:SAME_ID_SHOWN]
    )
    first = meant or next(iter(alike), None)
    return first, [row for row in alike if row != first]


def _after(found: QuerySet[ExchangeRecord], after: str) -> QuerySet[ExchangeRecord]:
    try:
        last = ExchangeRecord.objects.filter(id=UUID(after)).first() if after else None
    except ValueError:
        last = None
    return found.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.id)) if last else found


def _lines(rows: Iterable[ExchangeRecord], *, clock: Clock) -> list[ExchangeLine]:
    rows = list(rows)
    briefs = briefs_of([row.grant for row in rows], clock=clock)
    names = _names({code for row in rows for code in (row.provider, row.consumer)})
    return [_line(row, briefs.get(row.grant), names) for row in rows]


def _line(row: ExchangeRecord, brief: GrantLine | None, names: dict[str, str]) -> ExchangeLine:
    outcome_label, outcome_tone = labels.OUTCOMES[row.outcome]
    match_label, match_tone = labels.MATCHES[Match(row.match)]
    return ExchangeLine(
        id=row.id,
        exchange=row.exchange,
        at=row.at,
        grant=brief.id if brief and row.granted else None,
        grant_number=brief.number if brief and row.granted else row.grant[:12],
        resource=brief.entry_name if brief and row.granted else "",
        provider=names[row.provider],
        consumer=names[row.consumer],
        outcome=row.outcome,
        outcome_label=str(outcome_label),
        outcome_tone=outcome_tone.value,
        why=why(row.refusal).text if row.refusal else "",
        rows=row.rows,
        match=Match(row.match),
        match_label=str(match_label),
        match_tone=match_tone.value,
    )


def _side(receipt: Receipt | None) -> SideView | None:
    if receipt is None:
        return None
    label, tone = labels.OUTCOMES[receipt.outcome]
    vouching = LedgerHead.objects.filter(node=receipt.node, ledger=receipt.ledger, forked=False)
    head = vouching.filter(size__gt=receipt.record).order_by("size").first()
    return SideView(
        node=receipt.node.code,
        organization=_names({receipt.node.code})[receipt.node.code],
        record=receipt.record,
        at=receipt.at,
        received_at=receipt.received_at,
        outcome_label=str(label),
        outcome_tone=tone.value,
        refusal=why(receipt.refusal).text if receipt.refusal else "",
        rows=receipt.rows,
        request_digest=receipt.request_digest,
        reply_digest=receipt.reply_digest,
        batch=receipt.batch.number,
        cosigned_size=head.size if head else 0,
    )


def _compared(provider: Receipt | None, consumer: Receipt | None, *, number: str) -> tuple[ComparedField, ...]:
    if provider is None or consumer is None:
        return ()
    return tuple(
        ComparedField(
            label=str(labels.COMPARED[name]),
            provider=_said(provider, name, number=number),
            consumer=_said(consumer, name, number=number),
            same=getattr(provider, name) == getattr(consumer, name),
            is_digest=name.endswith("digest"),
        )
        for name in compared_of(provider.outcome)
    )


def _said(receipt: Receipt, name: str, *, number: str) -> str:
    value = getattr(receipt, name)
    if name == "grant":
        return number
    if name == "outcome":
        return str(labels.OUTCOMES[value][0])
    if name == "refusal":
        return why(value).text if value else "—"
    return str(value) if value != "" else "—"


def briefs_of(grants: Iterable[str], *, clock: Clock) -> dict[str, GrantLine]:
    """The grants that are known here, by their id on the wire."""
    ids: dict[str, UUID] = {}
    for grant in grants:
        with contextlib.suppress(ValueError):  # a node may name what was never granted
            ids[grant] = UUID(grant)
    found = grant_briefs(ids=ids.values(), on=legal_day(clock.now()))
    return {grant: found[held] for grant, held in ids.items() if held in found}


def _names(codes: Iterable[str]) -> dict[str, str]:
    wanted = set(codes)
    return {code: code for code in wanted} | short_names(codes=wanted)
