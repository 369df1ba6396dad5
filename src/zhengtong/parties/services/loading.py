"""Loading organizations, people and duties from a workbook (批量登记): safe to repeat, all in one transaction.

Rows are recognised by what never changes: an organization by its code, a person by the login, a seat by
person, organization and title, a duty by organization and code.  A row that breaks a rule is left out and
named; the others are loaded.  The second run of the same file changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, PlatformError
from zhengtong.parties.models import Account, Duty, Organization, Seat
from zhengtong.parties.rules import Role, role_label
from zhengtong.parties.rules.workbook import (
    DUTIES,
    ORGANIZATIONS,
    PEOPLE,
    DutyRow,
    OrganizationRow,
    RowRefusal,
    SeatRow,
    Tables,
    read_workbook,
)
from zhengtong.parties.services.changing import change_duty, change_officer, change_organization
from zhengtong.parties.services.registering import (
    add_duty,
    add_officer,
    end_seat,
    give_seat,
    open_account,
    register_organization,
)

CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"


@dataclass(frozen=True, slots=True)
class SheetCount:
    """What became of the rows of one sheet."""

    sheet: str
    total: int
    created: int
    changed: int
    unchanged: int
    refused: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, or would do (导入结果)."""

    dry_run: bool
    sheets: tuple[SheetCount, ...]
    refused: tuple[RowRefusal, ...]

    def total(self, what: str) -> int:
        """Rows of all sheets with one outcome: total, created, changed, unchanged, refused."""
        return sum(int(getattr(sheet, what)) for sheet in self.sheets)


def load_parties(
    *,
    tables: Tables,
    actor: Actor,
    clock: Clock,
    seats_by: Actor | None = None,
    dry_run: bool = False,
    cards: Collection[str] = (),
) -> LoadReport:
    """Load a workbook of 机构, 人员 and 职责 (批量登记).

    `actor` registers (system administrator), `seats_by` gives seats (security administrator; left out, rows
    that need a seat are refused).  `cards` are logins opened as demo cards.

    Raises:
        RuleBroken: the workbook has none of the sheets.
    """
    said = read_workbook(tables)
    loading = _Loading(actor=actor, seats_by=seats_by, clock=clock, cards=frozenset(cards), refused=[*said.refused])
    with transaction.atomic():
        loading.organizations(said.organizations)
        for seat in said.seats:
            loading.row(PEOPLE, seat.row, seat.login, lambda seat=seat: loading.seat(seat))
        for duty in said.duties:
            loading.row(DUTIES, duty.row, duty.code, lambda duty=duty: loading.duty(duty))
        transaction.set_rollback(dry_run)
    counts = tuple(loading.count(sheet, total) for sheet, total in said.totals.items())
    return LoadReport(dry_run, counts, tuple(sorted(loading.refused, key=lambda r: (r.sheet, r.row))))


@dataclass(slots=True)
class _Loading:
    """One load under way."""

    actor: Actor
    seats_by: Actor | None
    clock: Clock
    cards: frozenset[str]
    refused: list[RowRefusal]
    done: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    ids: dict[str, UUID] = field(default_factory=dict[str, UUID])

    def count(self, sheet: str, total: int) -> SheetCount:
        refused = len({one.row for one in self.refused if one.sheet == sheet})
        made, changed, same = (self.done[sheet, what] for what in (CREATED, CHANGED, UNCHANGED))
        return SheetCount(sheet, total, made, changed, same, refused)

    def row(self, sheet: str, number: int, name: str, act: Callable[[], str]) -> bool:
        """Do one row in a savepoint of its own; a rule it breaks is noted, and nothing of it stays."""
        try:
            with transaction.atomic():
                outcome = act()
        except PlatformError as broken:
            self.refused.append(RowRefusal(sheet, number, name[:60], broken.key, broken.facts))
            return False
        self.done[sheet, outcome] += 1
        return True

    def organizations(self, rows: tuple[OrganizationRow, ...]) -> None:
        """Those above first; what refers to an organization that is not there is refused at the end."""
        self.ids = dict(Organization.objects.values_list("code", "id"))
        waiting = list(rows)
        while waiting:
            ready = [row for row in waiting if all(code in self.ids for code in row.above)]
            for row in ready or waiting:
                self.row(ORGANIZATIONS, row.row, row.code, lambda row=row: self.organization(row))
            waiting = [row for row in waiting if row not in ready] if ready else []

    def organization(self, row: OrganizationRow) -> str:
        if known := self.ids.get(row.code):
            changed = change_organization(organization=known, says=row, actor=self.actor, clock=self.clock)
            return CHANGED if changed else UNCHANGED
        self.ids[row.code] = register_organization(
            code=row.code, name=row.name, short_name=row.short_name, level=row.level, kind=row.kind,
            jurisdiction=row.jurisdiction, uscc=row.uscc, parent=self._id(row.parent),
            guidance_by=self._id(row.guidance_by), vertical_under=self._id(row.vertical_under),
            is_authority=row.is_authority, sharing_office=row.sharing_office, actor=self.actor, clock=self.clock,
        )  # fmt: skip
        return CREATED

    def seat(self, row: SeatRow) -> str:
        organization = self._needed(row.organization)
        account = Account.objects.filter(login=row.login).first()
        if account is None:
            officer = add_officer(
                name=row.name, phone=row.phone, email=row.email, actor=self.actor, clock=self.clock
            )  # fmt: skip
            open_account(
                login=row.login, officer=officer, is_demo=row.login in self.cards, actor=self.actor, clock=self.clock
            )
            self._give(row, officer, organization)
            return CREATED
        changed = change_officer(
            officer=account.officer_id, name=row.name, phone=row.phone, email=row.email, actor=self.actor,
            clock=self.clock,
        )  # fmt: skip
        moved = self._settle(row, account.officer_id, organization)
        return moved if moved != UNCHANGED else (CHANGED if changed else UNCHANGED)

    def _settle(self, row: SeatRow, officer: UUID, organization: UUID) -> str:
        """Give a seat that is new, end one that ends, and exchange one whose roles differ."""
        today = self.clock.today()
        same = Seat.objects.filter(officer=officer, organization=organization, title=row.title)
        held = same.order_by("given_at", "id").last()
        if held is None:
            self._give(row, officer, organization)
            return CREATED
        other_roles = list(held.roles) != [str(role) for role in row.roles]
        if other_roles and (held.until_on is None or held.until_on >= today):
            self._end(held.id, max(held.from_on, today - timedelta(days=1)))
            self._give(row, officer, organization)
            return CHANGED
        if row.until_on is not None and row.until_on != held.until_on:
            self._end(held.id, row.until_on)
            return CHANGED
        return UNCHANGED

    def duty(self, row: DutyRow) -> str:
        organization = self._needed(row.organization)
        if known := Duty.objects.filter(organization=organization, code=row.code).first():
            changed = change_duty(
                duty=known.id, name=row.name, legal_basis=row.legal_basis, actor=self.actor, clock=self.clock
            )  # fmt: skip
            return CHANGED if changed else UNCHANGED
        add_duty(
            organization=organization, code=row.code, name=row.name, legal_basis=row.legal_basis, actor=self.actor,
            clock=self.clock,
        )  # fmt: skip
        return CREATED

    def _give(self, row: SeatRow, officer: UUID, organization: UUID) -> None:
        give_seat(
            officer=officer, organization=organization, roles=row.roles, title=row.title,
            from_on=row.from_on or self.clock.today(), until_on=row.until_on, actor=self._guardian(), clock=self.clock,
        )  # fmt: skip

    def _end(self, seat: UUID, on: date) -> None:
        end_seat(seat=seat, on=on, actor=self._guardian(), clock=self.clock)

    def _guardian(self) -> Actor:
        if self.seats_by is None:
            role = Role.SECURITY_ADMIN
            raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))
        return self.seats_by

    def _id(self, code: str) -> UUID | None:
        return self._needed(code) if code else None

    def _needed(self, code: str) -> UUID:
        if code not in self.ids:
            raise NotFound("parties.no_organization", which=code[:40])
        return self.ids[code]
