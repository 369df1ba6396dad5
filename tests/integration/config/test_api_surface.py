"""The whole interface under generated input (接口全覆盖): no request makes it fail, and strangers get nothing.

Every operation of the description is called with data made from its own schema, by somebody who may do much and by
nobody.  Whatever is sent, the answer is no server error; without a session it is a refusal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounded
from pytest_django import Settings
from schemathesis.checks import not_a_server_error

from tests.support import many_rows
from tests.support.sharing_hall import ORGANS, Hall
from tests.support.sharing_story import granted, received
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.offers import offer
from zhengtong.sharing.rules import ChangeKind, DisputeKind, Mode, StopScope, TakeoverRow
from zhengtong.sharing.rules.personal import PersonalStatement
from zhengtong.supervision import services as supervision

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
TODAY = date(2026, 10, 16)
EXAMPLES_EACH = 8  # of an operation and a caller
OPEN = frozenset({"/api/openapi.json"})


@contextmanager
def _one_connection() -> Iterator[None]:
    """Requests come through the server's own door; it must not close the connection that the test has open.

    Django's own test client connects these signals again whenever it is used, so it is done around the walk.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = FixedClock.on(TODAY)
    organs = [(departments.organs[code], place) for code, _, _, place in ORGANS]
    many_rows.requests(12, entries=list(departments.entries.values()), organs=organs, first=1)
    many_rows.grants(12)
    return departments


def _session(hall: Hall, code: str, role: Role) -> tuple[dict[str, str], dict[str, str]]:
    """Cookies and headers of somebody signed in, with the token that writes need."""
    actor = hall.holder(code, role)
    assert actor.officer
    clock = FixedClock.on(TODAY)
    login = f"surface-{actor.officer.hex[-12:]}"
    account = people.open_account(login=login, officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock)
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=TODAY)[0]
    client = Client()
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    client.get("/inbox")
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return cookies, {"X-CSRFToken": cookies.get("csrftoken", "")}


def _operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler())
    for found in schema.get_all_operations():
        yield found.ok()


def _walk(
    cookies: dict[str, str], headers: dict[str, str], things: dict[str, str] | None = None
) -> dict[str, set[int]]:
    """Which answers each operation gave; `things` are ids of real ones, put where an address names one."""
    with _one_connection():
        return {operation.label: _called(operation, cookies, headers, things or {}) for operation in _operations()}


def _called(operation: Any, cookies: dict[str, str], headers: dict[str, str], things: dict[str, str]) -> set[int]:
    seen = set[int]()
    sent = {**headers, "Idempotency-Key": "surface-0001-key"} if headers else {}

    @bounded(
        max_examples=EXAMPLES_EACH, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        for name in set(case.path_parameters or {}) & set(things):
            case.path_parameters[name] = things[name]
        answer = case.call(cookies=cookies, headers=sent)
        case.validate_response(answer, checks=[not_a_server_error])
        seen.add(answer.status_code)

    call()
    return seen


@pytest.mark.parametrize(
    ("code", "role"),
    [("wl-data", Role.AUTHORITY_LEADER), ("tl-market", Role.DATA_OFFICER), ("wl-land", Role.SHARING_OFFICE_HEAD)],
)
def test_nothing_that_can_be_sent_makes_the_interface_fail(hall: Hall, code: str, role: Role) -> None:
    answers = _walk(*_session(hall, code, role))
    assert len(answers) > 30
    assert not {label for label, seen in answers.items() if any(status >= 500 for status in seen)}
    assert any(200 in seen for seen in answers.values())


def test_nothing_sent_about_real_things_makes_the_interface_fail(
    departments: Hall, db: None, settings: Settings
) -> None:
    """The same with the ids of things that are there, so that calls reach beyond what is not found."""
    settings.ZHENGTONG_CLOCK = FixedClock.on(TODAY)
    things = _things(departments)
    answers = _walk(*_session(departments, "wl-land", Role.SHARING_OFFICE_HEAD), things)
    assert not {label for label, seen in answers.items() if any(status >= 500 for status in seen)}
    named = {label for label in answers if any(f"{{{name}}}" in label for name in things)}
    reached = {label for label in named if answers[label] - {404}}
    assert len(named) > 30
    assert len(reached) > len(named) // 2, sorted(named - reached)


def _things(hall: Hall) -> dict[str, str]:
    """One of each thing that an address of the interface can name, all about the same two departments."""
    at = FixedClock.on(date(2026, 9, 16))
    officer, reviewer = hall.officer("tl-market"), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    grant = granted(hall)
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=at)
    correction = sharing.file_correction(
        entry=hall.entries["R03"], item="usage", record_key="记录", value_seen="住宅", value_claimed="商业",
        evidence="证书记载为商业", actor=officer, clock=at,
    )  # fmt: skip
    person = sharing.take_person_request(
        entry=hall.entries["R03"], item="usage", evidence="证书记载为商业", actor=hall.officer("wl-land"), clock=at,
        said=PersonalStatement("林芸帆", "证件", "地址", "记录", "住宅", "商业"),
    )  # fmt: skip
    demand = sharing.raise_demand(
        what="管线数据", items=("管径",), matter="道路挖掘", legal_basis="城市道路管理条例", actor=officer, clock=at,
        holder=hall.organs["wl-land"],
    )  # fmt: skip
    change = sharing.propose_change(
        grant=grant, kind=ChangeKind.STOP, reason="系统并入省级平台", effective_on=date(2027, 3, 1),
        actor=hall.head("wl-land"), clock=at,
    )  # fmt: skip
    existing = TakeoverRow(
        1, offer(entry=hall.entries["R03"]).code, "tl-market", ("located", "unit_no"), (Mode.QUERY,), "tl-market-food",
        "既有核验", "食品经营许可和备案管理办法", ("unit_no",), 100, 100, date(2027, 12, 31), date(2027, 3, 1),
    )  # fmt: skip
    (takeover,) = sharing.file_takeovers(rows=(existing,), actor=reviewer, clock=at)
    late = received(hall, FixedClock.on(date(2026, 9, 1)), purpose="另一用途")
    dispute = sharing.open_dispute(
        kind=DisputeKind.REQUEST, about=late, claim="逾期未答复", actor=officer, clock=FixedClock.on(TODAY)
    )
    stop = sharing.order_stop(
        scope=StopScope.RESOURCE, target=hall.entries["R01"], reason="疑似泄露", actor=hall.head("wl-police"), clock=at
    )
    leader = hall.holder("wl-data", Role.AUTHORITY_LEADER)
    directive = supervision.issue_order(
        organization=hall.organs["wl-land"], text="说明逾期原因", due_on=date(2026, 11, 1), actor=leader,
        clock=FixedClock.on(TODAY),
    )  # fmt: skip
    bulletin = supervision.issue_bulletin(month="2026-09", text="", actor=leader, clock=FixedClock.on(TODAY))
    meeting = supervision.record_meeting(
        title="联席会议", held_on=at.today(), text="研究共享", present=[hall.organs["wl-land"]], conclusions=[],
        actor=leader, clock=FixedClock.on(TODAY),
    )  # fmt: skip
    made = {
        "request_id": late, "grant_id": grant, "correction_id": correction, "person_id": person, "demand_id": demand,
        "change_id": change, "takeover_id": takeover, "dispute_id": dispute, "stop_id": stop, "bulletin_id": bulletin,
        "directive_id": directive, "meeting_id": meeting, "entry_id": hall.entries["R03"],
    }  # fmt: skip
    return {name: str(key) for name, key in made.items()}


def test_a_stranger_gets_nothing(hall: Hall) -> None:
    answers = _walk({}, {})
    let_in = {label: seen for label, seen in answers.items() if seen - {400, 401, 403, 404, 405, 415, 422}}
    assert set(let_in) <= {f"GET {path}" for path in OPEN}
