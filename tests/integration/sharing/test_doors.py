"""The command line and the API: the same queries and use cases."""

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings
from typer.testing import CliRunner

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, granted, received
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as party_services
from zhengtong.sharing import services
from zhengtong.sharing.cli import app
from zhengtong.sharing.rules import RequestState

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]


def _run(*words: str) -> tuple[int, list[str]]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout.splitlines()


def test_requests_and_grants_are_listed_and_machine_readable(hall: Hall, on: On) -> None:
    grant: UUID = granted(hall)
    code, lines = _run("requests", "--json", "--today", "2026-09-09")
    assert code == 0
    assert json.loads(lines[0])["number"] == "0001"
    code, lines = _run("grants", "--json", "--today", "2026-09-09")
    assert code == 0
    assert json.loads(lines[0])["id"] == str(grant)
    assert "0001-1" in _run("grants", "--today", "2026-09-09")[1][0]


def test_overdue_exits_1_only_when_something_is_late(hall: Hall, on: On) -> None:
    received(hall, on(9, 21))
    assert _run("overdue", "--today", "2026-10-12") == (0, [])
    code, lines = _run("overdue", "--today", "2026-10-13", "--provider", "wl-land")
    assert code == 1
    assert "已超期" in lines[0]
    assert "2026-10-12" in lines[0]
    assert _run("overdue", "--today", "2026-10-13", "--provider", "wl-police")[0] == 0
    assert _run("overdue", "--today", "13.10.2026")[0] == 2


@pytest.fixture
def land(hall: Hall, settings: Settings) -> Client:
    """The data officer of the land department, signed in, on 1 September 2026."""
    clock = FixedClock.on(date(2026, 9, 1))
    settings.ZHENGTONG_CLOCK = clock
    officer = hall.officer("wl-land")
    assert officer.officer
    assert officer.organization
    account = party_services.open_account(
        login="land", officer=officer.officer, is_demo=True, actor=SYSTEM, clock=clock
    )
    seat = parties.seats(organization=officer.organization, officer=officer.officer, on=clock.today())[0]
    client = Client()
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def _refuse(client: Client, request: UUID, **headers: str) -> HttpResponse:
    body = {"reason": "办理该事项不需要这些信息项", "ground": "necessity"}
    return client.post(
        f"/api/sharing/requests/{request}/refusal", body, content_type="application/json", headers=headers
    )


def test_the_api_lists_and_reads_with_an_etag(hall: Hall, on: On, land: Client) -> None:
    request = received(hall, on(8, 28))
    listed = land.get("/api/sharing/requests").json()
    assert [row["number"] for row in listed["rows"]] == ["0001"]
    assert listed["rows"][0]["due_on"] == "2026-09-11"
    assert listed["rows"][0]["provider"]["code"] == "wl-land"
    one = land.get(f"/api/sharing/requests/{request}")
    assert one.headers["ETag"] == '"3"'
    assert len(one.json()["items"]) == 9


def test_a_refusal_over_the_api_happens_once_and_only_on_what_was_read(hall: Hall, on: On, land: Client) -> None:
    request = received(hall, on(8, 28))
    assert _refuse(land, request).status_code == 422
    stale = _refuse(land, request, **{"If-Match": '"2"', "Idempotency-Key": "refusal-0001-a"})
    assert stale.status_code == 409
    assert stale.json()["remedy"]
    done = _refuse(land, request, **{"If-Match": '"3"', "Idempotency-Key": "refusal-0001-b"})
    again = _refuse(land, request, **{"If-Match": '"3"', "Idempotency-Key": "refusal-0001-b"})
    assert done.status_code == 200
    assert done.json()["version"] == 4
    assert again.json() == done.json()
    head = hall.head("wl-land")
    assert services.sign_reply(request=request, actor=head, clock=on(9, 2)).state is RequestState.REFUSED


def test_the_api_refuses_strangers_and_visitors(hall: Hall, on: On, land: Client) -> None:
    made = services.draft_request(form=form_for(hall), actor=hall.officer("tl-market"), clock=on(8, 28))
    assert land.get(f"/api/sharing/requests/{made}").status_code == 404
    assert Client().get("/api/sharing/requests").status_code == 401


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1", "x"])
def test_a_version_that_is_no_number_is_refused_not_crashed_on(version: str, hall: Hall, on: On, land: Client) -> None:
    request = received(hall, on(8, 28))
    said = _refuse(land, request, **{"If-Match": f'"{version}"', "Idempotency-Key": "refusal-0001-c"})
    assert said.status_code == 422


@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
def test_a_text_no_store_can_hold_is_refused(sign: str, hall: Hall, on: On, land: Client) -> None:
    request = received(hall, on(8, 28))
    answer = land.post(
        f"/api/sharing/requests/{request}/refusal",
        json.dumps({"reason": f"办理该事项不需要{sign}这些信息项", "ground": "necessity"}),
        content_type="application/json",
        headers={"If-Match": '"3"', "Idempotency-Key": "refusal-0001-d"},
    )
    assert answer.status_code == 422
