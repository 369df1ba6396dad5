"""What can be asked about standards: shipped tables and the authority's rows, as one answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Count, Max

from zhengtong.journal.queries import events_of
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import TimeLimit
from zhengtong.parties.rules import region_chain
from zhengtong.regulations import limits, workdays
from zhengtong.standards.models import CalendarDay, LimitOverride, PublishedYear, RegionExtension, TableEdition
from zhengtong.standards.rules import DayKind, TableKind
from zhengtong.standards.tables import Edition, Editions, code_list

OWN_LIMITS_MAX = 200
EDITIONS_MAX = 500


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region with its name and where the row comes from (行政区划)."""

    code: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class LimitChange:
    """One change of a place's own value (期限沿革); `before` is None where there was none for that day."""

    at: datetime
    by: UUID | None
    days_before: int | None
    extension_before: int | None
    days: int
    extension_days: int
    cites: str


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """A place's own value of a limit with its history (地方期限)."""

    limit_id: str
    jurisdiction: str
    days: int
    extension_days: int
    in_force_from: date
    cites: str
    mark: str
    changes: tuple[LimitChange, ...]


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day that a place closed or opened besides the published plan (日历增补)."""

    jurisdiction: str
    day: date
    kind: DayKind
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class EditionLine:
    """One edition that was loaded (标准表新版本)."""

    kind: TableKind
    table: str
    edition: str
    source: str
    mark: str
    rows: int
    digest: str
    loaded_at: datetime
    withdrawn_at: datetime | None


def editions_serial() -> object:
    """Something that changes whenever an edition is loaded or withdrawn; None while the database cannot say."""
    rows = TableEdition.objects.order_by()
    try:
        with transaction.atomic():  # a missing table must not spoil what the caller is doing
            return tuple(rows.aggregate(Count("id"), Max("loaded_at"), Max("withdrawn_at")).values())
    except DatabaseError:
        return None


def editions_in_force() -> Editions:
    """The latest edition of each table that is not withdrawn."""
    try:
        with transaction.atomic():
            rows = list(TableEdition.objects.filter(withdrawn_at=None).order_by("loaded_at", "id"))
    except DatabaseError:
        return {}
    return {
        (TableKind(row.kind), row.table): Edition(
            TableKind(row.kind), row.table, row.edition, row.source, row.mark, row.content
        )
        for row in rows
    }


def editions() -> tuple[EditionLine, ...]:
    """Every edition that was ever loaded, the newest first; public as the tables themselves are."""
    rows = TableEdition.objects.defer("content").order_by("-loaded_at")[:EDITIONS_MAX]
    return tuple(
        EditionLine(
            TableKind(row.kind), row.table, row.edition, row.source, row.mark, row.rows, row.digest, row.loaded_at,
            row.withdrawn_at,
        )
        for row in rows
    )  # fmt: skip


def own_days(*, actor: Actor, year: int) -> tuple[OwnDay, ...]:
    """The days of a year that the actor's place and those above it added, in order."""
    if not actor.roles:
        return ()
    rows = CalendarDay.objects.filter(jurisdiction__in=region_chain(actor.jurisdiction), day__year=year)
    return tuple(
        OwnDay(row.jurisdiction, row.day, DayKind(row.kind), row.name, row.source) for row in rows.order_by("day")
    )


def calendar_for(jurisdiction: str = "") -> WorkCalendar:
    """The working-day calendar of a place: the published plan, then the rows of country, province, city, district."""
    return calendars_for([jurisdiction])[jurisdiction]


def calendars_for(jurisdictions: Iterable[str]) -> dict[str, WorkCalendar]:
    """The calendars of some places, their rows read at once: two statements however many places there are."""
    chains = {place: region_chain(place) for place in set(jurisdictions)}
    if not chains:
        return {}
    rows = list(CalendarDay.objects.filter(jurisdiction__in={one for chain in chains.values() for one in chain}))
    years = list(PublishedYear.objects.order_by("year").values_list("year", flat=True))
    return {place: _calendar(chain, rows, years) for place, chain in chains.items()}


def _calendar(chain: Sequence[str], rows: Sequence[CalendarDay], years: Sequence[int]) -> WorkCalendar:
    calendar = workdays.national()
    for place in reversed(chain):  # the nearest place has the last word
        own = [row for row in rows if row.jurisdiction == place]
        if not own:
            continue
        calendar = calendar.extended(closed=_days(own, DayKind.HOLIDAY), opened=_days(own, DayKind.MAKEUP))
    through = calendar.published_through
    for year in years:
        if year == through.year + 1:  # a gap stays unpublished
            through = date(year, 12, 31)
    return replace(calendar, published_through=through)


def limit_for(id: str, *, on: date, jurisdiction: str = "") -> TimeLimit:
    """The time limit in force on a day in a place, from files and rows; a row that does not favour is passed over.

    Raises:
        NotFound: no such limit is in force on that day.
    """
    general = limits.limit(id, on=on, jurisdiction="")
    rows = LimitOverride.objects.filter(limit_id=id, jurisdiction__in=region_chain(jurisdiction), in_force_from__lte=on)
    local = tuple(held for row in rows if (held := _limit(row, general)).favours_applicant(general))
    return limits.limit(id, on=on, jurisdiction=jurisdiction, local=local)


def longest_minimum(id: str, on: date) -> int:
    """The days of a minimum on a day, or of the place that asks for the longest (最长的法定最短期限)."""
    held = [limits.limit(id, on=on, jurisdiction="").days]
    held += LimitOverride.objects.filter(limit_id=id, in_force_from__lte=on).values_list("days", flat=True)
    return max(held)


def local_limits(*, jurisdiction: str, on: date) -> tuple[TimeLimit, ...]:
    """The rows of a place and those above it in force on a day, for pages that list limits."""
    rows = LimitOverride.objects.filter(jurisdiction__in=region_chain(jurisdiction), in_force_from__lte=on)
    return tuple(_limit(row, limits.limit(row.limit_id, on=on, jurisdiction="")) for row in rows)


def own_limits(*, actor: Actor, limit_id: str = "") -> tuple[OwnLimit, ...]:
    """The values that the actor's place and those above it have set, newest day first; of one limit with history."""
    if not actor.roles:
        return ()
    rows = LimitOverride.objects.filter(jurisdiction__in=region_chain(actor.jurisdiction))
    rows = (rows.filter(limit_id=limit_id) if limit_id else rows).order_by("-in_force_from", "limit_id")
    return tuple(
        OwnLimit(row.limit_id, row.jurisdiction, row.days, row.extension_days, row.in_force_from, row.cites, row.mark,
                 _changes(row.id) if limit_id else ())
        for row in rows[:OWN_LIMITS_MAX]
    )  # fmt: skip


def limits_of_all_places() -> tuple[TimeLimit, ...]:
    """Every place's own value, for the check of all of them together."""
    general = {stated.limit.id: stated.limit for stated in limits.shipped() if not stated.limit.jurisdiction}
    return tuple(_limit(row, general[row.limit_id]) for row in LimitOverride.objects.all() if row.limit_id in general)


def _changes(row: UUID) -> tuple[LimitChange, ...]:
    """What became of a value, from its events, oldest first."""
    return tuple(
        LimitChange(
            told.at, told.actor, told.payload["days_before"], told.payload["extension_before"],
            told.payload["days"], told.payload["extension_days"], told.payload["cites"],
        )
        for told in events_of(row)
    )  # fmt: skip


def region_known(code: str, *, on: date | None = None) -> bool:
    """Whether a region exists (on a day), shipped or added."""
    return code_list("region").has(code, on=on) or RegionExtension.objects.filter(code=code).exists()


def region_name(code: str, *, on: date | None = None) -> str:
    """The full name of a region, from province to district: 东岚省望澜市汀兰区; the code if it is unknown."""
    if not code:
        return ""
    added = dict(RegionExtension.objects.filter(code__in=region_chain(code)).values_list("code", "name"))
    return _full_name(code, added, on=on)


def _full_name(code: str, added: Mapping[str, str], *, on: date | None = None) -> str:
    chain = [place for place in reversed(region_chain(code)) if place]
    shipped = code_list("region")
    names = [added.get(place) or shipped.label(place, on=on) for place in chain]
    return "".join(n for n, place in zip(names, chain, strict=True) if n not in (place, "市辖区")) or code


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """The full names of some regions, read at once; see `region_name`."""
    wanted = set(codes)
    added = dict(RegionExtension.objects.values_list("code", "name"))
    return {code: _full_name(code, added) for code in wanted}


def regions_below(code: str, *, on: date | None = None) -> tuple[RegionRow, ...]:
    """The regions directly below a code ("" gives the provinces), shipped and added."""
    list_ = code_list("region")
    found = {c.code: RegionRow(c.code, c.zh, list_.source) for c in list_.codes if c.parent == code and c.holds(on)}
    for row in RegionExtension.objects.all():
        above = region_chain(row.code)[1]
        if above == code:
            found[row.code] = RegionRow(row.code, row.name, row.source)
    return tuple(found[key] for key in sorted(found))


def _days(rows: Iterable[CalendarDay], kind: DayKind) -> frozenset[date]:
    return frozenset(row.day for row in rows if row.kind == kind)


def _limit(row: LimitOverride, general: TimeLimit) -> TimeLimit:
    return replace(
        general,
        days=row.days,
        extension_days=row.extension_days,
        in_force_from=row.in_force_from,
        jurisdiction=row.jurisdiction,
        cites=row.cites,
        mark=row.mark,
    )
