"""What the data authority can lay over the shipped standards.  One function, one use case, one transaction."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role, region_chain, region_is_wellformed, role_label
from zhengtong.regulations.checking import MARKS
from zhengtong.standards import events
from zhengtong.standards.models import CalendarDay, LimitOverride, PublishedYear, RegionExtension, TableEdition
from zhengtong.standards.queries import limit_for
from zhengtong.standards.rules import DayKind
from zhengtong.standards.tables import Edition, check_edition, refresh

REGIONS_AT_ONCE_MAX = 5_000
CALENDAR_DAYS_AT_ONCE_MAX = 366
EDITION_CHARS_MAX = 20_000_000  # the 12-digit regions of the country fit


@transaction.atomic
def add_region(*, code: str, name: str, source: str, actor: Actor, clock: Clock) -> UUID:
    """Add a region that the shipped table lacks, or rename one added before (区划扩充)."""
    if not region_is_wellformed(code):
        raise RuleBroken("standards.region_malformed", code=code[:20])
    _may_edit(actor, jurisdiction=code)
    if not name.strip() or not source.strip():
        raise RuleBroken("standards.name_and_source_needed")
    row = RegionExtension.objects.filter(code=code).first() or RegionExtension(id=new_id(clock.now()), code=code)
    row.name, row.source = name.strip()[:100], source.strip()[:100]
    row.save()
    record(events.RegionAdded(row.id, code, row.name, row.source), actor=actor, clock=clock, jurisdiction=code)
    return row.id


@transaction.atomic
def add_regions(*, rows: Iterable[tuple[str, str]], source: str, actor: Actor, clock: Clock) -> int:
    """Add many regions (code, name) of one source; all or none.  Returns how many."""
    given = list(rows)
    if len(given) > REGIONS_AT_ONCE_MAX:
        raise RuleBroken("standards.too_many_at_once", most=REGIONS_AT_ONCE_MAX)
    for code, name in given:
        add_region(code=code, name=name, source=source, actor=actor, clock=clock)
    return len(given)


@transaction.atomic
def set_calendar_day(
    *, jurisdiction: str, day: date, kind: DayKind, name: str, source: str, actor: Actor, clock: Clock
) -> UUID:
    """Close or open a day in a place (日历增补); listeners count open clocks again."""
    _may_edit(actor, jurisdiction=jurisdiction)
    if not source.strip():
        raise RuleBroken("standards.name_and_source_needed")
    row = CalendarDay.objects.filter(jurisdiction=jurisdiction, day=day).first()
    row = row or CalendarDay(id=new_id(clock.now()), jurisdiction=jurisdiction, day=day)
    row.kind, row.name, row.source, row.set_at = kind, name.strip()[:100], source.strip()[:200], clock.now()
    row.save()
    fact = events.CalendarDaySet(row.id, jurisdiction, day, str(kind))
    record(fact, actor=actor, clock=clock, jurisdiction=jurisdiction)
    return row.id


@transaction.atomic
def load_year(*, year: int, days: Iterable[tuple[date, DayKind, str]], source: str, actor: Actor, clock: Clock) -> UUID:
    """Load the published plan of a year for the whole country (年度放假安排); its dates stop being provisional.

    A plan loaded again replaces the days of the one before.

    Raises:
        RuleBroken: no day, a day of another year, or no source: an empty plan would make every date certain.
    """
    _may_edit(actor, jurisdiction="")
    plan = {day: (kind, name) for day, kind, name in days}
    if not plan or not source.strip():
        raise RuleBroken("standards.year_without_days", year=year)
    if len(plan) > CALENDAR_DAYS_AT_ONCE_MAX:
        raise RuleBroken("standards.too_many_at_once", most=CALENDAR_DAYS_AT_ONCE_MAX)
    if any(day.year != year for day in plan):
        raise RuleBroken("standards.day_outside_year", year=year)
    now, said = clock.now(), source.strip()[:200]
    CalendarDay.objects.filter(jurisdiction="", day__year=year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(
            id=new_id(now), jurisdiction="", day=day, kind=kind, name=name.strip()[:100], source=said, set_at=now
        )
        for day, (kind, name) in plan.items()
    )
    row = PublishedYear.objects.filter(year=year).first() or PublishedYear(id=new_id(now), year=year)
    row.source, row.loaded_at = said, now
    row.save()
    told = tuple(f"{day} {kind}" for day, (kind, _) in sorted(plan.items()))
    record(events.CalendarYearLoaded(row.id, year, told), actor=actor, clock=clock, jurisdiction="")
    return row.id


@transaction.atomic
def override_limit(
    *,
    limit_id: str,
    jurisdiction: str,
    days: int,
    in_force_from: date,
    cites: str,
    actor: Actor,
    clock: Clock,
    extension_days: int | None = None,
    mark: str = "D",
) -> UUID:
    """Set a place's own value of a limit (地方期限); only in the requester's favour, against what holds above it.

    Raises:
        NotFound: there is no such limit.
        RuleBroken: the value would take from the requester, cites nothing, or bears no known mark.
    """
    if not jurisdiction or not cites.strip():
        raise RuleBroken("standards.override_needs_place_and_source")
    _may_edit(actor, jurisdiction=jurisdiction)
    above = limit_for(limit_id, on=in_force_from, jurisdiction=region_chain(jurisdiction)[1])
    added = above.extension_days if extension_days is None else extension_days
    local = replace(above, days=days, extension_days=added)
    if days < 0 or added < 0 or not local.favours_applicant(above):
        raise RuleBroken("standards.override_against_requester", id=limit_id, days=days, general=above.days)
    if mark not in MARKS:
        raise RuleBroken("standards.mark_unknown", mark=mark[:8], known="、".join(sorted(MARKS)))
    if local.extension_days and not above.extended_by:
        raise RuleBroken("standards.override_against_requester", id=limit_id, days=days, general=above.days)
    key = {"limit_id": limit_id, "jurisdiction": jurisdiction, "in_force_from": in_force_from}
    row = LimitOverride.objects.select_for_update().filter(**key).first()
    before = (row.days, row.extension_days) if row else (None, None)
    row = row or LimitOverride(id=new_id(clock.now()), **key)
    row.days, row.extension_days, row.cites, row.mark = days, added, cites.strip()[:300], mark
    row.set_at = clock.now()
    row.save()
    fact = events.LimitOverridden(row.id, limit_id, jurisdiction, days, added, in_force_from, row.cites, mark, *before)
    record(fact, actor=actor, clock=clock, jurisdiction=jurisdiction)
    return row.id


def may_edit(actor: Actor, *, jurisdiction: str) -> bool:
    """Whether an actor edits rows of a place: its authority or one above; the country's are the installation's."""
    if actor.has("system"):
        return True
    held = actor.roles & {Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER}
    return bool(held) and actor.jurisdiction in region_chain(jurisdiction)


@transaction.atomic
def load_edition(*, edition: Edition, actor: Actor, clock: Clock) -> UUID:
    """Replace a shipped table by a newer edition, without a release (标准表换版); in use everywhere within seconds.

    Raises:
        NotAllowed: not the operator at the console and nobody of a data authority.
        NotFound: there is no such table.
        RuleBroken: it says not where it comes from, has an unknown mark, cannot be read, or was loaded before.
    """
    _may_replace(actor)
    if not edition.edition.strip() or not edition.source.strip():
        raise RuleBroken("standards.name_and_source_needed")
    if edition.mark not in MARKS:
        raise RuleBroken("standards.unknown_mark", mark=edition.mark[:10])
    if len(edition.content) > EDITION_CHARS_MAX:
        raise RuleBroken("standards.edition_broken", table=edition.table, why=f"> {EDITION_CHARS_MAX}")
    rows = check_edition(edition)
    known = TableEdition.objects.filter(kind=str(edition.kind), table=edition.table, edition=edition.edition.strip())
    if known.exists():
        raise RuleBroken("standards.edition_twice", table=edition.table, edition=edition.edition)
    row = TableEdition.objects.create(
        id=new_id(clock.now()), kind=str(edition.kind), table=edition.table, edition=edition.edition.strip(),
        source=edition.source.strip()[:300], mark=edition.mark, content=edition.content, rows=rows,
        digest=hashlib.sha256(edition.content.encode()).hexdigest(), loaded_by=actor.officer, loaded_at=clock.now(),
    )  # fmt: skip
    fact = events.TableLoaded(row.id, row.kind, row.table, row.edition, row.source, row.digest, rows)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    transaction.on_commit(lambda: refresh(now=True))
    return row.id


@transaction.atomic
def withdraw_edition(*, table: str, edition: str, reason: str, actor: Actor, clock: Clock) -> None:
    """Use the edition before this one again, or the shipped table (撤下新版本).  Raises NotAllowed, NotFound."""
    _may_replace(actor)
    if not reason.strip():
        raise RuleBroken("standards.name_and_source_needed")
    row = TableEdition.objects.select_for_update().filter(table=table, edition=edition, withdrawn_at=None).first()
    if row is None:
        raise NotFound("standards.no_edition", table=table[:40], edition=edition[:60])
    row.withdrawn_at = clock.now()
    row.save()
    fact = events.TableWithdrawn(row.id, row.kind, row.table, row.edition, reason.strip()[:300])
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    transaction.on_commit(lambda: refresh(now=True))


def _may_replace(actor: Actor) -> None:
    if not actor.has("system") and not actor.has(Role.AUTHORITY_LEADER):
        role = Role.AUTHORITY_LEADER
        raise NotAllowed("standards.authority_only", role_zh=role_label(role), role_en=role_label(role, "en"))


def _may_edit(actor: Actor, *, jurisdiction: str) -> None:
    if not may_edit(actor, jurisdiction=jurisdiction):
        role = Role.AUTHORITY_REVIEWER
        raise NotAllowed("standards.authority_only", role_zh=role_label(role), role_en=role_label(role, "en"))
