"""The second factor: bound by the person, asked for at sign-in, used once, taken away by the security administrator."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pyotp.totp import TOTP
from pytest_django import Settings

from zhengtong.journal.models import Event
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, RuleBroken, WrongState
from zhengtong.parties import services
from zhengtong.parties.middleware import IDLE_S_MAX
from zhengtong.parties.models import Account
from zhengtong.parties.rules import Role
from zhengtong.parties.services import attempts, second_factor, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "shan-gao-shui-chang-7"
GUARD = Actor(UUID(int=7), "安全管理员", None, frozenset({str(Role.SECURITY_ADMIN)}), "")


@pytest.fixture
def account(town: Any, clock: FixedClock) -> UUID:
    held = services.open_account(login="wen.real", officer=town.officer, password=PASSWORD, actor=SYSTEM, clock=clock)
    assert isinstance(held, UUID)
    return held


def _code(secret: str, clock: FixedClock, *, steps: int = 0) -> str:
    return TOTP(secret).at(int(clock.now().timestamp()), counter_offset=steps)


def _bind(account: UUID, clock: FixedClock) -> str:
    secret = second_factor.begin_second_factor(account=account).secret
    second_factor.confirm_second_factor(account=account, code=_code(secret, clock, steps=-1), actor=SYSTEM, clock=clock)
    return secret


def test_a_password_alone_no_longer_signs_in(account: UUID, clock: FixedClock) -> None:
    assert isinstance(sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock), sign_in.SignedIn)
    secret = _bind(account, clock)
    half = sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock)
    assert half == sign_in.CodeNeeded(account)
    assert sign_in.with_code(account=account, code=_code(secret, clock), clock=clock).account == account


def test_a_code_counts_once_and_only_around_its_time(account: UUID, clock: FixedClock) -> None:
    secret = _bind(account, clock)
    code = _code(secret, clock)
    sign_in.with_code(account=account, code=f"{code[:3]} {code[3:]}", clock=clock)
    for stale in (code, _code(secret, clock, steps=-1), _code(secret, clock, steps=4), "", "abcdef", "１２３４５６"):
        with pytest.raises(NotAllowed, match="code_refused"):
            sign_in.with_code(account=account, code=stale, clock=clock)
        Account.objects.update(failed_sign_ins=0)


def test_too_many_wrong_codes_lock_the_account_like_wrong_passwords(account: UUID, clock: FixedClock) -> None:
    secret = _bind(account, clock)
    for _ in range(attempts.FAILED_SIGN_INS_MAX):
        with pytest.raises(NotAllowed, match="code_refused"):
            sign_in.with_code(account=account, code="000000", clock=clock)
    with pytest.raises(NotAllowed, match="sign_in_locked"):
        sign_in.with_code(account=account, code=_code(secret, clock), clock=clock)
    with pytest.raises(NotAllowed, match="sign_in_locked"):
        sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock)
    later = FixedClock(clock.now() + timedelta(minutes=attempts.LOCK_MINUTES))
    assert sign_in.with_code(account=account, code=_code(secret, later), clock=later).account == account


def test_right_passwords_do_not_forget_wrong_codes(account: UUID, clock: FixedClock) -> None:
    _bind(account, clock)
    for _ in range(attempts.FAILED_SIGN_INS_MAX):
        sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock)
        with pytest.raises(NotAllowed, match="code_refused"):
            sign_in.with_code(account=account, code="000000", clock=clock)
    with pytest.raises(NotAllowed, match="sign_in_locked"):
        sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock)


def test_binding_needs_a_fitting_code_and_is_done_once(account: UUID, clock: FixedClock) -> None:
    with pytest.raises(WrongState):
        second_factor.confirm_second_factor(account=account, code="123456", actor=SYSTEM, clock=clock)
    second_factor.begin_second_factor(account=account)
    with pytest.raises(RuleBroken, match="code_wrong"):
        second_factor.confirm_second_factor(account=account, code="000000", actor=SYSTEM, clock=clock)
    assert isinstance(sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock), sign_in.SignedIn)
    _bind(account, clock)
    with pytest.raises(WrongState):
        second_factor.begin_second_factor(account=account)


def test_the_secret_is_sealed_and_no_event_holds_it(account: UUID, clock: FixedClock) -> None:
    from django.db import connection

    secret = _bind(account, clock)
    with connection.cursor() as cursor:
        cursor.execute("SELECT second_factor FROM parties_account WHERE login = 'wen.real'")
        assert secret not in str(cursor.fetchone())
    assert not Event.objects.filter(payload__icontains=secret).exists()


def test_only_the_security_administrator_takes_a_lost_one_away(account: UUID, clock: FixedClock) -> None:
    _bind(account, clock)
    given = {"login": "wen.real", "reason": "手机遗失，当面核实本人", "clock": clock}
    with pytest.raises(NotAllowed):
        services.reset_second_factor(actor=Actor(None, "", None, frozenset({"data_officer"}), ""), **given)
    with pytest.raises(RuleBroken):
        services.reset_second_factor(actor=GUARD, **{**given, "reason": " "})
    services.reset_second_factor(actor=GUARD, **given)
    assert isinstance(sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock), sign_in.SignedIn)
    with pytest.raises(WrongState):
        services.reset_second_factor(actor=GUARD, **given)


@pytest.fixture
def browser(settings: Settings, clock: FixedClock) -> Client:
    settings.ZHENGTONG_CLOCK = clock
    return Client(headers={"accept-language": "zh-CN"})


def _password(browser: Client, password: str = PASSWORD) -> Any:
    return browser.post("/signin", {"login": "wen.real", "password": password, "next": "/inbox"})


def test_a_person_binds_and_signs_in_through_the_pages(account: UUID, clock: FixedClock, browser: Client) -> None:
    assert browser.get("/signin/code").status_code == 302  # nobody has given a password yet
    assert _password(browser)["Location"] == "/inbox"
    assert browser.post("/account", {"verb": "begin"}).status_code == 422  # a session alone binds nothing
    assert browser.post("/account", {"verb": "begin", "old": "wrong"}).status_code == 403
    page = browser.post("/account", {"verb": "begin", "old": PASSWORD}).content.decode()
    assert "<svg" in page
    secret = page.split("<p><code>")[1].split("</code>")[0]
    assert browser.post("/account", {"verb": "confirm", "code": "000000"}).status_code == 422
    done = browser.post("/account", {"verb": "confirm", "code": _code(secret, clock, steps=-1)}, follow=True)
    assert "已绑定" in done.content.decode()
    browser.post("/signout")
    assert _password(browser)["Location"] == "/signin/code?next=%2Finbox"
    assert browser.get("/inbox").status_code == 302  # half signed in is not signed in
    wrong = browser.post("/signin/code", {"code": "000000", "next": "/inbox"})
    assert (wrong.status_code, "动态口令不对" in wrong.content.decode()) == (403, True)
    done = browser.post("/signin/code", {"code": _code(secret, clock), "next": "/inbox"})
    assert done["Location"] == "/inbox"
    assert browser.get("/inbox").status_code == 200


def test_a_new_password_ends_other_sessions_and_keeps_ones_own(
    account: UUID, clock: FixedClock, browser: Client
) -> None:
    other = Client()
    _password(browser)
    _password(other)
    given = {"verb": "password", "old": PASSWORD, "new": "hai-kuo-tian-kong-8", "again": "hai-kuo-tian-kong-8"}
    for wrong in (
        {"again": "else"},
        {"new": "1234567890", "again": "1234567890"},
        {"new": PASSWORD, "again": PASSWORD},
    ):
        assert browser.post("/account", {**given, **wrong}).status_code == 422
    assert browser.post("/account", {**given, "old": "wrong"}).status_code == 403
    assert browser.post("/account", given).status_code == 302
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert _password(Client(), given["new"])["Location"] == "/inbox"


def test_a_session_that_lies_unused_ends(account: UUID, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _password(browser)
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + IDLE_S_MAX - 5)
    assert browser.get("/account").status_code == 200
    monkeypatch.setattr(time, "time", lambda: began + 2 * IDLE_S_MAX - 60)
    assert browser.get("/account").status_code == 200  # used in between
    monkeypatch.setattr(time, "time", lambda: began + 4 * IDLE_S_MAX)
    assert browser.get("/account").status_code == 302


def test_a_code_that_comes_too_late_starts_again(
    account: UUID, clock: FixedClock, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = _bind(account, clock)
    _password(browser)
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + 301)
    assert browser.post("/signin/code", {"code": _code(secret, clock)})["Location"] == "/signin"


def test_guessing_the_password_inside_a_session_locks_the_account(account: UUID, browser: Client) -> None:
    _password(browser)
    for _ in range(attempts.FAILED_SIGN_INS_MAX):
        assert browser.post("/account", {"verb": "begin", "old": "guess"}).status_code == 403
    locked = browser.post("/account", {"verb": "begin", "old": PASSWORD})
    assert (locked.status_code, "锁定" in locked.content.decode()) == (403, True)
