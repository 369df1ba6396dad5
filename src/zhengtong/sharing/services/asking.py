"""What a provider may ask before it replies (条例 第二十一条): the one supplement notice, more days."""

from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken, WrongState
from zhengtong.sharing.events import ExtensionAsked, ExtensionDeclined, RequestExtended, SupplementAsked
from zhengtong.sharing.models import Extension, SharingRequest, Supplement
from zhengtong.sharing.queries.clockwork import reply_limit
from zhengtong.sharing.queries.forms_of import form_of
from zhengtong.sharing.rules import RequestState, check_agreed_in_time, check_apart, check_extension, check_supplement
from zhengtong.sharing.services.finding import hands, keep, keep_clock, officer_of, put_hand, request_for


@transaction.atomic
def ask_supplement(*, request: UUID, missing: tuple[str, ...], note: str, actor: Actor, clock: Clock) -> None:
    """Tell the consumer once, for everything, what is missing (一次性告知, 条例 第二十一条).

    Raises:
        RuleBroken: a notice was already given; it names nothing; it leaves out something visibly missing;
            it names something filled in without saying what is wanting.
    """
    row = request_for("ask_supplement", request=request, actor=actor)
    check_supplement(already_asked=hasattr(row, "supplement"), missing=missing, note=note, form=form_of(row))
    row.supplement = Supplement.objects.create(
        request=row,
        missing=list(missing),
        note=note.strip(),
        asked_on=clock.today(),
        asked_at=clock.now(),
        asked_by=officer_of(actor),
    )
    row.state = RequestState.SUPPLEMENT_ASKED
    keep_clock(row, on=clock.today())
    keep(row)
    fact = SupplementAsked(row.id, number=row.number, missing=missing, asked_on=clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def ask_extension(*, request: UUID, days: int, reason: str, actor: Actor, clock: Clock) -> None:
    """Ask the authority for more working days to reply (报请延长, 条例 第二十一条).

    Raises:
        RuleBroken: beyond the limit's own days, without a reason, a second time, or once the reply is late.
    """
    row = request_for("ask_extension", request=request, actor=actor)
    check_extension(
        days=days,
        reason=reason,
        limit=reply_limit(row),
        due_on=row.due_on,
        on=clock.today(),
        asked_before=row.extensions.exclude(agreed=False).exists(),
    )
    Extension.objects.create(
        request=row,
        days=days,
        reason=reason.strip(),
        asked_on=clock.today(),
        asked_at=clock.now(),
        asked_by=officer_of(actor),
    )
    put_hand(row, "ask_extension", actor)
    keep(row)
    fact = ExtensionAsked(row.id, number=row.number, days=days, reason=reason.strip(), asked_on=clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def agree_extension(*, request: UUID, actor: Actor, clock: Clock) -> None:
    """Agree, as the authority, to a longer reply (同意延长); the event tells the requester (并告知需求部门).

    Raises:
        WrongState: nothing was asked for.
        RuleBroken: the reply is late already; the same person asked for it.
    """
    row = request_for("agree_extension", request=request, actor=actor)
    asked = _asked_extension(row)
    check_apart("agree_extension", actor=actor, done=hands(row))
    check_agreed_in_time(due_on=row.due_on, provisional=row.due_provisional, on=clock.today())
    asked.agreed, asked.answered_on, asked.answered_at, asked.answered_by = (
        True,
        clock.today(),
        clock.now(),
        officer_of(actor),
    )
    asked.save()
    row.state = RequestState.EXTENDED
    keep_clock(row, on=clock.today())
    keep(row)
    fact = RequestExtended(
        row.id,
        number=row.number,
        consumer=row.consumer_id,
        days=asked.days,
        reason=asked.reason,
        extended_on=clock.today(),
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def decline_extension(*, request: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Decline, as the authority, a longer reply (不同意延长); the clock runs on as before."""
    row = request_for("decline_extension", request=request, actor=actor)
    asked = _asked_extension(row)
    if not reason.strip():
        raise RuleBroken("sharing.act_needs_reason")
    asked.agreed, asked.answer_reason = False, reason.strip()
    asked.answered_on, asked.answered_at, asked.answered_by = clock.today(), clock.now(), officer_of(actor)
    asked.save()
    keep(row)
    fact = ExtensionDeclined(row.id, number=row.number, reason=asked.answer_reason)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


def _asked_extension(row: SharingRequest) -> Extension:
    asked = row.extensions.filter(agreed__isnull=True).first()
    if asked is None:
        raise WrongState("sharing.no_extension_asked", number=row.number)
    return asked
