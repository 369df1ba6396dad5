"""Drafting entries (编制目录): by the data officer of the department that holds the data."""

from dataclasses import replace
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from zhengtong.catalog import events
from zhengtong.catalog.models import Entry, Revision
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.rules import (
    ENTRY,
    OPEN_STATES,
    EntryDraft,
    guide_code_is_valid,
    guide_code_of,
    guide_prefix_is_valid,
)
from zhengtong.catalog.services import content as contents
from zhengtong.catalog.services import indexing
from zhengtong.catalog.services.clocks import set_due
from zhengtong.catalog.services.following import tell_subscribers
from zhengtong.catalog.services.moves import current_revision, open_revision, person, step_of
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, RuleBroken, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role, role_label


@transaction.atomic
def draft(*, content: EntryDraft, actor: Actor, clock: Clock) -> UUID:
    """Draft a new entry of the actor's own department (编制目录条目).  It need not be complete yet.

    Raises:
        NotAllowed: the actor is no data officer of a department.
        RuleBroken: the code is malformed or taken, a text too long, a name missing.
        NotFound: an origin is no document of the department's own matters.
    """
    if not actor.has(Role.DATA_OFFICER) or actor.organization is None:
        role = Role.DATA_OFFICER
        raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))
    if not content.name.strip():
        raise RuleBroken("catalog.name_missing")
    now = clock.now()
    entry = Entry(
        id=new_id(now), guide_code=_code(content), short_code=content.short_code.strip(),
        provider_id=actor.organization, created_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        raise RuleBroken("catalog.code_taken", code=entry.guide_code, short=entry.short_code or "—") from None
    _start_revision(entry, 1, content, actor=actor, clock=clock)
    fact = events.EntryDrafted(entry.id, 1, entry.guide_code, entry.provider_id)
    record(fact, actor=actor, clock=clock, jurisdiction=entry.provider.jurisdiction)
    return entry.id


@transaction.atomic
def edit(*, entry: UUID, content: EntryDraft, actor: Actor, clock: Clock) -> None:
    """Replace the content of the open revision (修改草稿); a returned one becomes a draft again."""
    revision = open_revision(entry, actor=actor)
    step = step_of(revision, "edit", actor=actor)
    if not content.name.strip():
        raise RuleBroken("catalog.name_missing")
    revision.state = step.target
    revision.drafted_by, revision.drafted_for = person(actor), actor.acting_for
    contents.write(revision, content, at=clock.now())
    _say(events.EntryEdited(entry, revision.number), revision, actor, clock)


@transaction.atomic
def revise(*, entry: UUID, actor: Actor, clock: Clock) -> int:
    """Start a new revision from the published one, which stays current meanwhile (编制新版).  Returns its number."""
    current = current_revision(entry, actor=actor)
    step_of(current, "revise", actor=actor)
    if Revision.objects.filter(entry=entry, state__in=sorted(OPEN_STATES)).exists():
        raise WrongState("catalog.revision_open_already")
    number = (Revision.objects.filter(entry=entry).aggregate(n=Max("number"))["n"] or 0) + 1
    _start_revision(current.entry, number, replace(drafts.read(current), breaking_on=None), actor=actor, clock=clock)
    _say(events.EntryRevised(entry, number, current.number), current, actor, clock)
    return number


@transaction.atomic
def withdraw(*, entry: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Withdraw a revision (撤回): a department discards its own draft, the authority what is published.

    A draft in work does not keep the authority from withdrawing the published revision.
    """
    if not reason.strip():
        raise RuleBroken("catalog.reason_missing")
    has_open = Revision.objects.filter(entry=entry, state__in=sorted(OPEN_STATES)).exists()
    discards = has_open and actor.has(Role.DATA_OFFICER)
    revision = open_revision(entry, actor=actor) if discards else current_revision(entry, actor=actor)
    step = step_of(revision, "withdraw", actor=actor)
    revision.state, revision.return_reason, revision.updated_at = step.target, reason.strip(), clock.now()
    set_due(revision)
    revision.save()
    indexing.keep(revision)
    if not discards:
        tell_subscribers(revision, actor=actor, clock=clock)
    _say(events.EntryWithdrawn(entry, revision.number, clock.today(), reason.strip()), revision, actor, clock)


def _start_revision(entry: Entry, number: int, content: EntryDraft, *, actor: Actor, clock: Clock) -> Revision:
    revision = Revision(
        id=new_id(clock.now()), entry=entry, number=number, state=ENTRY.start,
        drafted_by=person(actor), drafted_for=actor.acting_for, updated_at=clock.now(),
    )  # fmt: skip
    contents.write(revision, content, at=clock.now())
    return revision


def _code(content: EntryDraft) -> str:
    if content.guide_code:
        if not guide_code_is_valid(content.guide_code):
            raise RuleBroken("catalog.code_malformed", code=content.guide_code[:64])
        return content.guide_code
    if not guide_prefix_is_valid(content.guide_prefix):
        raise RuleBroken("catalog.code_malformed", code=content.guide_prefix[:64] or "—")
    held = Entry.objects.filter(guide_code__startswith=content.guide_prefix + "/").values_list("guide_code", flat=True)
    last = max((int(code.partition("/")[2]) for code in held), default=0)
    return guide_code_of(content.guide_prefix, last + 1)


def _say(
    fact: events.EntryEdited | events.EntryRevised | events.EntryWithdrawn,
    revision: Revision,
    actor: Actor,
    clock: Clock,
) -> None:
    record(fact, actor=actor, clock=clock, jurisdiction=revision.entry.provider.jurisdiction)
