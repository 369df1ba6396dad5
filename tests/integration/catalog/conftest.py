"""Two departments, their authority and the people who catalogue, for the tests of this area."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Level, OrgKind, Role

if TYPE_CHECKING:
    from django.test import Client

    from zhengtong.catalog.rules import EntryDraft

SINCE = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Hall:
    """Who is who: `other` is the data officer of a department that holds nothing."""

    land: UUID
    officer: Actor
    head: Actor
    reviewer: Actor
    leader: Actor
    other: Actor
    document: UUID


@pytest.fixture
def hall(db: None, clock: FixedClock) -> Hall:
    from zhengtong.catalog import services as catalog
    from zhengtong.catalog.rules import DocumentDirection
    from zhengtong.parties import services

    def organization(code: str, name: str, *, authority: bool = False) -> UUID:
        return services.register_organization(
            code=code, name=name, short_name=name[:20], level=Level.CITY, kind=OrgKind.DEPARTMENT,
            jurisdiction="990100", is_authority=authority, actor=SYSTEM, clock=clock,
        )  # fmt: skip

    def seated(org: UUID, name: str, role: Role) -> Actor:
        officer = services.add_officer(name=name, actor=SYSTEM, clock=clock)
        services.give_seat(
            officer=officer, organization=org, roles=[role], title=name, from_on=SINCE, actor=SYSTEM, clock=clock
        )
        return Actor(officer, name, org, frozenset({str(role)}), "990100")

    land = organization("wl-land", "市自然资源和规划局")
    authority = organization("wl-data", "市政数局", authority=True)
    housing = organization("wl-housing", "市住房和城乡建设局")
    duty = services.add_duty(
        organization=land, code="D-01", name="不动产登记", legal_basis="不动产登记暂行条例", actor=SYSTEM, clock=clock
    )
    officer = seated(land, "简书宁", Role.DATA_OFFICER)
    matter = catalog.add_matter(duty=duty, code="M-01", name="首次登记", kind="行政确认", actor=officer, clock=clock)
    document = catalog.add_document(
        matter=matter, direction=DocumentDirection.RESULT, name="不动产权证书", actor=officer, clock=clock
    )
    return Hall(
        land=land,
        officer=officer,
        head=seated(land, "许怀谷", Role.DEPARTMENT_HEAD),
        reviewer=seated(authority, "周允衡", Role.AUTHORITY_REVIEWER),
        leader=seated(authority, "陆观澜", Role.AUTHORITY_LEADER),
        other=seated(housing, "闻达", Role.DATA_OFFICER),
        document=document,
    )


@pytest.fixture
def parcels(hall: Hall) -> "EntryDraft":
    """A complete conditional entry (R03 of the demo city, shortened)."""
    from zhengtong.catalog.rules import EntryDraft, ItemDraft, ShareType

    item = ItemDraft(code="unit_no", name="不动产单元号", data_type="C", length="28", share_type=ShareType.CONDITIONAL)
    return EntryDraft(
        name="不动产登记（房屋）信息", abstract="登记簿中的房屋信息", provider_office="不动产登记中心",
        guide_prefix="306001002", short_code="R03", theme="ZC", update_cycle="daily", share_modes=("service", "batch"),
        range="有核查经营场所事项的部门", purpose="核查经营场所", data_class="space", data_grade="L3",
        secrecy_review="保审〔2026〕3号", pi_assessment="个评〔2026〕3号", origins=(hall.document,),
        items=(
            item,
            replace(item, code="usage", name="房屋用途", length="4"),
            replace(item, code="owner", name="权利人名称", length="100", is_personal=True),
        ),
    )  # fmt: skip


@pytest.fixture
def published(hall: Hall, parcels: "EntryDraft", clock: FixedClock) -> UUID:
    """The entry `parcels`, signed and published."""
    from zhengtong.catalog import services

    entry = services.draft(content=parcels, actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    services.sign(entry=entry, actor=hall.head, clock=clock)
    services.start_review(entry=entry, actor=hall.reviewer, clock=clock)
    services.publish(entry=entry, actor=hall.reviewer, clock=clock)
    return entry


@pytest.fixture
def enter(clock: FixedClock) -> Any:
    """Sign a person in through the card and give the browser."""
    from django.test import Client

    from zhengtong.parties import queries as parties
    from zhengtong.parties import services as people

    def entered(actor: Actor) -> "Client":
        assert actor.officer is not None
        account = people.open_account(
            login=f"card-{actor.officer.hex[-8:]}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock
        )
        seat = parties.seats(on=date(2026, 3, 2), officer=actor.officer)[0]
        client = Client()
        client.post("/signin/card", {"account": account, "seat": seat.id})
        return client

    return entered
