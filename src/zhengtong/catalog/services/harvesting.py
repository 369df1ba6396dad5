"""Taking in catalogues of others (目录汇聚) and reporting the own one upward (目录上报)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from zhengtong.catalog.events import CatalogueReported, CatalogueTaken, SourceAdded
from zhengtong.catalog.models import HarvestedEntry, HarvestRun, HarvestSource, UpwardReport
from zhengtong.catalog.queries.harvested import over_source
from zhengtong.catalog.queries.passing import passed_on
from zhengtong.catalog.rules.federation import Audience, Form, Home, SharedEntry, written
from zhengtong.catalog.rules.harvest import (
    Foreign,
    ForeignCatalogue,
    Known,
    Move,
    Relation,
    Standing,
    compared,
    counted,
    read_foreign,
)
from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.paging import PAGE_ROWS_MAX
from zhengtong.parties.rules import Role
from zhengtong.standards.rules import Finding, Severity

BATCH_ROWS = 1_000
TEXT_MAX = 300
REPORT_ENTRIES_MAX = 200_000
_MAY = frozenset({str(Role.AUTHORITY_REVIEWER), str(Role.AUTHORITY_LEADER)})


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run did, or would do."""

    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    form: str
    run: int | None  # None: nothing was kept


@transaction.atomic
def add_source(*, code: str, name: str, relation: Relation, actor: Actor, clock: Clock) -> UUID:
    """Name another catalogue whose entries are taken in (登记目录来源).

    Raises:
        NotAllowed: not somebody of the data authority.
        RuleBroken: no code or name, or the code is used already.
    """
    officer = _of_authority(actor)
    code, name = code.strip()[:40], name.strip()[:100]
    if not code or not name:
        raise RuleBroken("catalog.harvest_unnamed")
    if HarvestSource.objects.filter(code=code).exists():
        raise RuleBroken("catalog.harvest_code_used", code=code)
    row = HarvestSource.objects.create(
        id=new_id(clock.now()), code=code, name=name, relation=relation, jurisdiction=actor.jurisdiction,
        added_by=officer, added_at=clock.now(),
    )  # fmt: skip
    fact = SourceAdded(row.id, code=code, name=name, relation=str(relation))
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


@transaction.atomic
def take_in(
    *, source: UUID, body: bytes, actor: Actor, clock: Clock, contexts: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Taken:  # fmt: skip
    """Compare a file of a source with what is known and keep what it says (汇聚目录); nothing of it is published.

    Datasets without a title are left out; the others are kept with their faults on record.  A file that
    cannot be read keeps nothing and ends nothing.

    Raises:
        NotFound: no such source, or one of another region's authority.
        NotAllowed: not somebody of the data authority.
    """
    officer = _of_authority(actor)
    row = HarvestSource.objects.select_for_update().filter(over_source(actor), pk=source).first()
    if row is None:
        raise NotFound("catalog.no_source")
    read = read_foreign(body, contexts=contexts)
    seen = {one.remote_id[:TEXT_MAX]: one for one in read.datasets}
    held = {entry.remote_id: entry for entry in HarvestedEntry.objects.filter(source=row)}
    moves = compared(
        {key: _known(entry) for key, entry in held.items()}, {key: one.digest for key, one in seen.items()}
    )
    counts = counted(moves.values())
    if dry_run or read.form is None:
        return Taken(counts, read.findings, str(read.form or ""), None)
    last = HarvestRun.objects.filter(source=row).order_by("-number").first()
    run = HarvestRun.objects.create(
        id=new_id(clock.now()), source=row, number=last.number + 1 if last else 1, form=read.form,
        digest=hashlib.sha256(body).hexdigest(), size=len(body), counts=counts,
        findings=[_told(finding) for finding in read.findings], taken_by=officer, taken_at=clock.now(),
    )  # fmt: skip
    _keep(row, run.number, moves, held, seen, clock)
    _tell(row, run, read, actor=actor, clock=clock)
    return Taken(counts, read.findings, str(read.form), run.number)


def _tell(row: HarvestSource, run: HarvestRun, read: ForeignCatalogue, *, actor: Actor, clock: Clock) -> None:
    counts = run.counts
    fact = CatalogueTaken(
        row.id, number=run.number, digest=run.digest, form=run.form, new=counts[Move.NEW], changed=counts[Move.CHANGED],
        back=counts[Move.BACK], missing=counts[Move.MISSING], gone=counts[Move.GONE],
        faults=sum(finding.severity is Severity.ERROR for finding in read.findings),
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


def _keep(
    source: HarvestSource, run: int, moves: Mapping[str, Move], held: Mapping[str, HarvestedEntry],
    seen: Mapping[str, Foreign], clock: Clock,
) -> None:  # fmt: skip
    fresh, changed = list[HarvestedEntry](), list[HarvestedEntry]()
    for key, move in moves.items():
        if move is Move.NEW:
            entry = HarvestedEntry(
                id=new_id(clock.now()), source=source, remote_id=key, standing=Standing.PRESENT, first_run=run
            )
            fresh.append(_written(entry, seen[key], run))
        elif move in (Move.CHANGED, Move.BACK):
            changed.append(_written(held[key], seen[key], run))
        elif move in (Move.MISSING, Move.GONE):
            changed.append(_absent(held[key], gone=move is Move.GONE, run=run))
    HarvestedEntry.objects.bulk_create(fresh, batch_size=BATCH_ROWS)
    fields = ["title", "publisher", "content", "digest", "standing", "absences", "changed_run", "ended_run"]
    HarvestedEntry.objects.bulk_update(changed, fields, batch_size=BATCH_ROWS)


def _written(entry: HarvestedEntry, one: Foreign, run: int) -> HarvestedEntry:
    entry.title, entry.publisher = one.title[:TEXT_MAX], one.publisher[:TEXT_MAX]
    entry.content, entry.digest = one.content(), one.digest
    entry.standing, entry.absences, entry.changed_run, entry.ended_run = Standing.PRESENT, 0, run, None
    return entry


def _absent(entry: HarvestedEntry, *, gone: bool, run: int) -> HarvestedEntry:
    entry.standing = Standing.GONE if gone else Standing.MISSING
    entry.absences += 1
    entry.ended_run = run if gone else None
    return entry


@transaction.atomic
def report_upward(*, receiver: str, home: Home, actor: Actor, clock: Clock) -> tuple[bytes, Mapping[str, int]]:
    """Report the catalogue in force to the level above (目录上报).  Returns the snapshot and what changed since.

    Raises:
        NotAllowed: not somebody of the data authority.
        RuleBroken: it is not said to whom, or there are more entries than one report takes.
    """
    officer = _of_authority(actor)
    to = receiver.strip()[:100]
    if not to:
        raise RuleBroken("catalog.report_to_whom")
    entries = list(_in_force())
    if len(entries) > REPORT_ENTRIES_MAX:
        raise RuleBroken("catalog.report_too_large", most=REPORT_ENTRIES_MAX, count=len(entries))
    digests = {one.code: hashlib.sha256(written(Form.DATA_JSON, [one], home)).hexdigest() for one in entries}
    last = UpwardReport.objects.select_for_update().filter(receiver=to).order_by("-serial").first()
    # a report is whole, so what is missing in it has ended: one absence is enough
    known = {code: Known(digest, Standing.PRESENT, 1) for code, digest in (last.entries if last else {}).items()}
    counts = counted(compared(known, digests).values())
    body = written(Form.JSONLD, entries, home)
    row = UpwardReport.objects.create(
        id=new_id(clock.now()), receiver=to, serial=last.serial + 1 if last else 1,
        digest=hashlib.sha256(body).hexdigest(), counts=counts, entries=digests, reported_by=officer,
        reported_at=clock.now(),
    )  # fmt: skip
    fact = CatalogueReported(row.id, receiver=to, serial=row.serial, digest=row.digest, entries=len(entries))
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return body, counts


def _in_force() -> Iterable[SharedEntry]:
    after = ""
    while True:
        page = passed_on(audience=Audience.GOVERNMENT, actor=SYSTEM, after=after, rows=PAGE_ROWS_MAX)
        yield from page.rows
        if not page.next_after:
            return
        after = page.next_after


def _known(entry: HarvestedEntry) -> Known:
    return Known(entry.digest, Standing(entry.standing), entry.absences)


def _told(finding: Finding) -> dict[str, object]:
    facts = dict(finding.facts)
    return {"field": finding.field, "severity": str(finding.severity), "key": finding.key, "facts": facts}


def _of_authority(actor: Actor) -> UUID:
    if actor.officer is None or actor.organization is None or not actor.roles & _MAY:
        raise NotAllowed("catalog.harvest_by_authority")
    return actor.officer
