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
from hypothesis import HealthCheck, Phase, given, settings
from pytest_django import Settings
from schemathesis.checks import not_a_server_error

from tests.support import many_rows
from tests.support.sharing_hall import ORGANS, Hall
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role

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


def _walk(cookies: dict[str, str], headers: dict[str, str]) -> dict[str, set[int]]:
    """Which answers each operation gave."""
    with _one_connection():
        return {operation.label: _called(operation, cookies, headers) for operation in _operations()}


def _called(operation: Any, cookies: dict[str, str], headers: dict[str, str]) -> set[int]:
    seen = set[int]()
    sent = {**headers, "Idempotency-Key": "surface-0001-key"} if headers else {}

    @settings(
        max_examples=EXAMPLES_EACH, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
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


def test_a_stranger_gets_nothing(hall: Hall) -> None:
    answers = _walk({}, {})
    let_in = {label: seen for label, seen in answers.items() if seen - {400, 401, 403, 404, 405, 415, 422}}
    assert set(let_in) <= {f"GET {path}" for path in OPEN}
