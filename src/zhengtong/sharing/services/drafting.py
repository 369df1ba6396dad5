"""The consumer's side of a request (提出申请, 条例 第二十条): draft, own approval, supplement, withdrawal."""

from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, RuleBroken, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import OrgKind, Role
from zhengtong.sharing.documents import form_to_json, uses_to_json
from zhengtong.sharing.events import (
    RenewalAsked,
    RequestDrafted,
    RequestOwnApproved,
    RequestReceived,
    RequestReturned,
    RequestSubmitted,
    RequestSupplemented,
    RequestWithdrawn,
)
from zhengtong.sharing.models import Register, Reply, RequestBeneficiary, RequestItem, SharingRequest
from zhengtong.sharing.offers import Offer, requestable
from zhengtong.sharing.queries.forms_of import form_of
from zhengtong.sharing.rules import (
    OPEN_STATES,
    TEXT_CHARS_MAX,
    RequestForm,
    RequestState,
    check_apart,
    check_can_be_sent,
    check_supplemented,
    reply_limit_id,
)
from zhengtong.sharing.services.finding import hands, keep, keep_clock, lift_hand, officer_of, put_hand, request_for
from zhengtong.sharing.services.following import follow
from zhengtong.wire import canonical, suites

NUMBER_DIGITS = 4
NUMBER_DIGITS_MAX = 9  # what the register's column holds on every store
REASON_CHARS_MIN = 2
FIRST_AGAIN = 2  # a request asked again after a dispute: 0008.2


@transaction.atomic
def draft_request(
    *, form: RequestForm, actor: Actor, clock: Clock, number: str = "", follows: UUID | None = None
) -> UUID:
    """Begin a request for an entry of the catalogue (起草申请).

    `number` is one a paper register has already given; left out, the next is taken.
    `follows` is the grant in force that it would renew or widen (续期、扩大, 条例 第二十五条).

    Raises:
        NotFound: no such published entry, or no such grant of the own organization.
        WrongState: the grant to follow is not in force.
        NotAllowed: the actor is not a data officer of a department.
        RuleBroken: the entry or an item is withheld, the resource is the department's own, the same
            request is already open, the number is taken, a bound is broken.
    """
    if Role.DATA_OFFICER not in actor.roles or actor.organization is None:
        raise NotAllowed("sharing.only_data_officers")
    offer = requestable(entry=form.entry)
    if offer.provider == actor.organization:
        raise RuleBroken("sharing.own_resource")
    check_can_be_sent(form, offered=offer.asked(), provider=offer.provider)
    now = clock.now()
    row = SharingRequest(
        id=new_id(now),
        number=_number(number),
        consumer_id=actor.organization,
        state=RequestState.DRAFT,
        drafted_at=now,
        drafted_by=officer_of(actor),
    )
    put_hand(row, "draft", actor)
    row.follows_id = follow(form, grant=follows, actor=actor) if follows else None
    _write(row, form, offer)
    row.save(force_insert=True)
    _write_parts(row, form, offer)
    _record_draft(row, form, actor=actor, clock=clock)
    if row.follows_id:
        fact = RenewalAsked(row.id, number=row.number, grant=row.follows_id)
        record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


@transaction.atomic
def update_draft(*, request: UUID, form: RequestForm, actor: Actor, clock: Clock, version: int | None = None) -> None:
    """Change a draft (修改草稿).  Raises as `draft_request`, and WrongState once it was submitted or changed."""
    row = request_for("submit", request=request, actor=actor, version=version)
    _rewrite(row, form)
    put_hand(row, "draft", actor)
    row.drafted_by = officer_of(actor)
    keep(row)
    _record_draft(row, form, actor=actor, clock=clock)


@transaction.atomic
def submit_to_own_head(*, request: UUID, actor: Actor, clock: Clock, version: int | None = None) -> None:
    """Put a draft before the head of the own sharing office (报本部门负责人), who sees its gaps."""
    row = request_for("submit", request=request, actor=actor, version=version)
    row.state, row.return_reason = RequestState.OWN_REVIEW, ""
    keep(row)
    record(RequestSubmitted(row.id, number=row.number), actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def return_to_officer(*, request: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Send a draft back to the own officer (退回修改).  Raises RuleBroken without a reason."""
    row = request_for("return", request=request, actor=actor)
    row.state, row.return_reason = RequestState.DRAFT, _reason(reason)
    keep(row)
    fact = RequestReturned(row.id, number=row.number, reason=row.return_reason)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def approve_own(*, request: UUID, actor: Actor, clock: Clock, version: int | None = None) -> None:
    """Agree, as head of the own sharing office, that the request goes out (本部门同意, 条例 第二十条).

    It reaches the provider in the same transaction: the reply clock starts today.

    Raises:
        RuleBroken: the head drafted it; an item has since been withheld; the same is already open.
    """
    row = request_for("approve", request=request, actor=actor, version=version)
    check_apart("approve", actor=actor, done=hands(row))
    form, offer = form_of(row), requestable(entry=row.entry_id)
    check_can_be_sent(form, offered=offer.asked(), provider=offer.provider)
    _write(row, form, offer)
    _write_parts(row, form, offer)
    row.approved_at, row.approved_by = clock.now(), officer_of(actor)
    put_hand(row, "approve", actor)
    record(RequestOwnApproved(row.id, number=row.number), actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    _receive(row, actor=actor, clock=clock)


def _receive(row: SharingRequest, *, actor: Actor, clock: Clock) -> None:
    """The provider has it: the clock of article 21 starts."""
    row.state = RequestState.RECEIVED
    today = clock.today()
    row.received_at, row.received_on = clock.now(), today
    keep_clock(row, on=clock.today())
    keep(row)
    fact = RequestReceived(
        row.id,
        number=row.number,
        consumer=row.consumer_id,
        provider=row.provider_id,
        limit_id=row.limit_id,
        received_on=today,
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


def receive_again(*, request: UUID, actor: Actor, clock: Clock) -> UUID:
    """Put a copy of a refused request before the provider (再次提交), in the caller's transaction.

    It keeps the number with .2 behind it, the hands in it, and the terms it was asked on.

    Raises:
        WrongState: the request is not refused.
        RuleBroken: an item has since been withheld, or the same is already open.
    """
    old = SharingRequest.objects.select_for_update().get(pk=request)
    if old.state != RequestState.REFUSED:
        raise WrongState("sharing.not_refused", number=old.number)
    form, offer, now = form_of(old), requestable(entry=old.entry_id), clock.now()
    check_can_be_sent(form, offered=offer.asked(), provider=offer.provider)
    again = SharingRequest.objects.filter(number__startswith=f"{old.number}.").count() + FIRST_AGAIN
    row = SharingRequest(
        id=new_id(now), number=f"{old.number}.{again}", consumer_id=old.consumer_id, state=RequestState.DRAFT,
        drafted_at=now, drafted_by=old.drafted_by, approved_at=now, approved_by=old.approved_by,
        hands={act: old.hands[act] for act in ("draft", "approve") if act in old.hands}, follows_id=old.follows_id,
    )  # fmt: skip
    _write(row, form, offer)
    row.save(force_insert=True)
    _write_parts(row, form, offer)
    _record_draft(row, form, actor=actor, clock=clock)
    if row.follows_id:
        told = RenewalAsked(row.id, number=row.number, grant=row.follows_id)
        record(told, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    record(RequestOwnApproved(row.id, number=row.number), actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    _receive(row, actor=actor, clock=clock)
    return row.id


def receive_taken_over(form: RequestForm, *, consumer: UUID, by: UUID, actor: Actor, clock: Clock) -> SharingRequest:
    """The request that stands for sharing taken over (接管), received, in the caller's transaction.

    `by` is the officer of the authority who filed it.  Raises RuleBroken where nobody could ask for it today.
    """
    offer, now = requestable(entry=form.entry), clock.now()
    check_can_be_sent(form, offered=offer.asked(), provider=offer.provider)
    row = SharingRequest(
        id=new_id(now), number=_number(""), consumer_id=consumer, state=RequestState.DRAFT, drafted_at=now,
        drafted_by=by, hands={"draft": [str(by)]},
    )  # fmt: skip
    _write(row, form, offer)
    row.save(force_insert=True)
    _write_parts(row, form, offer)
    _record_draft(row, form, actor=actor, clock=clock)
    _receive(row, actor=actor, clock=clock)
    return row


@transaction.atomic
def answer_supplement(*, request: UUID, form: RequestForm, note: str, actor: Actor, clock: Clock) -> None:
    """Bring what the provider said is missing (补充材料); the reply clock starts afresh [D].

    Raises:
        RuleBroken: something asked for is still missing, or the new form asks for what cannot be asked.
    """
    row = request_for("answer_supplement", request=request, actor=actor)
    notice = row.supplement
    check_supplemented(form, missing=notice.missing)
    _rewrite(row, form)
    notice.answer_note = _note(note)
    notice.answered_on, notice.answered_at, notice.answered_by = clock.today(), clock.now(), officer_of(actor)
    notice.save()
    row.state = RequestState.RECEIVED
    put_hand(row, "draft", actor)
    Reply.objects.filter(request=row).delete()  # it answered the form before
    lift_hand(row, "sign")
    keep_clock(row, on=clock.today())
    keep(row)
    fact = RequestSupplemented(
        row.id,
        number=row.number,
        form_digest=form_digest(form),
        limit_id=row.limit_id,
        supplemented_on=clock.today(),
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def withdraw(*, request: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Take a request back before it is answered (撤回)."""
    row = request_for("withdraw", request=request, actor=actor)
    row.state, row.withdraw_reason, row.withdrawn_on = RequestState.WITHDRAWN, _reason(reason), clock.today()
    keep_clock(row, on=clock.today())
    keep(row)
    fact = RequestWithdrawn(
        row.id, number=row.number, reason=row.withdraw_reason, withdrawn_on=clock.today(), due_on=row.due_on
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


def form_digest(form: RequestForm) -> str:
    """The digest that events keep of a form (申请表摘要)."""
    return suites.digest_text(canonical.encode(form_to_json(form)))


def _number(given: str) -> str:
    """The number of a new request: the one given, else the next.  The register row is the lock."""
    Register.objects.get_or_create(name="request")
    register = Register.objects.select_for_update().get(name="request")
    if given and not (given.isascii() and given.isdigit() and NUMBER_DIGITS <= len(given) <= NUMBER_DIGITS_MAX):
        raise RuleBroken("sharing.number_invalid", number=given[:NUMBER_DIGITS_MAX])
    number = int(given) if given else register.last + 1
    shown = str(number).zfill(NUMBER_DIGITS)
    if SharingRequest.objects.filter(number=shown).exists():
        raise RuleBroken("sharing.number_taken", number=shown)
    register.last = max(register.last, number)
    register.save()
    return shown


def _rewrite(row: SharingRequest, form: RequestForm) -> None:
    if form.entry != row.entry_id:
        raise RuleBroken("sharing.other_entry")
    if row.follows_id and row.consumer_id not in {organ.organization for organ in form.beneficiaries}:
        raise RuleBroken("sharing.follow_without_holder", number=row.number)
    offer = requestable(entry=form.entry)
    check_can_be_sent(form, offered=offer.asked(), provider=offer.provider)
    _write(row, form, offer)
    _write_parts(row, form, offer)


def _write(row: SharingRequest, form: RequestForm, offer: Offer) -> None:
    row.entry_id, row.entry_version = offer.entry, offer.version
    row.entry_code, row.entry_name = offer.code, offer.name
    row.contract_digest = offer.contract_digest
    row.provider_id, row.jurisdiction = offer.provider, offer.jurisdiction
    row.legal_basis, row.scenario, row.scope = form.legal_basis.strip(), form.scenario.strip(), form.scope.strip()
    row.modes = [str(mode) for mode in form.modes]
    row.period_from, row.period_until = form.period_from, form.period_until
    row.purpose = form.purpose.strip()
    asked = offer.asked()
    row.limit_id = reply_limit_id(asked[code].share_type for code in form.items)
    _check_not_open_twice(row)


def _check_not_open_twice(row: SharingRequest) -> None:
    """Say in words what the constraint `request_one_open` holds."""
    open_now = SharingRequest.objects.filter(
        consumer=row.consumer_id, entry=row.entry_id, purpose=row.purpose, state__in=[str(s) for s in OPEN_STATES]
    )
    other = open_now.exclude(pk=row.pk).first() if row.purpose else None
    if other:
        raise RuleBroken("sharing.already_open", number=other.number)


def _write_parts(row: SharingRequest, form: RequestForm, offer: Offer) -> None:
    asked = offer.asked()
    row.items.all().delete()
    row.beneficiaries.all().delete()
    RequestItem.objects.bulk_create(
        RequestItem(request=row, position=n, code=code, name=asked[code].name, share_type=str(asked[code].share_type))
        for n, code in enumerate(form.items, start=1)
    )
    known = parties.organizations_by_id(b.organization for b in form.beneficiaries)
    if len(known) != len(form.beneficiaries):
        raise RuleBroken("sharing.beneficiary_unknown")
    for card in known.values():
        if card.kind is OrgKind.OTHER:
            raise RuleBroken("sharing.beneficiary_outside", organ=card.name)
    RequestBeneficiary.objects.bulk_create(
        RequestBeneficiary(request=row, position=n, organization_id=b.organization, uses=uses_to_json(b.uses))
        for n, b in enumerate(form.beneficiaries, start=1)
    )


def _record_draft(row: SharingRequest, form: RequestForm, *, actor: Actor, clock: Clock) -> None:
    fact = RequestDrafted(
        row.id,
        number=row.number,
        entry=row.entry_id,
        entry_version=row.entry_version,
        consumer=row.consumer_id,
        provider=row.provider_id,
        form_digest=form_digest(form),
        limit_id=row.limit_id,
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


def _reason(text: str) -> str:
    if len(text.strip()) < REASON_CHARS_MIN:
        raise RuleBroken("sharing.act_needs_reason")
    return _note(text)


def _note(text: str) -> str:
    if len(text) > TEXT_CHARS_MAX:
        raise RuleBroken("sharing.text_too_long", most=TEXT_CHARS_MAX)
    return text.strip()
