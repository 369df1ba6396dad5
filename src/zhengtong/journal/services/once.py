"""Idempotency keys (幂等键): a retried submission gets the first answer, and nothing is done twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from zhengtong.journal.models import OnceKey
from zhengtong.journal.rules import ANSWER_BYTES_MAX, ONCE_HOURS, bounded_json, check_once_key
from zhengtong.journal.services.events import must_be_in_transaction
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.events import JsonValue


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answered; `replayed` if it is the stored answer of an earlier call."""

    status: int
    body: JsonValue
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class OnceResult:
    """`fresh`: do the work and call `answered`.  Else `answer` is what the first call said."""

    fresh: bool
    answer: Answer | None = None


@transaction.atomic
def run_once(key: str, *, actor: Actor, clock: Clock, body_digest: str, act: Callable[[], Answer]) -> Answer:
    """Do a piece of work once for a key, in one transaction with its answer (一次办理).

    Raises:
        RuleBroken: the key has a bad shape, or came before with another body.
        Whatever `act` raises; then nothing is remembered and the key is free for a retry.
    """
    asked = once(key, actor=actor, clock=clock, body_digest=body_digest)
    if asked.answer is not None:
        return asked.answer
    answer = act()
    answered(key, actor=actor, answer=answer)
    return answer


def once(key: str, *, actor: Actor, clock: Clock, body_digest: str) -> OnceResult:
    """Claim a key inside the caller's transaction, or give the stored answer (占用幂等键).

    Two calls at once: the second waits at the unique row until the first has committed.
    """
    must_be_in_transaction("once")
    check_once_key(key)
    scope, now = _scope(actor), clock.now()
    OnceKey.objects.filter(scope=scope, key=key, expires_at__lte=now).delete()
    made = OnceKey(scope=scope, key=key, body_digest=body_digest, expires_at=now + timedelta(hours=ONCE_HOURS))
    OnceKey.objects.bulk_create([made], ignore_conflicts=True)
    held = OnceKey.objects.select_for_update().get(scope=scope, key=key)
    if held.body_digest != body_digest:
        raise RuleBroken("journal.key_reused", once_key=key)
    if held.status is None:
        return OnceResult(fresh=True)
    return OnceResult(fresh=False, answer=Answer(held.status, held.body, replayed=True))


def answered(key: str, *, actor: Actor, answer: Answer) -> None:
    """Keep the answer of a claimed key, in the same transaction."""
    must_be_in_transaction("answered")
    kept = bounded_json(answer.body, name="answer", most=ANSWER_BYTES_MAX)
    OnceKey.objects.filter(scope=_scope(actor), key=key).update(status=answer.status, body=kept)


def _scope(actor: Actor) -> str:
    return f"officer:{actor.officer}" if actor.officer else f"organization:{actor.organization or 'system'}"
