"""The monthly report (月度通报, 条例 第三十八条): each department's month, and the list behind every figure."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from zhengtong.catalog import queries as catalog
from zhengtong.exchange import queries as exchange
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties import queries as parties
from zhengtong.parties.queries import OrganizationCard
from zhengtong.parties.rules import OrgKind
from zhengtong.sharing import queries as sharing
from zhengtong.sharing.queries.scope import region_prefix
from zhengtong.standards.queries import region_name
from zhengtong.supervision.models import Finding
from zhengtong.supervision.queries.findings import FindingLine, finding_lines
from zhengtong.supervision.queries.scope import sees_region, sees_report_of
from zhengtong.supervision.rules import (
    FIGURES,
    LIVE_FINDINGS,
    Figure,
    Month,
    Section,
    Source,
    month_of,
    total,
    with_ratios,
)

LIST_ROWS_MAX = 500
Values = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class DepartmentMonth:
    """One department's figures of a month, by key."""

    code: str
    name: str
    short_name: str
    values: Values

    @property
    def is_quiet(self) -> bool:
        """Whether nothing at all happened (nodes are a standing, not a happening)."""
        return not any(v for key, v in self.values.items() if FIGURES[key].source is not Source.NODES)

    def has_any(self, section: Section) -> bool:
        """Whether the department has anything to show in a table of the report."""
        return any(self.values.get(figure.key) for figure in section.figures)


@dataclass(frozen=True, slots=True)
class MonthReport:
    """The month of all departments the reader may see."""

    month: Month
    through: date  # the last day counted
    issued_on: date  # the day it is drawn up
    is_running: bool
    place: str
    organ: str  # who reports: the data authority of the place
    departments: tuple[DepartmentMonth, ...]  # those with anything to report, by code
    quiet: tuple[str, ...]  # short names of the others
    total: Values


@dataclass(frozen=True, slots=True)
class BehindRow:
    """One thing behind a figure; `page` is a URL name, empty where the reader has none to open."""

    page: str
    id: UUID
    number: str
    title: str
    other: str
    started_on: date | None
    due_on: date | None
    done_on: date | None
    late: bool
    amount: int | None


@dataclass(frozen=True, slots=True)
class Behind:
    """The list behind one figure of one department's month."""

    figure: Figure
    month: Month
    department: DepartmentMonth
    rows: tuple[BehindRow, ...]
    is_cut: bool  # the figure counts more than a page lists


def month_report(*, actor: Actor, month: str, clock: Clock) -> MonthReport:
    """The month of every department the actor may read about, those without anything to report named apart.

    Raises:
        RuleBroken: no such month, or it has not begun.
        NotAllowed: there is no report for this actor.
    """
    span = _span(month, clock)
    cards = [card for card in _departments(actor) if actor == SYSTEM or _may_read(actor, card)]
    if not cards:
        raise NotAllowed("supervision.no_report")
    found = _counted(cards, span, clock)
    loud = tuple(one for one in found if not one.is_quiet)
    quiet = tuple(one.short_name for one in found if one.is_quiet)
    return _report(span, loud, place=actor.jurisdiction or _whole(cards), quiet=quiet, clock=clock)


def _report(
    month: Month, departments: tuple[DepartmentMonth, ...], *, place: str, clock: Clock, quiet: tuple[str, ...] = ()
) -> MonthReport:
    authority = parties.authority_of(jurisdiction=place)
    return MonthReport(
        month=month,
        through=month.closed_on(clock.today()),
        issued_on=clock.today(),
        is_running=clock.today() <= month.last,
        place=region_name(place),
        organ=authority.name if authority else "",
        departments=departments,
        quiet=quiet,
        total=total(tuple(one.values for one in departments)),
    )


def _whole(cards: list[OrganizationCard]) -> str:
    """The widest place among departments, for the operator at the console."""
    return min((card.jurisdiction for card in cards), key=lambda place: len(region_prefix(place)))


def department_report(*, actor: Actor, month: str, code: str, clock: Clock) -> MonthReport:
    """One department's month as a report of its own.  Raises NotFound, also for one that is not the actor's to read."""
    span, card = _span(month, clock), _department(actor, code)
    found = _counted([card], span, clock)
    return _report(span, found, place=card.jurisdiction, clock=clock)


def behind(*, actor: Actor, month: str, code: str, figure: str, clock: Clock) -> Behind:
    """The things a figure counts: the same conditions as the number.  Raises NotFound."""
    span, card = _span(month, clock), _department(actor, code)
    if figure not in FIGURES:
        raise NotFound("supervision.no_figure")
    held = FIGURES[figure]
    rows = _rows_of(FIGURES[held.listed], card, span, clock)[:LIST_ROWS_MAX]
    one = _counted([card], span, clock)[0]
    return Behind(held, span, one, rows, is_cut=len(rows) == LIST_ROWS_MAX < (one.values.get(held.listed) or 0))


def _span(month: str, clock: Clock) -> Month:
    found = month_of(month)
    if found.first > clock.today():
        raise RuleBroken("supervision.month_in_future", month=found.text)
    return found


def _departments(actor: Actor) -> tuple[OrganizationCard, ...]:
    return tuple(card for card in parties.organizations(actor=actor) if card.kind is not OrgKind.GOVERNMENT)


def _may_read(actor: Actor, card: OrganizationCard) -> bool:
    return sees_report_of(actor, organization=card.id, jurisdiction=card.jurisdiction)


def _department(actor: Actor, code: str) -> OrganizationCard:
    card = next((one for one in _departments(actor) if one.code == code), None)
    if card is None or not _may_read(actor, card):
        raise NotFound("supervision.no_report")
    return card


def may_read_all(actor: Actor) -> bool:
    """Whether the actor reads the report of its whole region; else only its own department's."""
    return sees_region(actor)


def _counted(cards: list[OrganizationCard], month: Month, clock: Clock) -> tuple[DepartmentMonth, ...]:
    """Figures of these departments: each area counts its own for all departments at once."""
    on = clock.today()
    tables: dict[str, dict[UUID, int]] = {}
    span = sharing.Span(month.first, month.last, on)
    tables |= {str(figure): held for figure, held in sharing.month_counts(span).items()}
    entries = catalog.entry_counts(first=month.first, last=month.last, on=on)
    tables |= {str(figure): held for figure, held in entries.items()}
    tables |= _use_counts(month, on) | _finding_counts(month, on)
    standings = exchange.node_standings(clock=clock)
    tables["nodes_active"] = {organ: held.active for organ, held in standings.items()}
    tables["nodes_heard"] = {organ: held.heard for organ, held in standings.items()}
    medians = sharing.month_median_days(span)
    return tuple(_department_month(card, tables, medians) for card in sorted(cards, key=lambda one: one.code))


def _department_month(
    card: OrganizationCard, tables: dict[str, dict[UUID, int]], medians: dict[UUID, int]
) -> DepartmentMonth:
    values: Values = {key: tables[key].get(card.id, 0) for key in FIGURES if key in tables}
    values["median_days"] = medians.get(card.id)
    return DepartmentMonth(card.code, card.name, card.short_name or card.name, with_ratios(values))


def _use_counts(month: Month, on: date) -> dict[str, dict[UUID, int]]:
    keys = ("calls_served", "rows_served", "grants_used", "calls_used", "rows_used", "refusals")
    found = {key: dict[UUID, int]() for key in keys}

    def add(key: str, organ: UUID, n: int) -> None:
        found[key][organ] = found[key].get(organ, 0) + n

    for brief, used in _used(month, on):
        provider, consumer = brief.provider.id, brief.consumer.id
        add("calls_served", provider, used.answered)
        add("rows_served", provider, used.rows)
        add("refusals", provider, used.refused)
        add("grants_used", consumer, int(used.answered > 0))
        add("calls_used", consumer, used.answered)
        add("rows_used", consumer, used.rows)
    return found


def _used(month: Month, on: date) -> list[tuple[sharing.GrantLine, exchange.MonthUse]]:
    use = exchange.month_use(first=month.first, last=month.closed_on(on))
    briefs = sharing.grant_briefs(ids=use.keys(), on=on)
    return [(briefs[grant], held) for grant, held in use.items() if grant in briefs]


def _finding_conditions(month: Month, on: date) -> dict[str, Q]:
    last = month.closed_on(on)
    live = Q(opened_on__lte=last) & (Q(ended_on__isnull=True) | Q(ended_on__gt=last))
    if last == on:
        live = Q(state__in=[str(s) for s in LIVE_FINDINGS])
    return {
        "findings_opened": Q(opened_on__gte=month.first, opened_on__lte=last),
        "findings_ended": Q(ended_on__gte=month.first, ended_on__lte=last),
        "findings_live": live,
    }


def _finding_counts(month: Month, on: date) -> dict[str, dict[UUID, int]]:
    return {
        key: dict(Finding.objects.filter(where).order_by().values_list("organization_id").annotate(n=Count("id")))
        for key, where in _finding_conditions(month, on).items()
    }


def _rows_of(figure: Figure, card: OrganizationCard, month: Month, clock: Clock) -> tuple[BehindRow, ...]:
    on = clock.today()
    if figure.source is Source.SHARING:
        span = sharing.Span(month.first, month.last, on)
        lines = sharing.month_list(sharing.MonthFigure(figure.key), span, organization=card.id)
        return tuple(_sharing_row(line, own=card.short_name or card.name) for line in lines)
    if figure.source is Source.CATALOG:
        found = catalog.entry_list(
            catalog.EntryFigure(figure.key), organization=card.id, first=month.first, last=month.last, on=on
        )
        return tuple(_entry_row(line) for line in found)
    if figure.source is Source.USE:
        return tuple(_use_row(figure.key, *one) for one in _used(month, on) if _uses(figure.key, *one, card=card))
    if figure.source is Source.FINDINGS:
        rows = Finding.objects.filter(_finding_conditions(month, on)[figure.key], organization=card.id)
        return tuple(_finding_row(line) for line in finding_lines(rows.order_by("number")[:LIST_ROWS_MAX], on=on))
    return ()


def _sharing_row(line: sharing.MonthLine, *, own: str) -> BehindRow:
    other = line.consumer if line.provider == own else line.provider
    return BehindRow(
        page=f"sharing:{line.kind}",
        id=line.id,
        number=line.number,
        title=line.title,
        other=other,
        started_on=line.started_on,
        due_on=line.due_on,
        done_on=line.done_on,
        late=line.late,
        amount=None,
    )


def _entry_row(line: catalog.EntryLine) -> BehindRow:
    return BehindRow(
        page="catalog:entry",
        id=line.id,
        number=line.code,
        title=line.name,
        other="",
        started_on=None,
        due_on=line.due_on,
        done_on=line.on,
        late=line.late,
        amount=None,
    )


def _uses(key: str, brief: sharing.GrantLine, used: exchange.MonthUse, *, card: OrganizationCard) -> bool:
    side = brief.consumer.id if key.endswith("_used") else brief.provider.id
    return side == card.id and _amount(key, used) > 0


def _amount(key: str, used: exchange.MonthUse) -> int:
    if key == "refusals":
        return used.refused
    return used.rows if key.startswith("rows") else used.answered


def _use_row(key: str, brief: sharing.GrantLine, used: exchange.MonthUse) -> BehindRow:
    other = brief.provider if key.endswith("_used") else brief.consumer
    return BehindRow(
        page="sharing:grant",
        id=brief.id,
        number=brief.number,
        title=brief.entry_name,
        other=other.short_name,
        started_on=None,
        due_on=None,
        done_on=None,
        late=False,
        amount=_amount(key, used),
    )


def _finding_row(line: FindingLine) -> BehindRow:
    return BehindRow(
        page="supervision:finding",
        id=line.id,
        number=line.number,
        title=f"{line.about_number} {line.about_title}",
        other=line.counterpart_name,
        started_on=line.opened_on,
        due_on=None,
        done_on=line.ended_on,
        late=False,
        amount=None,
    )
