"""The access table walked over HTTP: every role of every kind of office, every kind of thing, looking and doing.

What a cell allows is shown; what it does not is answered as if it did not exist; and a verb by somebody who may
not do it writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import CITY, DISTRICT, SINCE, Hall
from tests.support.sharing_story import form_for, granted
from zhengtong.catalog import services as catalog
from zhengtong.catalog.rules import EntryDraft
from zhengtong.journal.models import Event
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Level, OrgKind, Role
from zhengtong.portal.access import LIFECYCLES, doing, looking
from zhengtong.sharing import services as sharing
from zhengtong.sharing.offers import offer
from zhengtong.sharing.rules import ChangeKind, DisputeKind, Mode, StopScope, TakeoverRow
from zhengtong.sharing.rules.personal import PersonalStatement
from zhengtong.supervision import queries as findings
from zhengtong.supervision import services as supervision
from zhengtong.supervision.rules.budget import BudgetKind

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]
ABROAD = "990200"
OFFICES = ("tl-market", "wl-land", "wl-tax", "yx-tax")  # consumer, provider, another of the city, one of another city
TODAY = date(2026, 10, 16)
TYPED = {"reason": "理由", "text": "经过", "report": "已查明", "note": "说明", "claim": "主张", "cause": "原因"}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to look at: its page, its parties, where it lies, and where its verbs are sent."""

    page: str
    parties: frozenset[str]
    place: str
    acts: tuple[str, ...] = ()  # addresses; `{verb}` stands for each verb of its lifecycle
    verbs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    hall: Hall
    things: dict[str, Thing]
    seats: dict[tuple[str, Role], Actor]
    places: dict[str, str]


def _verbs(name: str) -> tuple[str, ...]:
    (cycle,) = [cycle for cycle in LIFECYCLES if cycle.name == name]
    return tuple(dict.fromkeys(step.verb for step in cycle.steps))


@pytest.fixture
def world(departments: Hall, db: None, settings: Settings) -> World:
    hall = departments
    settings.ZHENGTONG_CLOCK = FixedClock.on(TODAY)
    hall.organs["yx-tax"] = people.register_organization(
        code="yx-tax", name="雁溪市税务局", short_name="雁溪税务", level=Level.CITY, kind=OrgKind.DEPARTMENT,
        jurisdiction=ABROAD, actor=SYSTEM, clock=FixedClock.on(SINCE),
    )  # fmt: skip
    places = {"tl-market": DISTRICT, "wl-land": CITY, "wl-tax": CITY, "yx-tax": ABROAD}
    seats = {(code, role): _seat(hall, code, role, places[code]) for code in OFFICES for role in Role}
    return World(hall, _things(hall), seats, places)


def _seat(hall: Hall, code: str, role: Role, place: str) -> Actor:
    clock = FixedClock.on(SINCE)
    officer = people.add_officer(name=f"{code} {role} 查看", actor=SYSTEM, clock=clock)
    people.give_seat(
        officer=officer, organization=hall.organs[code], roles=[role], title=str(role), from_on=SINCE, actor=SYSTEM,
        clock=clock,
    )  # fmt: skip
    return Actor(officer, str(role), hall.organs[code], frozenset({str(role)}), place)


def _things(hall: Hall) -> dict[str, Thing]:
    def on(month: int, day: int) -> FixedClock:
        return FixedClock.on(date(2026, month, day))

    consumer, provider = hall.officer("tl-market"), hall.officer("wl-land")
    grant = granted(hall)
    sharing.confirm_delivered(grant=grant, actor=provider, clock=on(9, 16))
    request = _request_of(grant, consumer)
    unsent = sharing.draft_request(form=form_for(hall, purpose="另一事项"), actor=consumer, clock=on(9, 20))
    late = sharing.draft_request(form=form_for(hall, purpose="第三事项"), actor=consumer, clock=on(9, 21))
    sharing.submit_to_own_head(request=late, actor=consumer, clock=on(9, 21))
    sharing.approve_own(request=late, actor=hall.head("tl-market"), clock=on(9, 21))
    correction = sharing.file_correction(
        entry=hall.entries["R03"], item="usage", record_key="990102001001GB00017F00010001", value_seen="住宅",
        value_claimed="商业服务", evidence="证书记载为商业服务", actor=consumer, clock=on(9, 18),
    )  # fmt: skip
    person = sharing.take_person_request(
        entry=hall.entries["R03"], item="usage", evidence="证书记载为商业服务", actor=consumer,
        said=PersonalStatement("林芸帆", "证件", "地址", "记录", "住宅", "商业"), clock=on(9, 18),
    )  # fmt: skip
    demand = sharing.raise_demand(
        what="管线数据", items=("管径",), matter="道路挖掘", legal_basis="城市道路管理条例", actor=consumer,
        clock=on(9, 18), holder=hall.organs["wl-land"],
    )  # fmt: skip
    change = sharing.propose_change(
        grant=grant, kind=ChangeKind.STOP, reason="系统并入省级平台", effective_on=date(2027, 3, 1),
        actor=hall.head("wl-land"), clock=on(9, 17),
    )  # fmt: skip
    existing = TakeoverRow(
        1, offer(entry=hall.entries["R03"]).code, "tl-market", ("located", "unit_no"), (Mode.QUERY,), "tl-market-food",
        "既有核验", "食品经营许可和备案管理办法", ("unit_no",), 100, 100, date(2027, 12, 31), date(2027, 3, 1),
    )  # fmt: skip
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    (taken,) = sharing.file_takeovers(rows=(existing,), actor=reviewer, clock=on(9, 17))
    supervision.detect(clock=FixedClock.on(TODAY))
    dispute = sharing.open_dispute(
        kind=DisputeKind.REQUEST, about=late, claim="逾期未答复", actor=consumer, clock=FixedClock.on(TODAY)
    )
    stop = sharing.order_stop(
        scope=StopScope.RESOURCE, target=hall.entries["R03"], reason="疑似泄露", actor=hall.head("wl-land"),
        clock=FixedClock.on(TODAY),
    )  # fmt: skip
    project = supervision.plan_project(name="登记系统升级", system="", entries=(), actor=provider, clock=on(9, 1))
    money = supervision.ask_money(
        year=2027, kind=BudgetKind.OTHER, project=None, purpose="数据治理", goal="目录齐全", amount=Decimal(100),
        actor=provider, clock=on(9, 1),
    )  # fmt: skip
    authority = hall.holder("wl-data", Role.AUTHORITY_LEADER)
    directive = supervision.issue_order(
        organization=hall.organs["wl-land"], text="说明逾期原因", due_on=date(2026, 11, 1), actor=authority,
        clock=FixedClock.on(TODAY),
    )  # fmt: skip
    bulletin = supervision.issue_bulletin(month="2026-09", text="", actor=authority, clock=FixedClock.on(TODAY))
    draft = catalog.draft(content=EntryDraft(name="宗地信息", guide_prefix="306001002"), actor=provider, clock=on(9, 1))
    derivation = catalog.ask_derivation(
        entry=draft, source=hall.entries["R08"], text="权利人姓名，提供给办理窗口", actor=provider, clock=on(9, 2)
    )
    watcher = Actor(UUID(int=5), "督查", UUID(int=6), frozenset({str(Role.SUPERVISOR)}), CITY)
    (finding,) = findings.findings(actor=watcher, on=TODAY).rows[:1]
    entry = hall.entries["R03"]
    both = frozenset({"tl-market", "wl-land"})
    asked = "/sharing/requests/{}/{}"
    doors = ("supplement", "supplement/answer", "extension", "reply", "sign", "answer")
    acts = (asked.format("{id}", "act/{verb}"), *(asked.format("{id}", door) for door in doors))

    def thing(page: str, id: UUID, who: frozenset[str], place: str, name: str, *addresses: str) -> Thing:
        filled = tuple(address.replace("{id}", str(id)) for address in addresses)
        return Thing(page.replace("{id}", str(id)), who, place, filled, _verbs(name))

    only_land, only_market = frozenset({"wl-land"}), frozenset({"tl-market"})
    return {
        "entry": thing("/catalog/{id}", entry, only_land, CITY, "目录条目", "/catalog/{id}/act"),
        "duties": Thing("/catalog/duties?department=wl-land", only_land, CITY),
        "entry_draft": thing("/catalog/{id}", draft, only_land, CITY, "目录条目", "/catalog/{id}/act"),
        "derivation": thing(
            "/catalog/derivations/{id}", derivation, frozenset({"wl-land", "wl-tax"}), CITY, "二次共享",
            "/catalog/derivations/{id}/{verb}",
        ),
        "request_draft": thing(asked.format("{id}", "")[:-1], unsent, only_market, CITY, "共享申请", *acts),
        "request": thing(asked.format("{id}", "")[:-1], late, both, CITY, "共享申请", *acts),
        "answered": thing(asked.format("{id}", "")[:-1], request, both, CITY, "共享申请"),
        "grant": thing("/sharing/grants/{id}", grant, both, CITY, "共享许可", "/sharing/grants/{id}/act/{verb}"),
        "change": thing(
            "/sharing/changes/{id}", change, both, CITY, "服务变更", "/sharing/changes/{id}/act/{verb}"
        ),
        "takeover": thing(
            "/sharing/takeovers/{id}", taken, both, CITY, "既有共享接管", "/sharing/takeovers/{id}/act/{verb}"
        ),
        "correction": thing(
            "/sharing/corrections/{id}", correction, both, CITY, "校核申请", "/sharing/corrections/{id}/answer",
            "/sharing/corrections/{id}/read",
        ),
        "person": thing(
            "/sharing/persons/{id}", person, only_market, DISTRICT, "个人更正请求", "/sharing/persons/{id}/act/{verb}",
            "/sharing/persons/{id}/read", "/sharing/persons/{id}/value",
        ),
        "demand": thing(
            "/sharing/demands/{id}", demand, both, DISTRICT, "共享需求", "/sharing/demands/{id}/act/{verb}"
        ),
        "dispute": thing(
            "/sharing/disputes/{id}", dispute, both, CITY, "共享争议", "/sharing/disputes/{id}/act/{verb}",
            "/sharing/disputes/{id}/again",
        ),
        "stop": thing("/sharing/stops/{id}", stop, both, CITY, "紧急停用", "/sharing/stops/{id}/lift"),
        "finding": thing("/supervision/{id}", finding.id, only_land, CITY, "督办", "/supervision/{id}/{verb}"),
        "project": thing(
            "/supervision/projects/{id}", project, only_land, CITY, "信息化项目", "/supervision/projects/{id}/{verb}"
        ),
        "budget": thing(
            "/supervision/budget/{id}", money, only_land, CITY, "共享经费", "/supervision/budget/{id}/{verb}"
        ),
        "directive": thing(
            "/supervision/directives/{id}", directive, only_land, CITY, "交办事项",
            "/supervision/directives/{id}/{verb}",
        ),
        "bulletin": Thing(f"/supervision/bulletins/{bulletin}", both | {"wl-tax"}, CITY),
        "guarantee": Thing("/supervision/guarantee/wl-land", only_land, CITY),
        "sources": Thing("/catalog/sources", frozenset(), CITY),
        "audit": Thing("/audit", frozenset(), CITY),
        "retention": Thing("/retention", frozenset(), CITY),
        "notice": Thing("/exchange/notice", frozenset(), CITY),
        "protection": Thing("/protection", frozenset(), CITY),
    }  # fmt: skip


def _request_of(grant: UUID, actor: Actor) -> UUID:
    from zhengtong.sharing import queries

    return queries.grant(actor=actor, id=grant, on=TODAY).line.request


def _enter(actor: Actor) -> Client:
    assert actor.officer
    clock = FixedClock.on(TODAY)
    login = f"walk-{actor.officer.hex[-12:]}"
    account = people.open_account(login=login, officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock)
    seat = parties.seats(officer=actor.officer, on=clock.today())[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def _below(place: str, of: str) -> bool:
    prefix = of
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    return place.startswith(prefix)


@pytest.mark.parametrize("office", OFFICES)
def test_every_cell_of_the_table(world: World, office: str) -> None:
    assert set(world.things) - {"answered"} == {one.key for one in looking()}
    acting = {role for held in doing() for role in held.roles}  # of other offices, those who may do anything at all
    wrong = list[str]()
    for role in Role:
        client = _enter(world.seats[office, role])
        wrong += _looked(world, office, role, client)
        if office in ("tl-market", "wl-land") or str(role) in acting:
            wrong += _done(world, office, role, client)
    assert wrong == []


def _looked(world: World, office: str, role: Role, client: Client) -> Iterator[str]:
    """Where what is shown is not what the table says."""
    table = {one.key: one for one in looking()}
    for key, thing in world.things.items():
        allowed = table["request" if key == "answered" else key].allows(
            role, is_party=office in thing.parties, in_region=_below(thing.place, world.places[office]),
            in_place=thing.place == world.places[office],
        )  # fmt: skip
        status = client.get(thing.page).status_code
        refused = 403 if key in ("sources", "audit", "protection", "notice") else 404
        if status != (200 if allowed else refused):
            yield f"{role} of {office} on {key}: {status}, the table says {'yes' if allowed else 'no'}"


def _done(world: World, office: str, role: Role, client: Client) -> Iterator[str]:
    """Where a verb by somebody who may not do it wrote something."""
    before = Event.objects.count()
    for address, verb in _refused(world, office, role):
        status = client.post(address, {**TYPED, "verb": verb}).status_code
        written = Event.objects.count() - before
        if status >= 500 or written:
            yield f"{role} of {office}: {verb} at {address} answers {status}, {written} events"
            before += written


def _refused(world: World, office: str, role: Role) -> Iterator[tuple[str, str]]:
    """The addresses and verbs that neither the office nor the role may use."""
    nobody = {"system", "node"}
    for thing in world.things.values():
        outside = office not in thing.parties and not _below(thing.place, world.places[office])
        for address in thing.acts:
            for verb in thing.verbs if "{verb}" in address or address.endswith("/act") else ("",):
                roles = {one for held in doing() if verb in ("", held.verb) for one in held.roles} - nobody
                if outside or str(role) not in roles:
                    yield address.replace("{verb}", verb.replace("_", "-")), verb
