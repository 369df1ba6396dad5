"""A small city of organizations and people for the tests of this area."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Level, OrgKind, Role, uscc_with_check

SINCE = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Town:
    bureau: UUID
    authority: UUID
    officer: UUID
    substitute: UUID
    seat: UUID
    account: UUID
    substitute_account: UUID


@pytest.fixture
def town(db: None, clock: FixedClock) -> Town:
    """A district bureau with a data officer and a substitute, and the city's data authority."""
    from zhengtong.parties import services  # not before Django is set up

    authority = services.register_organization(
        code="wl-data", name="望澜市政务服务和数据管理局", short_name="市政数局", level=Level.CITY,
        kind=OrgKind.DEPARTMENT, jurisdiction="990100", is_authority=True, uscc=uscc_with_check("11990100MB0001234"),
        actor=SYSTEM, clock=clock,
    )  # fmt: skip
    bureau = services.register_organization(
        code="tl-market", name="汀兰区市场监督管理局", short_name="区市监局", level=Level.COUNTY,
        kind=OrgKind.DEPARTMENT, jurisdiction="990102", guidance_by=authority, actor=SYSTEM, clock=clock,
    )  # fmt: skip
    officer = services.add_officer(name="沈若川", phone="10012345678", actor=SYSTEM, clock=clock)
    substitute = services.add_officer(name="温以宁", actor=SYSTEM, clock=clock)
    seat = services.give_seat(
        officer=officer, organization=bureau, roles=[Role.DATA_OFFICER], title="数据专员", from_on=SINCE, actor=SYSTEM,
        clock=clock,
    )  # fmt: skip
    account = services.open_account(login="shen", officer=officer, is_demo=True, actor=SYSTEM, clock=clock)
    other = services.open_account(login="wen", officer=substitute, is_demo=True, actor=SYSTEM, clock=clock)
    return Town(bureau, authority, officer, substitute, seat, account, other)
