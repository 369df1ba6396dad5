"""How a service reaches a revision and moves it: who may see it, whose part it is, which step.

Not an entry point: the use cases in this folder call it inside their transaction.
"""

from collections.abc import Iterable
from uuid import UUID

from zhengtong.catalog.events import EntryDrafted, EntryEdited, EntryRevised
from zhengtong.catalog.models import Entry, Revision
from zhengtong.catalog.rules import AUTHORITY_ROLES, CURRENT_STATES, ENTRY, OPEN_STATES, PROVIDER_ROLES, EntryState
from zhengtong.journal.queries import events_of
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotAllowed, NotFound, WrongState
from zhengtong.kernel.lifecycle import Step
from zhengtong.parties.queries import authority_of
from zhengtong.parties.rules import DoneAct

_WRITING = frozenset({EntryDrafted.NAME, EntryEdited.NAME, EntryRevised.NAME})


def open_revision(entry: UUID, *, actor: Actor) -> Revision:
    """The revision being worked on, locked.  Raises NotFound, or WrongState if none is open."""
    return _revision(entry, OPEN_STATES, actor, otherwise="catalog.nothing_open")


def current_revision(entry: UUID, *, actor: Actor) -> Revision:
    """The published revision, locked.  Raises NotFound, or WrongState if none is published."""
    return _revision(entry, CURRENT_STATES, actor, otherwise="catalog.nothing_published")


def step_of(revision: Revision, verb: str, *, actor: Actor) -> Step:
    """The step that a verb takes, if the actor's role and organization allow it.

    Raises:
        WrongState: the revision is in no state for this verb.
        NotAllowed: neither the role nor the organization is the right one.
    """
    step = ENTRY.step(verb, state=EntryState(revision.state), roles=actor.roles)
    held = step.by & actor.roles
    ours = held & PROVIDER_ROLES and actor.organization == revision.entry.provider_id
    reviewing = held & AUTHORITY_ROLES and is_authority_over(actor, revision.entry)
    if not (ours or reviewing):
        raise NotAllowed("catalog.not_your_part", code=revision.entry.guide_code)
    return step


def is_authority_over(actor: Actor, entry: Entry) -> bool:
    """Whether the actor works for the authority that reviews this entry: its own level's, else the nearest above."""
    authority = authority_of(jurisdiction=entry.provider.jurisdiction)
    return authority is not None and authority.id == actor.organization


def acts_of(revision: Revision) -> tuple[DoneAct, ...]:
    """Everybody who wrote this revision, and who signed it, for the separation of duties.

    Read from the events: the row only knows the last writer, and a last small edit by somebody
    else must not let the first writer sign.
    """
    wrote = (
        DoneAct("draft_entry", told.actor, told.acting_for)
        for told in events_of(revision.entry_id)
        if told.name in _WRITING and told.payload["number"] == revision.number and told.actor is not None
    )
    signed = (DoneAct("sign_entry", revision.signed_by, revision.signed_for),) if revision.signed_by else ()
    return (*wrote, *signed)


def person(actor: Actor) -> UUID:
    """The officer who acts.  Raises NotAllowed for the system: an entry is always some person's work."""
    if actor.officer is None:
        raise NotAllowed("catalog.person_needed")
    return actor.officer


def _revision(entry: UUID, states: Iterable[EntryState], actor: Actor, *, otherwise: str) -> Revision:
    rows = Revision.objects.select_for_update(of=("self",)).select_related("entry__provider")
    if found := rows.filter(entry=entry, state__in=sorted(states)).first():
        if actor.organization == found.entry.provider_id or is_authority_over(actor, found.entry):
            return found
        raise NotFound("catalog.no_entry", which=found.entry.guide_code if found.published_on else str(entry))
    if Entry.objects.filter(pk=entry).exists():
        raise WrongState(otherwise)
    raise NotFound("catalog.no_entry", which=str(entry))
