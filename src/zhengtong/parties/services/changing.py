"""What can change about organizations, people and duties once they are registered (变更登记)."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.parties import events
from zhengtong.parties.models import Account, Duty, Officer, Organization
from zhengtong.parties.rules import Role, region_is_wellformed, uscc_is_valid
from zhengtong.parties.rules.workbook import OrganizationRow
from zhengtong.parties.services.registering import check_password, check_texts, only


@transaction.atomic
def change_organization(*, organization: UUID, says: OrganizationRow, actor: Actor, clock: Clock) -> tuple[str, ...]:
    """Bring an organization to what a row says (机构变更); its code stays.  Returns the fields that changed.

    Raises:
        NotAllowed: the actor is no system administrator.
        RuleBroken: USCC or region do not hold, a text is missing, or the organization would stand above itself.
    """
    only(actor, Role.SYSTEM_ADMIN)
    row = Organization.objects.select_for_update().filter(pk=organization).first()
    if row is None:
        raise NotFound("parties.no_organization", which=str(organization))
    _check(row, says)
    wanted: dict[str, object] = {
        "name": says.name, "short_name": says.short_name, "uscc": says.uscc, "level": says.level, "kind": says.kind,
        "jurisdiction": says.jurisdiction, "is_authority": says.is_authority, "sharing_office": says.sharing_office,
        "parent_id": _above(says.parent), "guidance_by_id": _above(says.guidance_by),
        "vertical_under_id": _above(says.vertical_under),
    }  # fmt: skip
    changed = tuple(field for field, value in wanted.items() if getattr(row, field) != value)
    if not changed:
        return ()
    for field in changed:
        setattr(row, field, wanted[field])
    row.save(update_fields=list(changed))
    fact = events.OrganizationChanged(row.id, changed, str(row.level), row.jurisdiction, row.is_authority)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return changed


@transaction.atomic
def change_officer(*, officer: UUID, name: str, phone: str, email: str, actor: Actor, clock: Clock) -> tuple[str, ...]:
    """Bring an officer's name and contact up to date (人员变更).  An empty contact leaves what is there."""
    only(actor, Role.SYSTEM_ADMIN)
    row = Officer.objects.select_for_update().filter(pk=officer).first()
    if row is None:
        raise NotFound("parties.no_officer", which=str(officer))
    check_texts(Officer, {"name": name})
    wanted = {"name": name.strip(), "phone": phone or row.phone, "email": email or row.email}
    changed = tuple(field for field, value in wanted.items() if getattr(row, field) != value)
    if not changed:
        return ()
    for field in changed:
        setattr(row, field, wanted[field])
    row.save(update_fields=list(changed))
    record(events.OfficerChanged(row.id, changed), actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return changed


@transaction.atomic
def change_duty(*, duty: UUID, name: str, legal_basis: str, actor: Actor, clock: Clock) -> tuple[str, ...]:
    """Bring a line of the list of duties up to date (职责变更)."""
    row = Duty.objects.select_for_update().select_related("organization").filter(pk=duty).first()
    if row is None:
        raise NotFound("parties.no_duty", which=str(duty))
    only(actor, Role.DATA_OFFICER if actor.organization == row.organization_id else Role.SYSTEM_ADMIN)
    check_texts(Duty, {"name": name, "legal_basis": legal_basis})
    wanted = {"name": name, "legal_basis": legal_basis}
    changed = tuple(field for field, value in wanted.items() if getattr(row, field) != value)
    if not changed:
        return ()
    row.name, row.legal_basis = name, legal_basis
    row.save(update_fields=list(changed))
    fact = events.DutyChanged(row.id, changed)
    record(fact, actor=actor, clock=clock, jurisdiction=row.organization.jurisdiction)
    return changed


@transaction.atomic
def set_password(*, login: str, password: str, actor: Actor, clock: Clock) -> None:
    """Give an account a password (设置密码); sessions it had end.

    Raises:
        NotFound: no such account.
        RuleBroken: a demo account, or a weak password.
    """
    only(actor, Role.SYSTEM_ADMIN)
    row = Account.objects.select_for_update().filter(login=login).first()
    if row is None:
        raise NotFound("parties.no_account", login=login[:60])
    if row.is_demo:
        raise RuleBroken("parties.demo_account_without_password")
    check_password(password)
    row.password, row.failed_sign_ins, row.locked_until = make_password(password), 0, None
    row.save(update_fields=["password", "failed_sign_ins", "locked_until"])
    record(events.AccountPasswordSet(row.id), actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


def _check(row: Organization, says: OrganizationRow) -> None:
    check_texts(Organization, {"name": says.name, "short_name": says.short_name})
    check_texts(Organization, {"sharing_office": says.sharing_office or "—"})
    if says.uscc and not uscc_is_valid(says.uscc):
        raise RuleBroken("parties.uscc_wrong", uscc=says.uscc[:20])
    if says.uscc and Organization.objects.filter(uscc=says.uscc).exclude(pk=row.pk).exists():
        raise RuleBroken("parties.uscc_taken", uscc=says.uscc)
    if says.jurisdiction and not region_is_wellformed(says.jurisdiction):
        raise RuleBroken("parties.region_malformed", code=says.jurisdiction[:20])
    if row.code in says.above:
        raise RuleBroken("parties.above_itself", code=row.code)


def _above(code: str) -> UUID | None:
    if not code:
        return None
    found = Organization.objects.filter(code=code).first()
    if found is None:
        raise NotFound("parties.no_organization", which=code[:40])
    return found.id
