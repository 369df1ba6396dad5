"""What can be done with organizations, people and seats.  One function, one use case, one transaction."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties import events
from zhengtong.parties.models import Account, Duty, Officer, Organization, Seat, Substitution
from zhengtong.parties.rules import (
    Level,
    OrgKind,
    Role,
    admins_are_three,
    region_is_wellformed,
    role_label,
    uscc_is_valid,
)

SUBSTITUTION_DAYS_MAX = 366
SEATS_OF_AN_OFFICER_MAX = 20

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_WEAK = {  # what Django's checks find, in both languages
    "password_too_short": ("不足10个字符", "shorter than 10 characters"),
    "password_too_common": ("太常见", "too common"),
    "password_too_similar": ("与账号信息太相近", "too similar to the account"),
}
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


@transaction.atomic
def register_organization(
    *,
    code: str,
    name: str,
    short_name: str,
    level: Level,
    kind: OrgKind,
    jurisdiction: str,
    actor: Actor,
    clock: Clock,
    uscc: str = "",
    parent: UUID | None = None,
    guidance_by: UUID | None = None,
    vertical_under: UUID | None = None,
    is_authority: bool = False,
    sharing_office: str = "",
) -> UUID:
    """Register an organization (机构登记).

    Raises:
        NotAllowed: the actor is no system administrator.
        NotFound: the parent, or the body that guides or manages it, is not registered.
        RuleBroken: the code or region is malformed, the USCC fails its check, or either is taken.
    """
    only(actor, Role.SYSTEM_ADMIN)
    _check_codes(code=code, uscc=uscc, jurisdiction=jurisdiction)
    check_texts(Organization, {"name": name, "short_name": short_name, "sharing_office": sharing_office or "—"})
    if Organization.objects.filter(code=code).exists():
        raise RuleBroken("parties.code_taken", code=code)
    if uscc and Organization.objects.filter(uscc=uscc).exists():
        raise RuleBroken("parties.uscc_taken", uscc=uscc)
    for above in (parent, guidance_by, vertical_under):
        if above is not None:
            _organization(above)
    now = clock.now()
    row = Organization(
        id=new_id(now),
        code=code,
        name=name,
        short_name=short_name,
        uscc=uscc,
        level=level,
        kind=kind,
        jurisdiction=jurisdiction,
        is_authority=is_authority,
        sharing_office=sharing_office,
        parent_id=parent,
        guidance_by_id=guidance_by,
        vertical_under_id=vertical_under,
        registered_at=now,
    )
    row.save(force_insert=True)
    fact = events.OrganizationRegistered(row.id, code, str(level), jurisdiction, is_authority)
    record(fact, actor=actor, clock=clock, jurisdiction=jurisdiction)
    return row.id


@transaction.atomic
def add_officer(*, name: str, actor: Actor, clock: Clock, phone: str = "", email: str = "") -> UUID:
    """Add an officer (工作人员登记); contact is stored encrypted."""
    only(actor, Role.SYSTEM_ADMIN)
    check_texts(Officer, {"name": name})
    now = clock.now()
    row = Officer(id=new_id(now), name=name.strip(), phone=phone, email=email, added_at=now)
    row.save(force_insert=True)
    record(events.OfficerAdded(row.id), actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.id


@transaction.atomic
def give_seat(
    *,
    officer: UUID,
    organization: UUID,
    roles: Iterable[Role],
    title: str,
    from_on: date,
    actor: Actor,
    clock: Clock,
    until_on: date | None = None,
) -> UUID:
    """Give an officer a seat with roles in an organization (授予岗位).

    Raises:
        NotAllowed: the actor is no security administrator, or would give itself a seat.
        RuleBroken: no role given, or two of system, security administrator and auditor meet in one person.
    """
    only(actor, Role.SECURITY_ADMIN)
    if actor.officer == officer:
        raise NotAllowed("parties.no_seat_for_oneself")
    given = [r for r in Role if r in set(roles)]
    if not given:
        raise RuleBroken("parties.seat_needs_role")
    check_texts(Seat, {"title": title})
    if until_on is not None and until_on < from_on:
        raise RuleBroken("parties.period_reversed", from_on=from_on.isoformat(), until_on=until_on.isoformat())
    held = list(Seat.objects.select_for_update().filter(officer=officer)[: SEATS_OF_AN_OFFICER_MAX + 1])
    if len(held) >= SEATS_OF_AN_OFFICER_MAX:
        raise RuleBroken("parties.too_many_seats", most=SEATS_OF_AN_OFFICER_MAX)
    together = [s for s in held if _overlap(s.from_on, s.until_on, from_on, until_on)]
    admins_are_three([*given, *(role for seat in together for role in seat.roles)])
    org, person = _organization(organization), _officer(officer)
    now = clock.now()
    row = Seat(
        id=new_id(now), officer=person, organization=org, roles=[str(r) for r in given], title=title.strip(),
        from_on=from_on, until_on=until_on, given_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    fact = events.SeatGiven(row.id, officer, organization, tuple(row.roles), from_on, until_on)
    record(fact, actor=actor, clock=clock, jurisdiction=org.jurisdiction)
    return row.id


@transaction.atomic
def end_seat(*, seat: UUID, on: date, actor: Actor, clock: Clock) -> None:
    """End a seat with a day, the last on which it holds (收回岗位)."""
    only(actor, Role.SECURITY_ADMIN)
    row = Seat.objects.select_for_update().select_related("organization").filter(pk=seat).first()
    if row is None:
        raise NotFound("parties.no_seat")
    if on < row.from_on:
        raise RuleBroken("parties.period_reversed", from_on=row.from_on.isoformat(), until_on=on.isoformat())
    row.until_on = on
    row.save(update_fields=["until_on"])
    record(events.SeatEnded(row.id, on), actor=actor, clock=clock, jurisdiction=row.organization.jurisdiction)


@transaction.atomic
def open_account(
    *, login: str, officer: UUID, actor: Actor, clock: Clock, password: str = "", is_demo: bool = False
) -> UUID:
    """Open an account for an officer (开通账号).  Without a password only the demo card can sign it in.

    Raises:
        RuleBroken: the login is malformed or taken, the password is weak, or a demo account has a password.
    """
    only(actor, Role.SYSTEM_ADMIN)
    if not _LOGIN.fullmatch(login):
        raise RuleBroken("parties.login_malformed", login=login[:60])
    if is_demo and password:
        raise RuleBroken("parties.demo_account_without_password")
    if password:
        check_password(password)
    now = clock.now()
    row = Account(
        id=new_id(now), login=login, officer=_officer(officer), is_demo=is_demo, opened_at=now,
        password=make_password(password or None),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise RuleBroken("parties.login_taken", login=login) from None
    fact = events.AccountOpened(row.id, officer, is_demo)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.id


@transaction.atomic
def appoint_substitute(
    *, absent: UUID, substitute: UUID, from_on: date, until_on: date, reason: str, actor: Actor, clock: Clock
) -> UUID:
    """Let one officer stand in for another for a period (AB角).

    Allowed to the absent officer, the head of the sharing office or department that all the
    officer's seats are in, and the security administrator.  A substitute must not thereby unite roles
    that are kept apart, and nobody appoints himself or herself: that would be to take another's power.
    """
    if absent == substitute:
        raise RuleBroken("parties.substitute_is_same")
    if substitute == actor.officer:
        raise NotAllowed("parties.no_substitute_for_oneself")
    if not 0 <= (until_on - from_on).days <= SUBSTITUTION_DAYS_MAX:
        raise RuleBroken("parties.period_reversed", from_on=from_on.isoformat(), until_on=until_on.isoformat())
    theirs = list(Seat.objects.filter(officer=absent))
    _may_appoint(actor, absent, theirs)
    own = Seat.objects.filter(officer=_officer(substitute))
    _check_same_house(actor, theirs, own, from_on=from_on)
    admins_are_three(role for seat in [*theirs, *own] for role in seat.roles)
    clash = Substitution.objects.filter(absent=absent, from_on__lte=until_on, until_on__gte=from_on, ended_on=None)
    if clash.exists():
        raise RuleBroken("parties.already_substituted")
    now = clock.now()
    row = Substitution(
        id=new_id(now), absent=_officer(absent), substitute_id=substitute, from_on=from_on, until_on=until_on,
        reason=reason.strip()[:200], appointed_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    fact = events.SubstituteAppointed(row.id, absent, substitute, from_on, until_on)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.id


@transaction.atomic
def add_duty(*, organization: UUID, code: str, name: str, legal_basis: str, actor: Actor, clock: Clock) -> UUID:
    """Add a line to an organization's list of duties (职责), by its data officer or the system administrator."""
    only(actor, Role.DATA_OFFICER if actor.organization == organization else Role.SYSTEM_ADMIN)
    check_texts(Duty, {"code": code, "name": name, "legal_basis": legal_basis})
    org = _organization(organization)
    if Duty.objects.filter(organization=org, code=code).exists():
        raise RuleBroken("parties.code_taken", code=code)
    row = Duty(id=new_id(clock.now()), organization=org, code=code, name=name, legal_basis=legal_basis)
    row.save(force_insert=True)
    record(events.DutyAdded(row.id, org.id, code), actor=actor, clock=clock, jurisdiction=org.jurisdiction)
    return row.id


def only(actor: Actor, role: Role) -> None:
    """Let only holders of a role through, and the system itself.  Raises NotAllowed."""
    if not (actor.has(role) or actor.has("system")):
        raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))


def _check_same_house(actor: Actor, theirs: Iterable[Seat], own: Iterable[Seat], *, from_on: date) -> None:
    """Raise RuleBroken unless the substitute works in every organization of the absent officer.

    Whoever founds the deployment (the system, the security administrator) may lend across offices.
    """
    if actor.has("system") or actor.has(Role.SECURITY_ADMIN):
        return

    def houses(seats: Iterable[Seat]) -> set[UUID]:
        return {one.organization_id for one in seats if one.until_on is None or one.until_on >= from_on}

    if not houses(theirs) <= houses(own):
        raise RuleBroken("parties.substitute_elsewhere")


@transaction.atomic
def end_substitution(*, substitution: UUID, actor: Actor, clock: Clock) -> None:
    """End a standing-in from today on, or before it begins (结束代岗).

    Raises:
        NotFound: no such substitution that is not over.
        NotAllowed: neither the absent officer, the head of the office nor the security administrator.
    """
    rows = Substitution.objects.select_for_update().filter(until_on__gte=clock.today(), ended_on=None)
    row = rows.filter(pk=substitution).first()
    if row is None:
        raise NotFound("parties.no_substitution")
    _may_appoint(actor, row.absent_id, list(Seat.objects.filter(officer=row.absent_id)))
    row.ended_on = clock.today()
    row.save(update_fields=["ended_on"])
    fact = events.SubstituteEnded(row.id, row.absent_id, row.substitute_id, clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


def _may_appoint(actor: Actor, absent: UUID, seats: list[Seat]) -> None:
    if actor.officer == absent or actor.has("system") or actor.has(Role.SECURITY_ADMIN):
        return
    heads = {Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD}
    if heads & actor.roles and seats and all(seat.organization_id == actor.organization for seat in seats):
        return  # a substitute stands in every seat of the absent officer
    role = Role.SHARING_OFFICE_HEAD
    raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))


def _check_codes(*, code: str, uscc: str, jurisdiction: str) -> None:
    if not _CODE.fullmatch(code):
        raise RuleBroken("parties.code_malformed", code=code[:40])
    if uscc and not uscc_is_valid(uscc):
        raise RuleBroken("parties.uscc_wrong", uscc=uscc[:20])
    if jurisdiction and not region_is_wellformed(jurisdiction):
        raise RuleBroken("parties.region_malformed", code=jurisdiction[:20])


def check_texts(model: type[Model], texts: Mapping[str, str]) -> None:
    """Every text, by the name of its column, is given and fits the column."""
    for field, text in texts.items():
        most: int = model._meta.get_field(field).max_length or 0
        if not text.strip():
            raise RuleBroken("parties.text_missing", field=field)
        if len(text) > most:
            raise RuleBroken("parties.text_too_long", field=field, most=most)


def check_password(password: str) -> None:
    """Refuse a weak password and say in both languages what is weak about it.  Raises RuleBroken."""
    try:
        password_validation.validate_password(password)
    except ValidationError as weak:
        told = [_WEAK.get(error.code or "", (error.code or "—",) * 2) for error in weak.error_list or ()]
        zh, en = "、".join(said for said, _ in told), ", ".join(said for _, said in told)
        raise RuleBroken("parties.password_weak", because_zh=zh, because_en=en) from None


def _overlap(a_from: date, a_until: date | None, b_from: date, b_until: date | None) -> bool:
    return (b_until is None or a_from <= b_until) and (a_until is None or b_from <= a_until)


def _organization(id: UUID) -> Organization:
    if found := Organization.objects.filter(pk=id).first():
        return found
    raise NotFound("parties.no_organization", which=str(id))


def _officer(id: UUID) -> Officer:
    if found := Officer.objects.filter(pk=id).first():
        return found
    raise NotFound("parties.no_officer", which=str(id))
