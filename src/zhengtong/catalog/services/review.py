"""Review and publication by the data authority, and changes of what is published (审核、发布、更新)."""

from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.catalog import events
from zhengtong.catalog.models import Entry, Revision, SourceNaming
from zhengtong.catalog.queries.derivations import consent_states
from zhengtong.catalog.rules import AUTHORITY_ROLES, CURRENT_STATES, ENTRY, EntryState
from zhengtong.catalog.rules.clocks import UPDATE
from zhengtong.catalog.rules.derivations import check_consents
from zhengtong.catalog.services import indexing
from zhengtong.catalog.services.clocks import set_due
from zhengtong.catalog.services.following import tell_subscribers
from zhengtong.catalog.services.moves import (
    acts_of,
    current_revision,
    is_authority_over,
    open_revision,
    person,
    step_of,
)
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role, check_separation
from zhengtong.standards.queries import limit_for


@transaction.atomic
def start_review(*, entry: UUID, actor: Actor, clock: Clock) -> None:
    """Begin the authority's review of a reported entry (开始审核, 条例 16)."""
    revision = open_revision(entry, actor=actor)
    step = step_of(revision, "start_review", actor=actor)
    revision.state, revision.updated_at = step.target, clock.now()
    revision.save(update_fields=["state", "updated_at"])
    _say(events.ReviewStarted(entry, revision.number), revision, actor, clock)


@transaction.atomic
def publish(*, entry: UUID, actor: Actor, clock: Clock) -> int:
    """Approve the entry and publish it; the revision before is superseded (审核通过并发布, 条例 16、17).

    Returns the number of the published revision.

    Raises:
        RuleBroken: the same person drafted or signed it, it is the authority's own entry and
            the actor is not the authority's leader, or a provider has taken its consent back (条例 25).
    """
    revision = open_revision(entry, actor=actor)
    step = step_of(revision, "publish", actor=actor)
    check_separation(acts_of(revision), act="publish_entry", actor=actor)
    if revision.entry.provider_id == actor.organization and not actor.has(Role.AUTHORITY_LEADER):
        raise RuleBroken("catalog.own_entry_needs_leader")
    check_consents(consent_states(entry=entry))
    _supersede(entry, actor, clock)
    today = clock.today()
    revision.state, revision.decided_on, revision.published_on = step.target, today, today
    revision.published_by, revision.updated_at = person(actor), clock.now()
    set_due(revision)
    revision.save()
    indexing.keep(revision)
    held = revision.entry
    fact = events.EntryPublished(entry, revision.number, today, held.guide_code, revision.share_type, held.provider_id)
    tell_subscribers(revision, actor=actor, clock=clock)
    _say(fact, revision, actor, clock)
    return revision.number


@transaction.atomic
def report_change(*, entry: UUID, reason: str, happened_on: date, actor: Actor, clock: Clock) -> None:
    """Record that law or duties changed, which starts the ten working days (登记须更新的事由, 条例 17).

    Raises:
        RuleBroken: no reason, or a day in the future.
    """
    if not reason.strip():
        raise RuleBroken("catalog.reason_missing")
    if happened_on > clock.today():
        raise RuleBroken("catalog.change_in_future", day=happened_on.isoformat())
    revision = current_revision(entry, actor=actor)
    step = step_of(revision, "report_change", actor=actor)
    revision.state, revision.change_reason, revision.change_on = step.target, reason.strip(), happened_on
    revision.change_extended_days, revision.change_done_on, revision.updated_at = 0, None, clock.now()
    set_due(revision)
    revision.save()
    _say(events.ChangeReported(entry, revision.number, happened_on, reason.strip()), revision, actor, clock)


@transaction.atomic
def extend_change(*, entry: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Agree, once and in time, to the extension of an update that is due (同意延长更新期限, 条例 17).

    Raises:
        RuleBroken: extended already, late already, or filed already.
    """
    if not reason.strip():
        raise RuleBroken("catalog.reason_missing")
    revision = current_revision(entry, actor=actor)
    step_of(revision, "extend_change", actor=actor)
    if revision.change_extended_days or revision.change_on is None:
        raise RuleBroken("catalog.extended_already")
    if revision.change_done_on is not None:
        raise RuleBroken("catalog.update_filed_already", day=revision.change_done_on.isoformat())
    if revision.due_on is not None and clock.today() > revision.due_on:
        raise RuleBroken("catalog.extension_too_late", due_on=revision.due_on.isoformat())
    limit = limit_for(UPDATE, on=revision.change_on, jurisdiction=revision.entry.provider.jurisdiction)
    revision.change_extended_days, revision.updated_at = limit.extension_days, clock.now()
    set_due(revision)
    revision.save()
    fact = events.ChangeExtended(entry, revision.number, limit.extension_days, reason.strip())
    _say(fact, revision, actor, clock)


@transaction.atomic
def name_source(*, entry: UUID, item_name: str, reason: str, actor: Actor, clock: Clock) -> UUID:
    """Name the entry that is the source of an item several departments hold (明确数源部门, 条例 19).

    It holds in the authority's own region; naming another entry takes the mark from the one before.
    """
    if not reason.strip() or not item_name.strip():
        raise RuleBroken("catalog.reason_missing")
    row = Entry.objects.select_for_update(of=("self",)).select_related("provider").filter(pk=entry).first()
    if row is None:
        raise NotFound("catalog.no_entry", which=str(entry))
    if not actor.roles & AUTHORITY_ROLES or not is_authority_over(actor, row):
        raise NotAllowed("catalog.not_your_part", code=row.guide_code)
    place, item = actor.jurisdiction, item_name.strip()[:100]
    naming = SourceNaming.objects.filter(jurisdiction=place, item_name=item).select_related("entry").first()
    before = naming.entry if naming else None
    naming = naming or SourceNaming(id=new_id(clock.now()), jurisdiction=place, item_name=item)
    naming.entry, naming.reason = row, reason.strip()[:500]
    naming.named_by, naming.named_at = person(actor), clock.now()
    naming.save()
    for changed in (before, row) if before else (row,):
        changed.is_source = SourceNaming.objects.filter(entry=changed).exists()
        changed.save(update_fields=["is_source"])
    fact = events.SourceNamed(row.id, naming.item_name, naming.reason)
    record(fact, actor=actor, clock=clock, jurisdiction=row.provider.jurisdiction)
    return naming.id


def _supersede(entry: UUID, actor: Actor, clock: Clock) -> None:
    rows = Revision.objects.select_for_update(of=("self",)).select_related("entry__provider")
    for old in rows.filter(entry=entry, state__in=sorted(CURRENT_STATES)):
        step = ENTRY.step("supersede", state=EntryState(old.state), roles=actor.roles)
        old.state, old.updated_at = step.target, clock.now()
        set_due(old)
        old.save()
        indexing.keep(old)
        _say(events.EntrySuperseded(entry, old.number), old, actor, clock)


def _say(fact: Event, revision: Revision, actor: Actor, clock: Clock) -> None:
    record(fact, actor=actor, clock=clock, jurisdiction=revision.entry.provider.jurisdiction)
