"""Institution documents and training, and what each department lacks (保障情况查询)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.kernel.events import JsonValue
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import OrgKind, Role, region_chain
from zhengtong.supervision.models import InstitutionDocument, Training, TrainingAttendance, TrainingPlan
from zhengtong.supervision.queries.budget import MoneyOfYear, money_of_year
from zhengtong.supervision.queries.scope import reads_findings, sees_report_of
from zhengtong.supervision.rules.institutions import Held, InstitutionKind, Requirement, missing
from zhengtong.supervision.rules.training import Coverage, Plan, coverage

FILING_ROLES = frozenset(
    str(role) for role in (Role.DATA_OFFICER, Role.SHARING_OFFICE_HEAD, Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER)
)
OVER_ALL_ROLES = frozenset(str(role) for role in (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER))
TRAINEES_MAX = 1_000
DOCUMENTS_MAX = 200
TRAININGS_MAX = 200
_NO_MONEY = MoneyOfYear(Decimal(0), Decimal(0), Decimal(0))
_NOBODY_OWED = Coverage(0, 0, ())


@dataclass(frozen=True, slots=True)
class GuaranteeRow:
    """What one organization has laid down, taught and spends (保障情况)."""

    code: str
    name: str
    missing: tuple[Requirement, ...]
    reviews_passed: int  # documents in force whose day of review has passed
    plan: Plan | None  # of the year, of the nearest authority that has one
    training: Coverage
    money: MoneyOfYear


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document by which something is laid down (制度文件)."""

    id: UUID
    kind: InstitutionKind
    title: str
    document_number: str
    issued_on: date
    in_force_from: date
    review_on: date | None
    digest: str
    ended_on: date | None
    reason: str
    in_force: bool
    review_passed: bool


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """A training that people of the department attended (培训)."""

    id: UUID
    organization_name: str
    topic: str
    held_on: date
    hours: Decimal
    attendees: tuple[str, ...]  # names of the department's own


@dataclass(frozen=True, slots=True)
class Trainee:
    """Somebody who may be named as having taken part."""

    id: UUID
    name: str
    organization_name: str


@dataclass(frozen=True, slots=True)
class GuaranteePage:
    """One organization's documents, trainings and money of a year, and what the reader may do."""

    row: GuaranteeRow
    year: int
    documents: tuple[DocumentLine, ...]
    trainings: tuple[TrainingLine, ...]
    wanting: tuple[str, ...]  # names of those who still lack hours
    may_file: bool
    may_plan: bool


def guarantee(*, actor: Actor, on: date, year: int) -> tuple[GuaranteeRow, ...]:
    """Every organization the actor may read about, by code.  Raises NotAllowed: there is nothing for this actor."""
    if not reads_findings(actor):
        raise NotAllowed("supervision.no_guarantee")
    return _rows(_readable(actor), actor=actor, on=on, year=year)


def guarantee_of(*, code: str, actor: Actor, on: date, year: int) -> GuaranteePage:
    """One organization.  Raises NotFound."""
    chosen = [card for card in _readable(actor) if card.code == code] if reads_findings(actor) else []
    if not chosen:
        raise NotFound("supervision.no_guarantee")
    (row,) = _rows(chosen, actor=actor, on=on, year=year)
    card = chosen[0]
    own = actor.organization == card.id
    found = InstitutionDocument.objects.filter(organization=card.id).order_by("-issued_on", "id")[:DOCUMENTS_MAX]
    names = parties.officer_names(row.training.wanting)
    return GuaranteePage(
        row=row, year=year, documents=tuple(_document(one, on) for one in found),
        trainings=_trainings(card, on=on, year=year), wanting=tuple(names[one] for one in row.training.wanting),
        may_file=own and bool(actor.roles & FILING_ROLES),
        may_plan=own and card.is_authority and actor.has(Role.AUTHORITY_LEADER),
    )  # fmt: skip


def trainees(*, actor: Actor, on: date) -> tuple[Trainee, ...]:
    """Who may be named as having taken part: one's own people; for the data authority anybody under it."""
    if actor.organization is None or not actor.roles & FILING_ROLES:
        return ()
    inside = {actor.organization}
    if actor.roles & OVER_ALL_ROLES:
        inside |= parties.organizations_under(authority=actor.organization)
    seen = dict[UUID, Trainee]()
    for seat in parties.seats(on=on):
        if seat.organization.id in inside:
            seen.setdefault(seat.officer_id, Trainee(seat.officer_id, seat.officer_name, seat.organization.short_name))
    people = sorted(seen.values(), key=lambda one: (one.organization_name, one.name))
    return tuple(people[:TRAINEES_MAX])


def _readable(actor: Actor) -> list[parties.OrganizationCard]:
    cards = [one for one in parties.organizations(actor=actor) if one.kind is not OrgKind.GOVERNMENT]
    return [one for one in cards if sees_report_of(actor, organization=one.id, jurisdiction=one.jurisdiction)]


def _rows(cards: Iterable[parties.OrganizationCard], *, actor: Actor, on: date, year: int) -> tuple[GuaranteeRow, ...]:
    """The rows of some organizations, in as many statements for a hundred as for one."""
    chosen = list(cards)
    held = _held({one.id for one in chosen})
    plans, people, hours = _plans(year), _people(on), _hours(year)
    money = money_of_year(actor=actor, year=year)
    rows = list[GuaranteeRow]()
    for card in chosen:
        documents = held.get(card.id, [])
        plan = next((plans[place] for place in region_chain(card.jurisdiction) if place in plans), None)
        covered = coverage(plan, holders=people.get(card.id, []), hours=hours) if plan else _NOBODY_OWED
        rows.append(
            GuaranteeRow(
                code=card.code,
                name=card.short_name,
                plan=plan,
                training=covered,
                missing=missing(documents, on=on, is_authority=card.is_authority),
                reviews_passed=sum(one.in_force(on) and one.review_passed(on) for one in documents),
                money=money.get(card.id, _NO_MONEY),
            )
        )
    return tuple(rows)


def _held(organizations: set[UUID]) -> dict[UUID, list[Held]]:
    found = dict[UUID, list[Held]]()
    for row in InstitutionDocument.objects.filter(organization__in=organizations).iterator(500):
        found.setdefault(row.organization_id, []).append(_as_held(row))
    return found


def _plans(year: int) -> dict[str, Plan]:
    """The plan in force of each place in a year: the newest serial."""
    rows = TrainingPlan.objects.filter(year=year).order_by("jurisdiction", "serial")
    return {row.jurisdiction: Plan(year, frozenset(map(Role, row.roles)), row.hours) for row in rows}


def _people(on: date) -> dict[UUID, list[tuple[UUID, tuple[Role, ...]]]]:
    found = dict[UUID, list[tuple[UUID, tuple[Role, ...]]]]()
    for seat in parties.seats(on=on):
        found.setdefault(seat.organization.id, []).append((seat.officer_id, seat.roles))
    return found


def _hours(year: int) -> Mapping[UUID, Decimal]:
    """Hours each officer passed in a year."""
    rows = TrainingAttendance.objects.filter(training__held_on__year=year)
    return dict(rows.values("officer").annotate(sum=Sum("training__hours")).order_by().values_list("officer", "sum"))


def _trainings(card: parties.OrganizationCard, *, on: date, year: int) -> tuple[TrainingLine, ...]:
    """Trainings of a year that people of an organization attended, or that it held, newest first."""
    own = {seat.officer_id: seat.officer_name for seat in parties.seats(on=on, organization=card.id)}
    attended = TrainingAttendance.objects.filter(officer__in=own, training__held_on__year=year)
    who = dict[UUID, list[str]]()
    for training, officer in attended.values_list("training", "officer"):
        who.setdefault(training, []).append(own[officer])
    held = Training.objects.filter(organization=card.id, held_on__year=year).values_list("id", flat=True)
    rows = Training.objects.filter(pk__in={*who, *held}).select_related("organization").order_by("-held_on", "id")
    return tuple(
        TrainingLine(
            row.id, row.organization.short_name, row.topic, row.held_on, row.hours, tuple(sorted(who.get(row.id, ())))
        )
        for row in rows[:TRAININGS_MAX]
    )


def _document(row: InstitutionDocument, on: date) -> DocumentLine:
    held = _as_held(row)
    return DocumentLine(
        row.id, held.kind, row.title, row.document_number, row.issued_on, row.in_force_from, row.review_on, row.digest,
        row.ended_on, row.reason, held.in_force(on), held.in_force(on) and held.review_passed(on),
    )  # fmt: skip


def _as_held(row: InstitutionDocument) -> Held:
    return Held(InstitutionKind(row.kind), row.in_force_from, row.review_on, row.ended_on)


def actual_documents() -> dict[str, dict[str, JsonValue]]:
    """The columns of every document that its events imply (核对用)."""
    return {
        f"document {row.id}": {
            "kind": row.kind, "title": row.title, "document_number": row.document_number,
            "in_force_from": row.in_force_from.isoformat(),
            "ended_on": row.ended_on.isoformat() if row.ended_on else None,
        }
        for row in InstitutionDocument.objects.order_by("id").iterator(500)
    }  # fmt: skip


def actual_training() -> dict[str, dict[str, JsonValue]]:
    """The columns of every plan and training that its events imply (核对用)."""
    plans: dict[str, dict[str, JsonValue]] = {
        f"plan {row.id}": {
            "year": row.year,
            "serial": row.serial,
            "roles": list(row.roles),
            "hours": f"{row.hours:.1f}",
        }
        for row in TrainingPlan.objects.order_by("id").iterator(500)
    }
    held: dict[str, dict[str, JsonValue]] = {
        f"training {row.id}": {"topic": row.topic, "held_on": row.held_on.isoformat(), "hours": f"{row.hours:.1f}"}
        for row in Training.objects.order_by("id").iterator(500)
    }
    return plans | held
