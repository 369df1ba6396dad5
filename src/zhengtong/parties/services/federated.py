"""Signing in by the government's identity provider (统一身份认证登录): an identity is bound to an account by people.

Nobody is registered and no right is given because a provider says so: an identity that no security administrator
has bound signs nobody in.
"""

from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties import events
from zhengtong.parties.models import Account, FederatedIdentity, Seat
from zhengtong.parties.rules import Role
from zhengtong.parties.services.attempts import locked
from zhengtong.parties.services.registering import only
from zhengtong.parties.services.sign_in import CodeNeeded, SignedIn, welcome

SUBJECT_CHARS_MAX = 255


def with_identity(*, issuer: str, subject: str, clock: Clock) -> SignedIn | CodeNeeded:
    """Sign in whom a verified token names (统一身份认证登录); a second factor is still asked for.

    Raises:
        NotAllowed: nobody is bound to it, the account is closed or locked.
    """
    outcome = _attempt(issuer, subject, clock)  # its own transaction: a refusal must not undo its record
    if isinstance(outcome, NotAllowed):
        raise outcome
    return outcome


@transaction.atomic
def _attempt(issuer: str, subject: str, clock: Clock) -> SignedIn | CodeNeeded | NotAllowed:
    held = FederatedIdentity.objects.filter(issuer=issuer, subject=subject).first()
    rows = Account.objects.select_for_update().filter(is_active=True, is_demo=False)
    row = rows.filter(pk=held.account_id).first() if held else None
    if row is None:
        record(events.IdentityRefused(new_id(clock.now()), issuer), actor=SYSTEM, clock=clock, jurisdiction="")
        return NotAllowed("parties.identity_unbound", subject=subject)
    if refused := locked(row, clock):
        return refused
    if row.second_factor_on is not None:
        return CodeNeeded(row.id)
    return welcome(row, clock, by="identity")


@transaction.atomic
def bind_identity(*, login: str, issuer: str, subject: str, actor: Actor, clock: Clock) -> UUID:
    """Bind an identity of the provider to an account that exists, as the security administrator (绑定统一身份).

    Raises:
        NotAllowed: another role.
        NotFound: no such account.
        RuleBroken: it has no seat, is a demo account or the actor's own, or the identity is bound already.
    """
    only(actor, Role.SECURITY_ADMIN)
    row = Account.objects.select_for_update().filter(login=login, is_active=True).first()
    if row is None:
        raise NotFound("parties.no_account", login=login[:60])
    if row.is_demo:
        raise RuleBroken("parties.demo_account_without_password")
    if row.officer_id == actor.officer:
        raise RuleBroken("parties.identity_of_oneself")
    if not Seat.objects.filter(officer=row.officer_id).exists():
        raise RuleBroken("parties.identity_needs_seat", login=login)
    if not issuer or not 0 < len(subject.strip()) <= SUBJECT_CHARS_MAX:
        raise RuleBroken("parties.identity_malformed")
    taken = FederatedIdentity.objects.filter(issuer=issuer, subject=subject.strip())
    if taken.exists() or FederatedIdentity.objects.filter(issuer=issuer, account=row).exists():
        raise RuleBroken("parties.identity_taken", login=login)
    held = FederatedIdentity.objects.create(
        id=new_id(clock.now()), account=row, issuer=issuer, subject=subject.strip(), bound_at=clock.now(),
        bound_by=actor.officer,
    )  # fmt: skip
    record(events.IdentityBound(row.id, issuer), actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return held.id


@transaction.atomic
def release_identity(*, login: str, issuer: str, reason: str, actor: Actor, clock: Clock) -> None:
    """Take the binding away (解除绑定); the identity signs nobody in from then on.  Raises NotFound, RuleBroken."""
    only(actor, Role.SECURITY_ADMIN)
    row = FederatedIdentity.objects.select_for_update().filter(account__login=login, issuer=issuer).first()
    if row is None:
        raise NotFound("parties.identity_none", login=login[:60])
    if not reason.strip():
        raise RuleBroken("parties.reset_needs_reason")
    account = row.account_id
    row.delete()
    fact = events.IdentityReleased(account, issuer, reason.strip()[:300])
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
