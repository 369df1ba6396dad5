"""Saying where an entry's data come from, and the provider's consent (二次共享办理, 条例 第二十五条)."""

from uuid import UUID

from django.db import transaction

from zhengtong.catalog import events
from zhengtong.catalog.models import Derivation, Entry
from zhengtong.catalog.queries.derivations import side_of
from zhengtong.catalog.queries.rows import CURRENT, revisions
from zhengtong.catalog.rules.derivations import DERIVATION, DerivationState, check_derivation
from zhengtong.catalog.services.moves import person
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role, role_label

DERIVATIONS_MAX = 50  # of one entry


@transaction.atomic
def ask_derivation(*, entry: UUID, source: UUID, text: str, actor: Actor, clock: Clock) -> UUID:
    """Say that an own entry's data come from another department's published entry, and ask its consent (请求同意).

    Until it is given the entry does not leave its department (`submit`, `sign`).

    Raises:
        NotAllowed: not a data officer.
        NotFound: the entry is not the department's own; the source is not published.
        RuleBroken: nothing says which data; the source is one's own; it was said already; too many.
    """
    if actor.organization is None or not actor.has(Role.DATA_OFFICER):
        role = Role.DATA_OFFICER
        raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))
    own = Entry.objects.select_for_update(of=("self",)).filter(pk=entry, provider=actor.organization).first()
    if own is None:
        raise NotFound("catalog.no_entry", which=str(entry))
    held = revisions().filter(entry=source, state__in=CURRENT).first()
    if held is None:
        raise NotFound("catalog.not_published")
    check_derivation(text=text, is_own=held.entry.provider_id == actor.organization)
    live = Derivation.objects.filter(entry=own).exclude(state=str(DerivationState.ENDED))
    if live.filter(source=source).exists():
        raise RuleBroken("catalog.derivation_twice")
    if live.count() >= DERIVATIONS_MAX:
        raise RuleBroken("catalog.derivation_too_many", most=DERIVATIONS_MAX)
    row = Derivation.objects.create(
        id=new_id(clock.now()), entry=own, source_id=source, text=text.strip(), state=DERIVATION.start,
        asked_on=clock.today(), asked_by=person(actor),
    )  # fmt: skip
    fact = events.DerivationAsked(row.id, entry=own.id, source=source, text=row.text, asked_on=row.asked_on)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.id


@transaction.atomic
def answer_derivation(*, derivation: UUID, verb: str, answer: str, actor: Actor, clock: Clock) -> None:
    """Consent or refuse, as the provider, or end it, as whoever asked (同意、不同意、不再使用).

    Raises:
        NotFound: no such derivation, or not this side's to answer.
        WrongState, NotAllowed: not from this state; not in these roles.
        RuleBroken: nothing is said.
    """
    rows = Derivation.objects.select_for_update(of=("self",)).select_related("entry__provider", "source__provider")
    row = rows.filter(pk=derivation).first()
    if row is None or actor.organization is None or actor.organization != side_of(verb, row):
        raise NotFound("catalog.no_derivation")
    row.state = DERIVATION.step(verb, state=DerivationState(row.state), roles=actor.roles).target
    check_derivation(text=answer, is_own=False)
    row.answer, row.answered_on, row.answered_by = answer.strip(), clock.today(), person(actor)
    today = clock.today()
    if row.state == DerivationState.ENDED:
        row.ended_on = today
        fact: Event = events.DerivationEnded(
            row.id, entry=row.entry_id, source=row.source_id, answer=row.answer, ended_on=today
        )
    else:
        fact = events.DerivationAnswered(
            row.id, entry=row.entry_id, source=row.source_id, state=row.state, answer=row.answer, answered_on=today
        )
    row.save()
    record(fact, actor=actor, clock=clock, jurisdiction=row.entry.provider.jurisdiction)
