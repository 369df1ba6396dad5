"""From the department to the authority (审核、报送): the head of the department signs, 条例 13."""

from uuid import UUID

from django.db import transaction

from zhengtong.catalog import events
from zhengtong.catalog.models import Revision
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.changes import open_breaks
from zhengtong.catalog.queries.derivations import consent_states
from zhengtong.catalog.rules import EntryState, entry_findings
from zhengtong.catalog.rules.derivations import check_consents
from zhengtong.catalog.services.assessing import state_assessments
from zhengtong.catalog.services.clocks import set_due
from zhengtong.catalog.services.moves import acts_of, open_revision, person, step_of
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.events import Event
from zhengtong.parties.rules import check_separation
from zhengtong.standards.rules import Severity
from zhengtong.standards.tables import profile


@transaction.atomic
def submit(*, entry: UUID, actor: Actor, clock: Clock) -> None:
    """Send the draft to the head of the department (提交部门负责人审核).

    Raises:
        RuleBroken: an assessment is missing or older than an item, or the terms break art. 13 to 15; the first fault.
    """
    revision = open_revision(entry, actor=actor)
    step = step_of(revision, "submit", actor=actor)
    _check_content(revision)
    state_assessments(revision, actor=actor, clock=clock)
    revision.state, revision.updated_at = step.target, clock.now()
    revision.save(update_fields=["state", "updated_at"])
    _say(events.EntrySubmitted(entry, revision.number), revision, actor, clock)


@transaction.atomic
def sign(*, entry: UUID, actor: Actor, clock: Clock) -> None:
    """Agree to the entry as head of the department and report it to the authority (审核同意并报送, 条例 13、16).

    Raises:
        RuleBroken: the signer also drafted it, or the content no longer passes its checks.
    """
    revision = open_revision(entry, actor=actor)
    step = step_of(revision, "sign", actor=actor)
    check_separation(acts_of(revision), act="sign_entry", actor=actor)
    _check_content(revision)
    today = clock.today()
    revision.state, revision.signed_by, revision.signed_for = step.target, person(actor), actor.acting_for
    revision.submitted_on, revision.decided_on, revision.return_reason = today, None, ""
    revision.updated_at = clock.now()
    set_due(revision)
    revision.save()
    _say(events.EntrySigned(entry, revision.number, today), revision, actor, clock)
    _stop_update_clock(revision, actor, clock)


@transaction.atomic
def return_(*, entry: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Send the entry back to be changed, with the reason (退回修改)."""
    if not reason.strip():
        raise RuleBroken("catalog.reason_missing")
    revision = open_revision(entry, actor=actor)
    step = step_of(revision, "return", actor=actor)
    by_authority = revision.state == EntryState.AUTHORITY_REVIEW
    revision.state, revision.return_reason, revision.updated_at = step.target, reason.strip(), clock.now()
    revision.decided_on = clock.today() if by_authority else revision.decided_on
    set_due(revision)
    revision.save()
    fact = events.EntryReturned(entry, revision.number, clock.today(), by_authority, reason.strip())
    _say(fact, revision, actor, clock)
    if by_authority:
        _run_update_clock_on(revision, actor, clock)


def _check_content(revision: Revision) -> None:
    name = revision.entry.provider.name
    found = entry_findings(drafts.read(revision), provider_name=name, profile=profile())
    errors = [f for f in found if f.severity is Severity.ERROR]
    if not errors:
        check_consents(consent_states(entry=revision.entry_id))
    if not errors and open_breaks(revision):
        raise RuleBroken("catalog.breaking_needs_date")
    if errors:
        first = errors[0]
        raise RuleBroken(
            "catalog.not_ready", count=len(errors), first_zh=first.message("zh"), first_en=first.message("en"),
            remedy_zh=first.remedy("zh"), remedy_en=first.remedy("en"),
        )  # fmt: skip


def _stop_update_clock(revision: Revision, actor: Actor, clock: Clock) -> None:
    """The new revision answers the reported change: the department's clock stops (条例 17)."""
    rows = Revision.objects.filter(entry=revision.entry_id, state=EntryState.CHANGE_DUE, change_done_on=None)
    for current in rows.select_related("entry__provider"):
        current.change_done_on = clock.today()
        set_due(current)
        current.save(update_fields=["change_done_on", "due_on", "due_provisional"])
        _say(events.ChangeFiled(revision.entry_id, current.number, clock.today()), current, actor, clock)


def _run_update_clock_on(revision: Revision, actor: Actor, clock: Clock) -> None:
    """What does not pass is no update: the department's clock runs on as if it had not been filed (条例 17) [D]."""
    rows = Revision.objects.filter(entry=revision.entry_id, state=EntryState.CHANGE_DUE, change_done_on__isnull=False)
    for current in rows.select_related("entry__provider"):
        current.change_done_on = None
        set_due(current)
        current.save(update_fields=["change_done_on", "due_on", "due_provisional"])
        _say(events.ChangeOwedAgain(revision.entry_id, current.number, clock.today()), current, actor, clock)


def _say(fact: Event, revision: Revision, actor: Actor, clock: Clock) -> None:
    record(fact, actor=actor, clock=clock, jurisdiction=revision.entry.provider.jurisdiction)
