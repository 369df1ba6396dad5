"""Keys and protection: from the real files and rows, for the auditor and the security administrator, never a secret."""

import base64
import json
from datetime import date

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from zhengtong.exchange.queries import keys as exchange
from zhengtong.exchange.services import install
from zhengtong.journal import door, keys
from zhengtong.journal.models import Event
from zhengtong.journal.services.drills import record_drill
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.portal import protectionbook

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
CLOCK = FixedClock.on(TODAY)


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = CLOCK
    install(clock=CLOCK)
    return departments


@pytest.fixture
def guard(hall: Hall) -> Actor:
    officer = people.add_officer(name="安全员", actor=SYSTEM, clock=CLOCK)
    people.give_seat(
        officer=officer, organization=hall.organs["wl-data"], roles=[Role.SECURITY_ADMIN], title="安全管理员",
        from_on=TODAY, actor=SYSTEM, clock=CLOCK,
    )  # fmt: skip
    return Actor(officer, "安全员", hall.organs["wl-data"], frozenset({str(Role.SECURITY_ADMIN)}), "990100")


def _enter(actor: Actor) -> Client:
    assert actor.officer
    login = f"key-{actor.officer.hex[-12:]}"
    account = people.open_account(login=login, officer=actor.officer, is_demo=True, actor=SYSTEM, clock=CLOCK)
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=TODAY)[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def test_the_page_names_every_key_of_the_deployment_and_shows_none(hall: Hall, guard: Actor) -> None:
    page = _enter(guard).get("/protection").content.decode()
    taken = _enter(hall.holder("wl-data", Role.AUDITOR)).get("/protection?format=csv").content.decode("utf-8-sig")
    held = exchange.trust()
    for said in ("列加密密钥", "盲索引密钥", "AES-256-GCM", "信任根", "keys/online.pem", "国密套件"):
        assert said in page
        assert said in taken
    assert held.fingerprint in taken
    assert held.online[0].until.date().isoformat() in taken
    secrets = [*keys.ring().sealing.values(), *keys.ring().indexing.values()]
    hidden = [base64.b64encode(one).decode() for one in secrets]
    hidden.append((door.keys_dir() / keys.SECRET_FILE).read_text(encoding="ascii").strip())
    hidden += (door.keys_dir() / "online.pem").read_text(encoding="ascii").splitlines()[1:-1]
    assert not [one for one in hidden if one in page + taken]


def test_a_file_that_others_may_read_is_named(hall: Hall, guard: Actor) -> None:
    path = door.keys_dir() / keys.RING_FILE
    assert [one for one in protectionbook.lines(actor=guard, clock=CLOCK) if "0600" in one.bad] == []
    path.chmod(0o644)
    try:
        wrong = {one.where for one in protectionbook.lines(actor=guard, clock=CLOCK) if "0600" in one.bad}
    finally:
        path.chmod(0o600)
    assert wrong == {f"keys/{keys.RING_FILE}"}


def test_a_key_says_when_it_was_made_and_one_past_its_time_is_late(hall: Hall, guard: Actor) -> None:
    path = door.keys_dir() / keys.RING_FILE
    before = path.read_bytes()
    held = json.loads(before)
    held["sealing"]["made"] = {held["sealing"]["active"]: "2020-01-01T00:00:00+00:00"}
    held["indexing"].pop("made", None)
    path.write_text(json.dumps(held), encoding="ascii")
    try:
        lines = {one.what: one for one in protectionbook.lines(actor=guard, clock=CLOCK)}
    finally:
        path.write_bytes(before)
    assert (lines["列加密密钥"].made, lines["列加密密钥"].late) == (date(2020, 1, 1), True)
    assert (lines["盲索引密钥"].made, lines["盲索引密钥"].due) == (None, None)


@pytest.mark.fault(
    "portal.protection_for_auditors", what="somebody else opens keys and protection", unchanged="nothing is shown"
)
def test_nobody_else_sees_it(hall: Hall) -> None:
    with pytest.raises(NotAllowed, match="protection_for_auditors"):
        protectionbook.lines(actor=hall.holder("wl-data", Role.AUTHORITY_LEADER), clock=CLOCK)


def test_a_drill_is_recorded_on_the_page_and_shown(hall: Hall, guard: Actor) -> None:
    browser = _enter(guard)
    given = {"held_on": "2026-10-12", "what": "从备份恢复中心", "outcome": "四十分钟恢复，链头相符"}
    assert browser.post("/protection", given).status_code == 302
    assert "四十分钟恢复" in browser.get("/protection").content.decode()
    assert Event.objects.filter(name="journal.drill.recorded").count() == 1
    late = browser.post("/protection", {**given, "held_on": "2026-10-17"})
    assert (late.status_code, "不能晚于今天" in late.content.decode()) == (422, True)


@pytest.mark.fault("journal.drill_by_security", what="somebody else records a drill", unchanged="nothing is recorded")
def test_an_auditor_records_no_drill(hall: Hall) -> None:
    auditor = hall.holder("wl-data", Role.AUDITOR)
    with pytest.raises(NotAllowed, match="drill_by_security"):
        record_drill(what="恢复", outcome="成功", held_on=TODAY, actor=auditor, clock=CLOCK)
    answer = _enter(auditor).post("/protection", {"held_on": "2026-10-12", "what": "恢复", "outcome": "成功"})
    assert answer.status_code == 403


@pytest.mark.fault("journal.drill_says_nothing", what="a drill without outcome", unchanged="nothing is recorded")
def test_a_drill_says_how_it_went(guard: Actor) -> None:
    with pytest.raises(RuleBroken, match="drill_says_nothing"):
        record_drill(what="恢复", outcome=" ", held_on=TODAY, actor=guard, clock=CLOCK)


@pytest.mark.fault("journal.drill_in_future", what="a drill that is still to come", unchanged="nothing is recorded")
def test_a_drill_was_held(guard: Actor) -> None:
    with pytest.raises(RuleBroken, match="drill_in_future"):
        record_drill(what="恢复", outcome="成功", held_on=date(2026, 10, 17), actor=guard, clock=CLOCK)
