"""What was taken in of other catalogues (汇聚目录查询)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from zhengtong.catalog.models import HarvestedEntry, HarvestRun, HarvestSource, Revision, UpwardReport
from zhengtong.catalog.queries.rows import CURRENT
from zhengtong.catalog.rules.harvest import Relation, Standing
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.paging import Page, cut, size, sought
from zhengtong.parties.rules import Role, region_chain
from zhengtong.standards.rules import Finding, Severity

SOURCES_MAX = 200
RUNS_SHOWN = 20
REPORTS_SHOWN = 50
_MAY_SEE = frozenset(
    str(role) for role in (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER, Role.SUPERVISOR, Role.AUDITOR)
)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Another catalogue and how it stands here (目录来源)."""

    id: UUID
    code: str
    name: str
    relation: Relation
    present: int
    missing: int
    gone: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run (汇聚批次)."""

    number: int
    form: str
    digest: str
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class HarvestedLine:
    """One entry of another catalogue (汇聚条目)."""

    remote_id: str
    title: str
    publisher: str
    standing: Standing
    modified: str
    landing: str
    first_run: int
    changed_run: int
    own_code: str  # guide code of an own entry of the same name: looked at by a person, never joined by itself


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A source with its runs and a page of its entries."""

    source: SourceLine
    runs: tuple[RunLine, ...]
    entries: Page[HarvestedLine]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report upward (目录上报)."""

    receiver: str
    serial: int
    digest: str
    counts: Mapping[str, int]
    at: datetime


def over_source(actor: Actor) -> Q:
    """The sources an actor may act on or look at: those of its own region's authority."""
    if actor.organization is None or not actor.roles & _MAY_SEE:
        return Q(pk__in=())
    return Q(jurisdiction__in=region_chain(actor.jurisdiction)) if actor.jurisdiction else Q()


def sources(*, actor: Actor) -> tuple[SourceLine, ...]:
    """The catalogues taken in, by code (目录来源); for authority, supervision and audit."""
    rows = list(HarvestSource.objects.filter(over_source(actor))[:SOURCES_MAX])
    return _lines(rows)


def source(*, code: str, actor: Actor, standing: str = "", after: str = "", rows: int | None = None) -> SourcePage:
    """One source with its runs and entries.  Raises NotFound."""
    row = HarvestSource.objects.filter(over_source(actor), code=sought(code)[:40]).first()
    if row is None:
        raise NotFound("catalog.no_source")
    runs = HarvestRun.objects.filter(source=row).order_by("-number")[:RUNS_SHOWN]
    wanted = size(rows)
    found = HarvestedEntry.objects.filter(source=row, remote_id__gt=sought(after)[:300])
    if standing:
        found = found.filter(standing=standing if standing in set(Standing) else "none")
    held = list(found.order_by("remote_id")[: wanted + 1])
    own = _own([entry.title for entry in held])
    page = cut([(entry.remote_id, _line(entry, own)) for entry in held], rows=wanted)
    return SourcePage(_lines([row])[0], tuple(map(_run, runs)), page)


def source_id(*, code: str, actor: Actor) -> UUID:
    """The id of a source by its code.  Raises NotFound."""
    row = HarvestSource.objects.filter(over_source(actor), code=sought(code)[:40]).first()
    if row is None:
        raise NotFound("catalog.no_source")
    return row.id


def may_harvest(actor: Actor) -> bool:
    """Whether the actor's role lets it look at catalogues of others at all."""
    return actor.organization is not None and bool(actor.roles & _MAY_SEE)


def reports(*, actor: Actor) -> tuple[ReportLine, ...]:
    """What was reported upward, the latest first; for authority, supervision and audit."""
    if not may_harvest(actor):
        return ()
    rows = UpwardReport.objects.order_by("-reported_at", "-serial")[:REPORTS_SHOWN]
    return tuple(ReportLine(row.receiver, row.serial, row.digest, row.counts, row.reported_at) for row in rows)


def _lines(rows: list[HarvestSource]) -> tuple[SourceLine, ...]:
    grouped = HarvestedEntry.objects.filter(source__in=rows).order_by().values_list("source", "standing")
    counts = {(held, standing): n for held, standing, n in grouped.annotate(n=Count("id"))}
    last = dict[UUID, datetime]()
    for held, at in HarvestRun.objects.filter(source__in=rows).order_by("number").values_list("source", "taken_at"):
        last[held] = at
    return tuple(
        SourceLine(
            row.id, row.code, row.name, Relation(row.relation), counts.get((row.id, Standing.PRESENT), 0),
            counts.get((row.id, Standing.MISSING), 0), counts.get((row.id, Standing.GONE), 0), last.get(row.id),
        )
        for row in rows
    )  # fmt: skip


def _run(row: HarvestRun) -> RunLine:
    findings = tuple(Finding(one["field"], Severity(one["severity"]), one["key"], one["facts"]) for one in row.findings)
    return RunLine(row.number, row.form, row.digest, row.counts, findings, row.taken_at)


def _own(titles: Iterable[str]) -> dict[str, str]:
    found = Revision.objects.filter(name__in=set(titles), state__in=CURRENT).order_by("entry__guide_code")
    return dict(reversed(found.values_list("name", "entry__guide_code")[:1_000]))


def _line(entry: HarvestedEntry, own: Mapping[str, str]) -> HarvestedLine:
    return HarvestedLine(
        entry.remote_id, entry.title, entry.publisher, Standing(entry.standing), entry.content.get("modified", ""),
        entry.content.get("landing", ""), entry.first_run, entry.changed_run, own.get(entry.title, ""),
    )  # fmt: skip
