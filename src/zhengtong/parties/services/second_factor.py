"""The second factor (动态口令): time-based one-time passwords (RFC 6238) beside the password.

The secret is sealed in its column.  A code counts once: the step it belongs to is kept.  A lost device is put right
by the security administrator, never by the person alone.
"""

from dataclasses import dataclass
from uuid import UUID

import segno
from django.contrib.auth.hashers import check_password as password_matches
from django.contrib.auth.hashers import make_password
from django.db import transaction
from pyotp import random_base32
from pyotp.totp import TOTP
from pyotp.utils import strings_equal

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties import events
from zhengtong.parties.models import Account
from zhengtong.parties.rules import Role
from zhengtong.parties.services.attempts import locked, missed
from zhengtong.parties.services.registering import check_password, only

ISSUER = "政通"
STEP_S = 30
STEPS_AROUND = 1  # how far the clock of a telephone may be off: one step either way
QR_SCALE = 4


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the person puts into an authenticator: the secret, and the same as a picture (SVG)."""

    secret: str
    picture: str


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What a person sees of the own account."""

    login: str
    is_demo: bool
    has_second_factor: bool


def own_account(*, account: UUID) -> AccountCard:
    """The own account.  Raises NotFound."""
    row = _row(account)
    return AccountCard(row.login, row.is_demo, row.second_factor_on is not None)


def prove_again(*, account: UUID, password: str, clock: Clock) -> None:
    """Have the person type the password again before the account itself is changed (再次验证); misses are counted.

    Raises:
        NotAllowed: wrong, or the account is locked after too many misses.
        RuleBroken: a demo account has no password.
    """
    refused = _proved(account, password, clock)  # its own transaction: a refusal must not undo the count
    if refused is not None:
        raise refused


@transaction.atomic
def _proved(account: UUID, password: str, clock: Clock) -> NotAllowed | None:
    row = _row(account, lock=True)
    if row.is_demo:
        raise RuleBroken("parties.demo_account_without_password")
    if refused := locked(row, clock):
        return refused
    if not password_matches(password, row.password):
        return missed(row, "parties.old_password_wrong", clock)
    return None


@transaction.atomic
def begin_second_factor(*, account: UUID) -> Enrolment:
    """Make a secret that does not count yet (开始绑定), after `prove_again`.  Raises WrongState if one counts."""
    row = _row(account, lock=True)
    if row.second_factor_on is not None:
        raise WrongState("parties.second_factor_held")
    row.second_factor = random_base32()
    row.save(update_fields=["second_factor"])
    return Enrolment(row.second_factor, _picture(row))


@transaction.atomic
def confirm_second_factor(*, account: UUID, code: str, actor: Actor, clock: Clock) -> None:
    """Let the secret count from now on, once a code shows that it arrived (确认绑定).

    Raises:
        WrongState: nothing was begun, or one counts already.
        RuleBroken: the code does not fit.
    """
    row = _row(account, lock=True)
    if not row.second_factor or row.second_factor_on is not None:
        raise WrongState("parties.second_factor_held")
    step = fitting_step(row.second_factor, code, clock=clock)
    if step is None:
        raise RuleBroken("parties.code_wrong")
    row.second_factor_on, row.second_factor_step = clock.now(), step
    row.save(update_fields=["second_factor_on", "second_factor_step"])
    record(events.SecondFactorSet(row.id), actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


@transaction.atomic
def reset_second_factor(*, login: str, reason: str, actor: Actor, clock: Clock) -> None:
    """Take a lost second factor away, as the security administrator (解除绑定); the password stays.

    Raises:
        NotAllowed: another role.
        NotFound, WrongState: no such account; it has none.
        RuleBroken: no reason is given.
    """
    only(actor, Role.SECURITY_ADMIN)
    row = Account.objects.select_for_update().filter(login=login).first()
    if row is None:
        raise NotFound("parties.no_account", login=login[:60])
    if row.second_factor_on is None:
        raise WrongState("parties.second_factor_none")
    if not reason.strip():
        raise RuleBroken("parties.reset_needs_reason")
    row.second_factor, row.second_factor_on, row.second_factor_step = "", None, 0
    row.save(update_fields=["second_factor", "second_factor_on", "second_factor_step"])
    fact = events.SecondFactorReset(row.id, reason.strip()[:300])
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


@transaction.atomic
def change_own_password(*, account: UUID, new: str, actor: Actor, clock: Clock) -> str:
    """Give oneself a new password (修改密码), after `prove_again`; other sessions end.

    Returns the stamp that the own session goes on with.

    Raises:
        RuleBroken: the new one is weak or the old one; a demo account has none.
    """
    row = _row(account, lock=True)
    if row.is_demo:
        raise RuleBroken("parties.demo_account_without_password")
    if password_matches(new, row.password):
        raise RuleBroken("parties.password_unchanged")
    check_password(new)
    row.password = make_password(new)
    row.save(update_fields=["password"])
    record(events.AccountPasswordSet(row.id), actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.get_session_auth_hash()


def fitting_step(secret: str, code: str, *, clock: Clock, after: int = 0) -> int | None:
    """The step a code belongs to, around now and later than `after`; None if it fits none (RFC 6238 §5.2)."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdecimal()):
        return None
    now = int(clock.now().timestamp()) // STEP_S
    made = TOTP(secret, interval=STEP_S)
    for step in range(now - STEPS_AROUND, now + STEPS_AROUND + 1):
        if step > after and strings_equal(made.at(step * STEP_S), digits):
            return step
    return None


def _row(account: UUID, *, lock: bool = False) -> Account:
    rows = Account.objects.select_for_update() if lock else Account.objects.all()
    row = rows.filter(pk=account, is_active=True).first()
    if row is None:
        raise NotFound("parties.no_account", login=str(account))
    return row


def _picture(row: Account) -> str:
    address = TOTP(row.second_factor).provisioning_uri(name=row.login, issuer_name=ISSUER)
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_inline(scale=QR_SCALE, border=2, title="QR"))
