"""Reminders over real servers: once a day, signed, numbers and days alone; what goes wrong is noted and bounded."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from django.test import Client
from pytest_django import Settings

from tests.support.identity_provider import free_port
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import received
from tests.support.signing import client_of
from zhengtong.config.env import read
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.parties import queries
from zhengtong.parties import services as people
from zhengtong.parties.models import Account, Officer, Reminder
from zhengtong.parties.queries import reminding
from zhengtong.parties.queries.reminding import ATTEMPTS_MAX
from zhengtong.parties.rules import Role
from zhengtong.portal import reminders
from zhengtong.portal.reminders import FAULTS_IN_A_ROW, SIGNATURE_HEADER, remind

pytestmark = pytest.mark.django_db
DUE = date(2026, 10, 12)  # of a request received on 21 September
ADDRESS = "https://center.example.gov"


class _Box:
    """A mail server's end: what came in."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.refuses:
            return "451 try later"
        self.mails.append(envelope.original_content)
        return "250 OK"


@pytest.fixture
def box(settings: Settings) -> Iterator[_Box]:
    held = _Box()
    server = Controller(held, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.ZHENGTONG_MAIL, settings.ZHENGTONG_ADDRESS = True, ADDRESS
        settings.DEFAULT_FROM_EMAIL = "zhengtong@example.gov"
        yield held
    finally:
        server.stop()


class _Hook(BaseHTTPRequestHandler):
    """A department's system: what was posted, and with which status it is answered."""

    posted: list[tuple[bytes, str]]
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).posted.append((body, self.headers[SIGNATURE_HEADER]))
        self.send_response(type(self).status)
        if type(self).status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[tuple[type[_Hook], str]]:
    held = type("Hook", (_Hook,), {"posted": [], "status": 200})
    server = HTTPServer(("127.0.0.1", 0), held)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held, f"http://127.0.0.1:{server.server_port}/tasks"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def late(departments: Hall, settings: Settings) -> tuple[Hall, UUID, Actor]:
    """A request that waits for the officer of wl-land, who has a mail address and an account."""
    settings.ZHENGTONG_CLOCK = FixedClock.on(DUE)
    received(departments, FixedClock.on(date(2026, 9, 21)))
    officer = departments.officer("wl-land")
    Officer.objects.filter(pk=officer.officer).update(email="officer@example.gov")
    client_of(officer, clock=FixedClock.on(DUE))
    return departments, Account.objects.get(officer=officer.officer).id, officer


def _choose(account: UUID, officer: Actor, *, by_mail: bool = True, days: int = 2) -> None:
    people.choose_reminders(account=account, by_mail=by_mail, days_before=days, actor=officer, clock=FixedClock.on(DUE))


def test_mail_leaves_once_a_day_from_two_days_before_and_says_no_content(
    late: tuple[Hall, UUID, Actor], box: _Box
) -> None:
    _, account, officer = late
    assert remind(clock=FixedClock.on(DUE)) == 0  # nobody asked for it
    _choose(account, officer)
    assert remind(clock=FixedClock.on(date(2026, 10, 9))) == 0  # three days before
    assert remind(clock=FixedClock.on(date(2026, 10, 10), hour=7)) == 0  # not before eight
    assert [remind(clock=FixedClock.on(date(2026, 10, 10))) for _ in range(2)] == [1, 0]
    assert remind(clock=FixedClock.on(date(2026, 10, 13))) == 1
    mail = message_from_bytes(box.mails[1])
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode()
    assert mail["To"] == "officer@example.gov"
    assert "0001 · 准备答复 · 2026-10-12" in text
    assert f"{ADDRESS}/sharing/requests/" in text
    assert "不动产" not in text  # not even what the data are


def test_a_server_that_refuses_is_tried_again_a_few_times_and_noted(late: tuple[Hall, UUID, Actor], box: _Box) -> None:
    _, account, officer = late
    _choose(account, officer)
    box.refuses = True
    clock = FixedClock.on(DUE)
    assert [remind(clock=clock) for _ in range(ATTEMPTS_MAX + 2)] == [0] * (ATTEMPTS_MAX + 2)
    row = Reminder.objects.get(account=account)
    assert (row.attempts, row.sent_at, row.fault) == (ATTEMPTS_MAX, None, "SMTPDataError")
    box.refuses = False
    assert remind(clock=FixedClock.on(date(2026, 10, 13))) == 1  # the next day is another


def test_who_has_nothing_to_do_does_not_stand_before_the_others(
    late: tuple[Hall, UUID, Actor], box: _Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall, account, officer = late
    clock = FixedClock.on(DUE)
    idle = hall.officer("wl-tax")
    Officer.objects.filter(pk=idle.officer).update(email="idle@example.gov")
    client_of(idle, clock=clock)
    _choose(Account.objects.get(officer=idle.officer).id, idle)
    _choose(account, officer)
    monkeypatch.setattr(reminding, "AT_ONCE_MAX", 1)
    assert sum(remind(clock=clock) for _ in range(3)) == 1
    assert [message_from_bytes(mail)["To"] for mail in box.mails] == ["officer@example.gov"]
    assert sorted(Reminder.objects.values_list("things", "attempts")) == [(0, 1), (1, 1)]
    assert reminding.reminders_of(account=Account.objects.get(officer=idle.officer).id) == ()


def test_a_server_that_refuses_ends_the_run(
    late: tuple[Hall, UUID, Actor], box: _Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, account, officer = late
    _choose(account, officer)
    box.refuses = True
    clock, seen = FixedClock.on(DUE), reminding.to_mail(on=DUE)
    monkeypatch.setattr(reminders, "to_mail", lambda *, on: seen * (FAULTS_IN_A_ROW + 2))
    assert remind(clock=clock) == 0
    assert Reminder.objects.get(account=account).attempts == FAULTS_IN_A_ROW


def test_the_record_of_a_receiver_is_bounded(late: tuple[Hall, UUID, Actor], box: _Box) -> None:
    _, account, officer = late
    _choose(account, officer)
    Reminder.objects.create(account_id=account, day=date(2026, 7, 1), things=1, attempts=1)
    assert remind(clock=FixedClock.on(DUE)) == 1
    assert [row.day for row in Reminder.objects.filter(account=account)] == [DUE]
    assert box.mails


def test_a_departments_system_is_posted_to_signed_and_once(
    late: tuple[Hall, UUID, Actor], hook: tuple[type[_Hook], str], settings: Settings
) -> None:
    hall, _, officer = late
    held, url = hook
    settings.ZHENGTONG_MAIL, settings.ZHENGTONG_WEBHOOK_HOSTS = False, ("127.0.0.1",)
    clock, land = FixedClock.on(DUE), hall.organs["wl-land"]
    secret = people.set_webhook(organization=land, url=url, hosts=("127.0.0.1",), actor=SYSTEM, clock=clock)
    assert [remind(clock=clock) for _ in range(2)] == [1, 0]
    ((body, signature),) = held.posted
    assert signature == "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert (said["organization"], said["things"]) == ("wl-land", 1)
    assert set(said["lines"][0]) == {"number", "act", "due_on", "late", "address"}
    held.status = 302
    assert remind(clock=FixedClock.on(date(2026, 10, 13))) == 0  # redirects are not followed
    assert Reminder.objects.get(organization=land, day=date(2026, 10, 13)).fault == "302"
    settings.ZHENGTONG_WEBHOOK_HOSTS = ()
    assert remind(clock=FixedClock.on(date(2026, 10, 14))) == 0  # the deployment took the host off its list
    assert len(held.posted) == 2
    assert officer.organization == land


@pytest.mark.parametrize(
    "url",
    [
        "http://oa.example.gov/tasks", "https://other.example.gov/", "https://169.254.169.254/", "ftp://oa.example.gov/",
        "https://user@oa.example.gov/", "https://oa.example.gov.evil.test/",
    ],
)  # fmt: skip
def test_nothing_is_posted_to_a_host_the_deployment_does_not_list(departments: Hall, url: str) -> None:
    given = {"organization": departments.organs["wl-land"], "url": url, "hosts": ("oa.example.gov",)}
    with pytest.raises(RuleBroken, match="webhook_address"):
        people.set_webhook(**given, actor=SYSTEM, clock=FixedClock.on(DUE))
    officer = departments.officer("wl-land")
    with pytest.raises(NotAllowed):
        people.set_webhook(**given, actor=officer, clock=FixedClock.on(DUE))


def test_the_account_page_turns_mail_on_and_shows_what_became_of_it(
    late: tuple[Hall, UUID, Actor], box: _Box, client: Client
) -> None:
    hall, account, officer = late
    place = queries.seats(officer=officer.officer, on=DUE)[0]
    client.post("/signin/card", {"account": str(account), "seat": str(place.id)})
    assert client.post("/account", {"verb": "remind", "by_mail": "on", "days_before": "11"}).status_code == 422
    assert client.post("/account", {"verb": "remind", "by_mail": "on", "days_before": "3"}).status_code == 302
    assert remind(clock=FixedClock.on(DUE)) == 1
    assert box.mails
    assert "已发出" in client.get("/account", headers={"accept-language": "zh-CN"}).content.decode()
    other = hall.head("wl-land")
    client_of(other, clock=FixedClock.on(DUE))
    without = Account.objects.get(officer=other.officer).id
    with pytest.raises(RuleBroken, match="reminder_no_mail"):
        _choose(without, other)


def test_the_environment_is_read_strictly() -> None:
    held = read({"ZHENGTONG_SMTP": "mail.example.gov:587", "ZHENGTONG_SMTP_FROM": "z@example.gov"}).mail
    assert held is not None
    assert (held.host, held.port, held.tls) == ("mail.example.gov", 587, True)
    for wrong in (
        {"ZHENGTONG_SMTP": "mail.example.gov"},
        {"ZHENGTONG_SMTP": "mail.example.gov:587"},
        {"ZHENGTONG_ADDRESS": "center.example.gov"},
    ):
        with pytest.raises(ValueError, match="ZHENGTONG_"):
            read(wrong)


def test_only_the_security_administrator_addresses_a_system(departments: Hall) -> None:
    head = departments.head("wl-land")
    security = Actor(head.officer, "安全管理员", head.organization, frozenset({str(Role.SECURITY_ADMIN)}))
    land = departments.organs["wl-land"]
    clock = FixedClock.on(DUE)
    url = "https://oa.example.gov/tasks"
    assert people.set_webhook(organization=land, url=url, hosts=("oa.example.gov",), actor=security, clock=clock)
    assert people.set_webhook(organization=land, url="", hosts=(), actor=security, clock=clock) == ""
