"""Admission (准入): may this message be answered, by grant, ceiling and today's measure; the INTENT.

Runs as one journal step: what it decides and what it counts are durable together with the intent.
"""

from dataclasses import dataclass

from zhengtong.kernel.clock import legal_day
from zhengtong.kernel.errors import NotAllowed, PlatformError
from zhengtong.node import accounts, refusals
from zhengtong.node.bindings import SourceBinding, source_binding
from zhengtong.node.core import Core
from zhengtong.node.entries import intent_record
from zhengtong.node.incoming import Received
from zhengtong.node.journal_thread import Step
from zhengtong.node.refusals import Refusal
from zhengtong.wire.canonical import instant
from zhengtong.wire.ceiling import Accept, exceeds
from zhengtong.wire.decision import Ask, Refused, decide
from zhengtong.wire.grant import Grant, GrantField
from zhengtong.wire.records import Record, subject_hmac


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What admission found: either the fields that may be read, or the refusal; the intent in any case."""

    index: int
    intent: Record
    grant: Grant | None
    number: str
    digest: str = ""
    binding: SourceBinding | None = None
    fields: tuple[GrantField, ...] = ()
    rows_max: int | None = None
    refusal: Refusal | None = None


def admit(core: Core, step: Step, received: Received, ask: Ask, *, subject: str) -> Admitted:
    """Decide and write the intent.  Raises NotAllowed for a replayed message, which gets no intent."""
    e, now = received.envelope, received.now
    if not accounts.first_time(step.db, peer=e.sender, message=e.id, now=now):
        raise NotAllowed("wire.refused_replay", id=e.id)
    grant = received.view.grants.get(e.grant or "")
    if grant is not None and grant.provider != core.code:
        grant = None
    day = legal_day(now)
    digest = subject_hmac(core.home.subject_key(day.year), subject) if subject else None
    intent = intent_record(received, grant=grant, subject=digest, fields=ask.fields)
    index = accounts.open_intent(step, intent)
    if grant is None:
        refusal = Refusal(
            key="wire.refused_no_grant", facts={"number": e.grant or "-", "grant": e.grant or "-"}, at="provider"
        )
        return Admitted(index=index, intent=intent, grant=None, number=e.grant or "", refusal=refusal)
    new = digest is None or accounts.subject_is_new(step.db, grant.id, day, digest)
    asked = Ask(
        mode=ask.mode, consumer=ask.consumer, system=ask.system, purpose=ask.purpose, case_ref=ask.case_ref,
        fields=ask.fields, lookup=ask.lookup, subject_is_new=new,
    )  # fmt: skip
    decision = decide(
        grant, asked, usage=accounts.usage(step.db, grant.id, day), now=now,
        directory_issued_at=received.view.members.issued_at,
    )  # fmt: skip
    if isinstance(decision, Refused):
        return Admitted(index=index, intent=intent, grant=grant, number=grant.number, refusal=refusal_of(decision))
    binding, refusal = within_ceiling(step, received, grant)
    refusal = refusal or _misnamed(received, grant)
    if refusal is None:
        accounts.count(step.db, grant.id, day, calls=1, subject=digest)
    return Admitted(
        index=index, intent=intent, grant=grant, number=grant.number,
        digest=received.view.digests[grant.id], binding=binding, fields=decision.fields,
        rows_max=decision.rows_max, refusal=refusal,
    )  # fmt: skip


def refusal_of(refused: Refused) -> Refusal:
    """A decision's refusal as the provider tells it."""
    return Refusal(key=refused.key, facts=refused.facts, at="provider")


def within_ceiling(step: Step, received: Received, grant: Grant) -> tuple[SourceBinding | None, Refusal | None]:
    """The binding of the resource, and the refusal if the department's own word forbids what was granted."""
    try:
        binding = source_binding(step.db, grant.resource)
    except PlatformError as error:
        return None, refusals.of_error(error, at="provider")
    beyond = exceeds(grant, binding.ceiling)
    if beyond:
        return binding, Refusal(key=beyond[0].key, facts=beyond[0].facts, at="provider")
    if binding.ceiling.accept is Accept.CONFIRM and not _confirmed(step, received, grant):
        return binding, Refusal(key="node.grant_unconfirmed", facts={"number": grant.number}, at="provider")
    return binding, None


def other_version(received: Received, grant: Grant) -> Refusal | None:
    """The refusal of a message that names another version of the grant than the one in force."""
    if received.envelope.grant_digest == received.view.digests[grant.id]:
        return None
    return Refusal(key="node.grant_versions_differ", facts={"number": grant.number}, status=409, at="provider")


def _misnamed(received: Received, grant: Grant) -> Refusal | None:
    """The refusal of an ask that names another version of the grant, or another contract than the grant's."""
    wrong = other_version(received, grant)
    if wrong is None and received.envelope.contract != grant.contract_digest:
        return Refusal(key="wire.refused_contract", facts={"number": grant.number}, at="provider")
    return wrong


def _confirmed(step: Step, received: Received, grant: Grant) -> bool:
    """Whether the department confirmed exactly this grant; a changed grant asks again."""
    digest = received.view.digests[grant.id]
    row = step.db.execute("SELECT digest, confirmed_at FROM confirmation WHERE grant_id = ?", (grant.id,)).fetchone()
    if row is not None and row["digest"] == digest:
        return bool(row["confirmed_at"])
    step.db.execute(
        "INSERT OR REPLACE INTO confirmation (grant_id, digest, resource, consumer, asked_at) VALUES (?, ?, ?, ?, ?)",
        (grant.id, digest, grant.resource, grant.consumer, instant(received.now)),
    )
    return False
