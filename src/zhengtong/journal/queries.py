"""Reads of the journal (日志查询): frozen records, never rows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from django.db.models import Count, Q

from zhengtong.journal import anchors, retaining
from zhengtong.journal.models import DisposalRecord, Event, Job, ReadRecord, RetentionPeriod
from zhengtong.journal.retaining import RecordKind
from zhengtong.journal.rules import GENESIS, ChainHead, Flaw, StoredEvent, check_chain
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events import known, lifted
from zhengtong.kernel.paging import Page, cut, size

CHUNK_ROWS = 1000
CHAIN_EVENTS_MAX = 100_000  # what a page walks; the terminal walks all
SUBJECT_EVENTS_MAX = 5000  # a lifecycle with more is a bug, not a history
READERS = frozenset({"auditor", "supervisor", "security_admin"})


@dataclass(frozen=True, slots=True)
class JobView:
    """One row of the jobs table (任务)."""

    id: UUID
    kind: str
    state: str
    attempts: int
    run_after: datetime
    last_error: str
    every_s: int | None


@dataclass(frozen=True, slots=True)
class ReadView:
    """One recorded read of personal data (查阅记录)."""

    id: UUID
    at: datetime
    actor: UUID | None
    organization: UUID | None
    subject_kind: str
    subject: str
    fields: tuple[str, ...]
    purpose: str
    request_id: str


def events_of(subject: UUID) -> tuple[StoredEvent, ...]:
    """All events of one thing, oldest first (事件历史).

    For the services and queries of its area, which know who may see it.
    """
    rows = Event.objects.filter(subject=subject).order_by("at", "id")[:SUBJECT_EVENTS_MAX]
    return tuple(stored(row) for row in rows)


def all_events(*, area: str = "", lift: bool = True) -> Iterator[StoredEvent]:
    """All events, or those of one area, in the order they happened; streamed."""
    rows = Event.objects.filter(name__startswith=f"{area}.") if area else Event.objects.all()
    for row in rows.order_by("at", "id").iterator(chunk_size=CHUNK_ROWS):
        yield stored(row, lift=lift)


def sealed_events() -> Iterator[StoredEvent]:
    """Sealed events as written, in chain order; streamed."""
    for row in Event.objects.filter(seq__isnull=False).order_by("seq").iterator(chunk_size=CHUNK_ROWS):
        yield stored(row, lift=False)


def unsealed() -> tuple[int, datetime | None]:
    """How many events wait for their seal, and since when the oldest does."""
    waiting = Event.objects.filter(seq=None)
    oldest = waiting.order_by("id").values_list("at", flat=True).first()
    return waiting.count(), oldest


def head() -> ChainHead:
    """The last sealed event (链头)."""
    last = Event.objects.filter(seq__isnull=False).order_by("-seq").values_list("seq", "digest").first()
    return ChainHead(last[0], last[1]) if last and last[0] is not None else ChainHead(0, GENESIS)


def passes(anchor: ChainHead) -> bool:
    """Whether the chain goes through a head that was published; the digests between are not recomputed here."""
    return Event.objects.filter(seq=anchor.seq, digest=anchor.digest).exists()


def stored(row: Event, *, lift: bool = True) -> StoredEvent:
    """A row as a value; unknown names (an area that does not run here) are given as written."""
    payload, version = json.loads(row.payload), row.schema_version
    if lift and row.name in known():
        payload, version = lifted(row.name, version=version, payload=payload), known()[row.name].VERSION
    return StoredEvent(
        id=row.id,
        at=row.at,
        actor=row.actor,
        acting_for=row.acting_for,
        organization=row.organization,
        jurisdiction=row.jurisdiction,
        name=row.name,
        version=version,
        request_id=row.request_id,
        subject=row.subject,
        payload=payload,
        seq=row.seq,
        digest=row.digest,
    )


@dataclass(frozen=True, slots=True)
class EventSearch:
    """What an auditor looks for; what is left out does not narrow (审计查询条件)."""

    area: str = ""  # first part of a name
    name: str = ""
    subject: UUID | None = None
    officer: UUID | None = None  # who acted, or who was stood in for
    organization: UUID | None = None
    request_id: str = ""
    first: datetime | None = None
    before: datetime | None = None


def search_events(*, actor: Actor, wanted: EventSearch, after: str = "", rows: int | None = None) -> Page[StoredEvent]:
    """Events of the auditor's region and of no region, newest first (审计查询).

    Raises NotAllowed: the actor is no auditor.
    """
    _auditor(actor)
    place = actor.jurisdiction
    while place.endswith("00"):
        place = place[:-2]
    found = Event.objects.filter(Q(jurisdiction__startswith=place) | Q(jurisdiction=""))
    if wanted.area:
        found = found.filter(name__startswith=f"{wanted.area}.")
    if wanted.officer is not None:
        found = found.filter(Q(actor=wanted.officer) | Q(acting_for=wanted.officer))
    exact = {
        "name": wanted.name, "subject": wanted.subject, "organization": wanted.organization,
        "request_id": wanted.request_id, "at__gte": wanted.first, "at__lt": wanted.before,
    }  # fmt: skip
    found = found.filter(**{name: value for name, value in exact.items() if value})
    found = found.filter(id__lt=UUID(after)) if after else found
    count = size(rows)
    return cut([(str(row.id), stored(row)) for row in found.order_by("-id")[: count + 1]], rows=count)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What walking the chain showed (链核验)."""

    checked: int
    head: ChainHead
    flaw: Flaw | None
    seq: int | None
    name: str
    waiting: int  # events not sealed yet
    published: tuple[ChainHead, ...]  # heads that were published and that the chain passes
    partly: bool  # there are more events than a page walks


def chain_report(*, actor: Actor) -> ChainReport:
    """Walk the hash chain from its beginning, at most CHAIN_EVENTS_MAX events; raises NotAllowed for a non-auditor."""
    _auditor(actor)
    partly = head().seq > CHAIN_EVENTS_MAX
    published = () if partly else anchors.published()
    verdict = check_chain(islice(sealed_events(), CHAIN_EVENTS_MAX), anchors=published)
    waiting, _ = unsealed()
    return ChainReport(
        verdict.checked, verdict.head, verdict.flaw, verdict.seq, verdict.name or "", waiting, tuple(published), partly
    )


def _auditor(actor: Actor) -> None:
    if not actor.has("auditor"):
        raise NotAllowed("journal.audit_for_auditors")


def reads_of(
    *, actor: Actor, subject_kind: str = "", subject: str = "", after: str = "", rows: int | None = None
) -> Page[ReadView]:
    """Who read personal data, newest first (查阅记录查询).

    Raises:
        NotAllowed: the actor is neither auditor, supervisor nor security administrator.
    """
    if not actor.roles & READERS and "system" not in actor.roles:
        raise NotAllowed("journal.reads_for_auditors")
    wanted = Q(subject_kind=subject_kind) if subject_kind else Q()
    wanted &= Q(subject=subject) if subject else Q()
    wanted &= Q(id__lt=UUID(after)) if after else Q()
    count = size(rows)
    found = ReadRecord.objects.filter(wanted).order_by("-id")[: count + 1]
    return cut([(str(row.id), _read_view(row)) for row in found], rows=count)


def jobs(*, state: str = "", after: str = "", rows: int | None = None) -> Page[JobView]:
    """The jobs table in id order, optionally one state (任务列表)."""
    wanted = Q(state=state) if state else Q()
    wanted &= Q(id__gt=UUID(after)) if after else Q()
    count = size(rows)
    found = Job.objects.filter(wanted).order_by("id")[: count + 1]
    return cut([(str(row.id), _job_view(row)) for row in found], rows=count)


def job_counts() -> dict[str, int]:
    """How many jobs wait, are leased, are dead."""
    return dict(Job.objects.values_list("state").annotate(n=Count("id")).order_by("state"))


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One line of the retention table as it holds here (保存期限)."""

    kind: RecordKind
    days: int
    least: int  # the legal minimum
    ground: str  # of the period chosen here; empty where the table's own holds
    set_by: UUID | None
    disposes: bool  # an area that runs here disposes of it


@dataclass(frozen=True, slots=True)
class DisposalView:
    """One disposal (处置记录)."""

    id: UUID
    kind: RecordKind
    before: datetime
    count: int
    digest: str
    days: int
    at: datetime


def periods(*, on: date) -> tuple[PeriodView, ...]:
    """The whole retention table as it holds on a day; no secret."""
    chosen = {row.kind: row for row in RetentionPeriod.objects.all()}
    found = list[PeriodView]()
    for held in retaining.kinds():
        row, least = chosen.get(held.key), retaining.least_days(held, on=on)
        days = retaining.days_kept(held, chosen=row.days if row else None, least=least)
        by, ground = (row.set_by, row.ground) if row else (None, "")
        found.append(PeriodView(held, days, least, ground, by, retaining.disposer_of(held.key) is not None))
    return tuple(found)


def disposals(*, after: str = "", rows: int | None = None) -> Page[DisposalView]:
    """What was disposed of, newest first: counts and digests, no personal data."""
    count = size(rows)
    found = DisposalRecord.objects.order_by("-id")
    found = found.filter(id__lt=UUID(after)) if after else found
    return cut([(str(row.id), _disposal(row)) for row in found[: count + 1]], rows=count)


def drills(*, most: int) -> tuple[StoredEvent, ...]:
    """The latest drills on record, newest first (演练记录)."""
    return tuple(stored(row) for row in Event.objects.filter(name="journal.drill.recorded").order_by("-id")[:most])


def _disposal(row: DisposalRecord) -> DisposalView:
    return DisposalView(row.id, retaining.kind(row.kind), row.before, row.count, row.digest, row.days, row.at)


def _read_view(row: ReadRecord) -> ReadView:
    return ReadView(
        id=row.id,
        at=row.at,
        actor=row.actor,
        organization=row.organization,
        subject_kind=row.subject_kind,
        subject=row.subject,
        fields=tuple(row.fields),
        purpose=row.purpose,
        request_id=row.request_id,
    )


def _job_view(row: Job) -> JobView:
    return JobView(row.id, row.kind, row.state, row.attempts, row.run_after, row.last_error, row.every_s)
