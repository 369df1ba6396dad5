"""Signing in (登录): passwords with bounds, demo cards, and the record of both.

Refusals say the same for an unknown login and a wrong password, and cost the same time.
"""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import check_password as password_matches
from django.contrib.auth.hashers import make_password
from django.db import transaction

from zhengtong.journal import door
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.parties import events, queries
from zhengtong.parties.models import Account
from zhengtong.parties.services.attempts import locked, missed
from zhengtong.parties.services.second_factor import fitting_step

CODE_CHARACTERS_MAX = 20
PASSWORD_CHARACTERS_MAX = 200  # a bound on what one attempt can make us hash


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password was right and the account has a second factor: its code is still to come."""

    account: UUID


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account that proved itself, and the stamp that a session must carry."""

    account: UUID
    stamp: str


def with_password(*, login: str, password: str, clock: Clock) -> SignedIn | CodeNeeded:
    """Sign in with login and password (密码登录); an account with a second factor goes on with `with_code`.

    Raises:
        NotAllowed: unknown, closed, wrong, or locked after FAILED_SIGN_INS_MAX wrong attempts.
    """
    if len(password) > PASSWORD_CHARACTERS_MAX or not password:
        raise NotAllowed("parties.sign_in_refused")
    outcome = _attempt(login, password, clock)  # its own transaction: a refusal must not undo the count
    if isinstance(outcome, NotAllowed):
        raise outcome
    return outcome


def with_code(*, account: UUID, code: str, clock: Clock) -> SignedIn:
    """Finish signing in with a one-time code (动态口令), after `with_password` named the account.

    Raises:
        NotAllowed: wrong, used already, or locked after FAILED_SIGN_INS_MAX wrong attempts of either kind.
    """
    outcome = _second_attempt(account, code, clock)
    if isinstance(outcome, NotAllowed):
        raise outcome
    return outcome


@transaction.atomic
def with_card(*, account: UUID, clock: Clock) -> SignedIn:
    """Sign in with the card of a demo account (演示登录); only where ZHENGTONG_DEMO=1."""
    row = Account.objects.filter(pk=account, is_demo=True, is_active=True).first()
    if row is None or not door.is_demo():
        raise NotAllowed("parties.sign_in_refused")
    return welcome(row, clock, by="card")


def stamp_holds(*, account: UUID, stamp: str) -> bool:
    """Whether a session's stamp still fits its account: closing it or a new password ends its sessions."""
    row = Account.objects.filter(pk=account, is_active=True).first()
    return row is not None and (door.is_demo() or not row.is_demo) and row.get_session_auth_hash() == stamp


@transaction.atomic
def _attempt(login: str, password: str, clock: Clock) -> SignedIn | CodeNeeded | NotAllowed:
    row = Account.objects.select_for_update().filter(login=login[:60], is_active=True, is_demo=False).first()
    if row is None:
        make_password(password)  # spend what a real check spends
        return NotAllowed("parties.sign_in_refused")
    if refused := locked(row, clock):
        return refused
    if password_matches(password, row.password):
        return CodeNeeded(row.id) if row.second_factor_on is not None else welcome(row, clock, by="password")
    return missed(row, "parties.sign_in_refused", clock)


@transaction.atomic
def _second_attempt(account: UUID, code: str, clock: Clock) -> SignedIn | NotAllowed:
    row = Account.objects.select_for_update().filter(pk=account, is_active=True, is_demo=False).first()
    if row is None or row.second_factor_on is None:
        return NotAllowed("parties.sign_in_refused")
    if refused := locked(row, clock):
        return refused
    step = fitting_step(row.second_factor, code[:CODE_CHARACTERS_MAX], clock=clock, after=row.second_factor_step)
    if step is None:
        return missed(row, "parties.code_refused", clock)
    row.second_factor_step = step
    row.save(update_fields=["second_factor_step"])
    return welcome(row, clock, by="password")


def welcome(row: Account, clock: Clock, *, by: str) -> SignedIn:
    """Let in an account that proved itself, in the caller's transaction; only a password forgets earlier misses."""
    row.last_login = clock.now()
    if by == "password":
        row.failed_sign_ins, row.locked_until = 0, None
    row.save(update_fields=["failed_sign_ins", "locked_until", "last_login"])
    own = queries.account_seats(account=row.id, on=clock.today())
    seat = own[0].seat if own else None
    organization = seat.organization if seat else None
    actor = Actor(row.officer_id, "", organization.id if organization else None, frozenset())
    fact = events.AccountSignedIn(row.id, seat.id if seat else None, by)
    record(fact, actor=actor, clock=clock, jurisdiction=organization.jurisdiction if organization else "")
    return SignedIn(row.id, row.get_session_auth_hash())
