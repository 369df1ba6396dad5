"""Signing in by an identity provider: only the configured one, only whom somebody bound, only tokens that hold."""

import hashlib
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support import identity_provider
from tests.support.identity_provider import Provider
from tests.support.sharing_hall import DISTRICT, Hall
from zhengtong.config.env import read
from zhengtong.journal.models import Event
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties import oidc
from zhengtong.parties import services as people
from zhengtong.parties.models import Account
from zhengtong.parties.oidc import Issuer
from zhengtong.parties.rules import Role
from zhengtong.parties.services import sign_in
from zhengtong.parties.services.attempts import FAILED_SIGN_INS_MAX
from zhengtong.parties.web import FLOW_KEY

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
CLOCK = FixedClock.on(TODAY)
BACK = "http://testserver/signin/identity/back"
PASSWORD = "绿水青山-2026-望澜"
WHO = "u-3f1c"


@pytest.fixture(scope="module")
def port() -> int:
    return identity_provider.free_port()


@pytest.fixture(scope="module")
def provider(port: int) -> Iterator[Provider]:
    with identity_provider.running(port, "--require-registration", "true", "--require-nonce", "true") as running:
        yield identity_provider.registered(running, back=BACK)


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    oidc.forget()
    settings.ZHENGTONG_CLOCK, settings.ZHENGTONG_DEMO = CLOCK, False
    return departments


@pytest.fixture
def issuer(provider: Provider, settings: Settings) -> Issuer:
    held = Issuer(provider.issuer, provider.client, "望澜统一身份认证", provider.secret)
    settings.ZHENGTONG_ISSUER = held
    return held


@pytest.fixture
def guard(hall: Hall) -> Actor:
    officer = people.add_officer(name="安全员", actor=SYSTEM, clock=CLOCK)
    return Actor(officer, "安全员", hall.organs["wl-data"], frozenset({str(Role.SECURITY_ADMIN)}), "990100")


@pytest.fixture
def login(hall: Hall) -> str:
    officer = hall.officer("tl-market").officer
    assert officer
    people.open_account(login="shen", officer=officer, password=PASSWORD, actor=SYSTEM, clock=CLOCK)
    return "shen"


def _browser() -> Client:
    return Client(headers={"accept-language": "zh-CN"})


def _leave(browser: Client, *, to: str = "/") -> str:
    answer = browser.get(f"/signin/identity?next={to}")
    assert answer.status_code == 302
    return str(answer["Location"])


def _said(browser: Client, answer: Any) -> str:
    assert (answer.status_code, answer["Location"]) == (302, "/signin")
    return browser.get("/signin").content.decode()


def test_somebody_bound_signs_in_and_lands_on_the_page_asked_for(
    hall: Hall, issuer: Issuer, guard: Actor, login: str
) -> None:
    people.bind_identity(login=login, issuer=issuer.url, subject=WHO, actor=guard, clock=CLOCK)
    browser = _browser()
    assert "用望澜统一身份认证登录" in browser.get("/signin").content.decode()
    away = _leave(browser, to="/sharing/grants")
    asked = {name: held[0] for name, held in parse_qs(urlsplit(away).query).items()}
    verifier = browser.session[FLOW_KEY]["verifier"]
    proof = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (proof, "S256")
    assert (asked["response_type"], asked["scope"], asked["redirect_uri"]) == ("code", "openid", BACK)
    answer = browser.get(identity_provider.agree(away, subject=WHO))
    assert (answer.status_code, answer["Location"]) == (302, "/sharing/grants")
    assert browser.get("/inbox").status_code == 200
    said = Event.objects.get(name="parties.account.signed-in")
    assert (json.loads(said.payload)["by"], said.jurisdiction) == ("identity", DISTRICT)
    assert "verifier" not in str(dict(browser.session))


@pytest.mark.fault(
    "parties.identity_unbound",
    what="the provider vouches for somebody whom nobody has bound",
    unchanged="nobody is signed in, no account is made; the refusal is on record",
)
def test_nobody_is_made_or_let_in_because_the_provider_says_so(hall: Hall, issuer: Issuer, login: str) -> None:
    accounts, browser = Account.objects.count(), _browser()
    said = _said(browser, browser.get(identity_provider.agree(_leave(browser), subject="u-stranger")))
    assert "u-stranger" in said
    assert browser.get("/inbox").status_code == 302
    assert Account.objects.count() == accounts
    assert Event.objects.filter(name="parties.identity.refused").count() == 1


def test_keys_that_the_provider_changed_are_fetched_anew(
    hall: Hall, settings: Settings, guard: Actor, login: str
) -> None:
    port = identity_provider.free_port()
    settings.ZHENGTONG_ISSUER = issuer = Issuer(f"http://localhost:{port}", "zhengtong", "统一身份", "any secret")
    people.bind_identity(login=login, issuer=issuer.url, subject=WHO, actor=guard, clock=CLOCK)
    for _ in range(2):  # the second start has another key; ours are cached
        with identity_provider.running(port):
            browser = _browser()
            answer = browser.get(identity_provider.agree(_leave(browser), subject=WHO))
            assert answer["Location"] == "/"
            assert browser.get("/inbox").status_code == 200


@pytest.mark.fault(
    "parties.identity_untrue",
    what="a token is past its time, of another issuer, for another client, or answers another sign-in",
    unchanged="nobody is signed in",
)
def test_a_token_past_its_time_signs_nobody_in(hall: Hall, settings: Settings, guard: Actor, login: str) -> None:
    port = identity_provider.free_port()
    settings.ZHENGTONG_ISSUER = issuer = Issuer(f"http://localhost:{port}", "zhengtong", "统一身份", "any secret")
    people.bind_identity(login=login, issuer=issuer.url, subject=WHO, actor=guard, clock=CLOCK)
    with identity_provider.running(port, "--token-max-age", f"-{oidc.SKEW_S + 5}"):
        browser = _browser()
        assert "不可信（exp）" in _said(browser, browser.get(identity_provider.agree(_leave(browser), subject=WHO)))
    assert browser.get("/inbox").status_code == 302


@pytest.mark.fault(
    "parties.identity_again",
    what="an answer arrives that this session did not ask for, or too late, or a second time",
    unchanged="nobody is signed in",
)
def test_an_answer_counts_once_in_the_session_that_asked(hall: Hall, issuer: Issuer, guard: Actor, login: str) -> None:
    people.bind_identity(login=login, issuer=issuer.url, subject=WHO, actor=guard, clock=CLOCK)
    browser, other = _browser(), _browser()
    _leave(other)
    back = identity_provider.agree(_leave(browser), subject=WHO)
    assert "不是从本页发起" in _said(other, other.get(back))
    assert browser.get(back)["Location"] == "/"
    assert "不是从本页发起" in _said(browser, browser.get(back))
    late = _browser()
    back = identity_provider.agree(_leave(late), subject=WHO)
    session = late.session
    session[FLOW_KEY] = {**session[FLOW_KEY], "at": int(time.time()) - oidc.FLOW_S_MAX - 5}
    session.save()
    assert "已经过期" in _said(late, late.get(back))


def test_a_code_is_worth_nothing_without_its_nonce(hall: Hall, issuer: Issuer, guard: Actor, login: str) -> None:
    people.bind_identity(login=login, issuer=issuer.url, subject=WHO, actor=guard, clock=CLOCK)
    browser = _browser()
    back = identity_provider.agree(_leave(browser), subject=WHO)
    session = browser.session
    session[FLOW_KEY] = {**session[FLOW_KEY], "nonce": "another"}
    session.save()
    assert "不可信（nonce）" in _said(browser, browser.get(back))


@pytest.mark.fault(
    "parties.identity_declined", what="the person declines at the provider", unchanged="nobody is signed in"
)
def test_who_declines_is_back_on_the_sign_in_page(hall: Hall, issuer: Issuer) -> None:
    browser = _browser()
    state = parse_qs(urlsplit(_leave(browser)).query)["state"][0]
    assert "没有同意" in _said(browser, browser.get(f"/signin/identity/back?error=access_denied&state={state}"))


def test_a_second_factor_is_still_asked_for_and_a_lock_still_holds(
    hall: Hall, issuer: Issuer, guard: Actor, login: str
) -> None:
    people.bind_identity(login=login, issuer=issuer.url, subject=WHO, actor=guard, clock=CLOCK)
    Account.objects.filter(login=login).update(second_factor="ABCDEFGH", second_factor_on=CLOCK.now())
    browser = _browser()
    answer = browser.get(identity_provider.agree(_leave(browser), subject=WHO))
    assert answer["Location"].startswith("/signin/code")
    assert browser.get("/inbox").status_code == 302
    Account.objects.filter(login=login).update(second_factor_on=None)
    for _ in range(FAILED_SIGN_INS_MAX):
        with pytest.raises(NotAllowed):
            sign_in.with_password(login=login, password="wrong", clock=CLOCK)
    browser = _browser()
    assert "锁定" in _said(browser, browser.get(identity_provider.agree(_leave(browser), subject=WHO)))


def test_misses_at_the_password_are_not_forgotten_by_it(hall: Hall, issuer: Issuer, guard: Actor, login: str) -> None:
    people.bind_identity(login=login, issuer=issuer.url, subject=WHO, actor=guard, clock=CLOCK)
    with pytest.raises(NotAllowed):
        sign_in.with_password(login=login, password="wrong", clock=CLOCK)
    browser = _browser()
    browser.get(identity_provider.agree(_leave(browser), subject=WHO))
    assert Account.objects.get(login=login).failed_sign_ins == 1


@pytest.mark.fault(
    "parties.identity_off", what="somebody uses the provider's door where none is configured", unchanged="nothing"
)
def test_without_a_provider_there_is_no_button_and_no_door(hall: Hall) -> None:
    browser = _browser()
    assert "/signin/identity" not in browser.get("/signin").content.decode()
    assert browser.get("/signin/identity").status_code == 404


@pytest.mark.fault(
    "parties.passwords_off", what="a password is typed where passwords are off", unchanged="nobody is signed in"
)
def test_passwords_can_be_turned_off(hall: Hall, issuer: Issuer, login: str, settings: Settings) -> None:
    browser = _browser()
    assert browser.post("/signin", {"login": login, "password": PASSWORD}).status_code == 302
    settings.ZHENGTONG_PASSWORDS = False
    fresh = _browser()
    assert 'name="password"' not in fresh.get("/signin").content.decode()
    assert fresh.post("/signin", {"login": login, "password": PASSWORD}).status_code == 403


@pytest.mark.fault(
    "parties.identity_taken", what="an identity is bound a second time", unchanged="the first binding stays"
)
def test_an_identity_is_bound_once_to_an_account_with_a_seat_by_the_security_administrator(
    hall: Hall, issuer: Issuer, guard: Actor, login: str
) -> None:
    def bind(subject: str, *, name: str = login, actor: Actor = guard) -> None:
        people.bind_identity(login=name, issuer=issuer.url, subject=subject, actor=actor, clock=CLOCK)

    with pytest.raises(NotAllowed, match="role_needed"):
        bind(WHO, actor=hall.officer("tl-market"))
    with pytest.raises(NotFound, match="no_account"):
        bind(WHO, name="nobody")
    bind(WHO)
    for subject in (WHO, "u-other"):
        with pytest.raises(RuleBroken, match="identity_taken"):
            bind(subject)
    people.release_identity(login=login, issuer=issuer.url, reason="换人", actor=guard, clock=CLOCK)
    bind("u-other")
    names = ["parties.identity.bound", "parties.identity.released", "parties.identity.bound"]
    assert (
        list(Event.objects.filter(name__startswith="parties.identity.").order_by("id").values_list("name", flat=True))
        == names
    )


@pytest.mark.fault(
    "parties.identity_needs_seat", what="an identity is bound to somebody without a seat", unchanged="nothing"
)
def test_nobody_without_a_seat_is_bound(hall: Hall, issuer: Issuer, guard: Actor) -> None:
    officer = people.add_officer(name="新人", actor=SYSTEM, clock=CLOCK)
    people.open_account(login="new", officer=officer, password=PASSWORD, actor=SYSTEM, clock=CLOCK)
    with pytest.raises(RuleBroken, match="identity_needs_seat"):
        people.bind_identity(login="new", issuer=issuer.url, subject="x", actor=guard, clock=CLOCK)


@pytest.mark.fault(
    "parties.identity_of_oneself", what="a security administrator binds an own identity", unchanged="nothing"
)
def test_a_security_administrator_binds_no_identity_to_oneself(hall: Hall, issuer: Issuer, guard: Actor) -> None:
    assert guard.officer
    people.open_account(login="guard", officer=guard.officer, password=PASSWORD, actor=SYSTEM, clock=CLOCK)
    with pytest.raises(RuleBroken, match="identity_of_oneself"):
        people.bind_identity(login="guard", issuer=issuer.url, subject="x", actor=guard, clock=CLOCK)


@pytest.mark.fault("parties.identity_malformed", what="an empty or endless identity is bound", unchanged="nothing")
@pytest.mark.parametrize("subject", ["", "  ", "x" * 256])
def test_an_identity_has_a_shape(hall: Hall, issuer: Issuer, guard: Actor, login: str, subject: str) -> None:
    with pytest.raises(RuleBroken, match="identity_malformed"):
        people.bind_identity(login=login, issuer=issuer.url, subject=subject, actor=guard, clock=CLOCK)


@pytest.mark.fault("parties.identity_none", what="a binding is released that is not there", unchanged="nothing")
def test_what_is_not_bound_is_not_released(hall: Hall, issuer: Issuer, guard: Actor, login: str) -> None:
    with pytest.raises(NotFound, match="identity_none"):
        people.release_identity(login=login, issuer=issuer.url, reason="换人", actor=guard, clock=CLOCK)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"iss": "https://elsewhere.example"}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["zt", "another"]}, "aud"),
        ({"aud": ["zt", "another"], "azp": "another"}, "aud"),
        ({"exp": 1_000 - oidc.SKEW_S}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": 1_001 + oidc.SKEW_S}, "iat"),
        ({"iat": 999 - oidc.TOKEN_AGE_S_MAX}, "iat"),
        ({"nonce": "m"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
    ],
)
def test_a_claim_that_does_not_hold_is_named(wrong: dict[str, object], what: str) -> None:
    held = Issuer("https://id.example", "zt", "id")
    good = {"iss": held.url, "aud": "zt", "exp": 1_060, "iat": 1_000, "nonce": "n", "sub": "u"}
    assert oidc.check_claims(good, issuer=held, nonce="n", now=1_000) == "u"
    assert oidc.check_claims({**good, "exp": 1_000 - oidc.SKEW_S + 1}, issuer=held, nonce="n", now=1_000) == "u"
    assert oidc.check_claims({**good, "aud": ["zt", "b"], "azp": "zt"}, issuer=held, nonce="n", now=1_000) == "u"
    with pytest.raises(NotAllowed) as refused:
        oidc.check_claims({**good, **wrong}, issuer=held, nonce="n", now=1_000)
    assert refused.value.facts["what"] == what


@pytest.mark.parametrize("claimed", ["none", "HS256"])
def test_a_token_without_a_signature_of_the_provider_signs_nobody_in(issuer: Issuer, claimed: str) -> None:
    oidc.forget()
    oidc.begin(issuer, back=BACK)

    def part(held: dict[str, object]) -> str:
        return urlsafe_b64encode(json.dumps(held).encode()).rstrip(b"=").decode()

    now = int(time.time())
    claims: dict[str, object] = {"iss": issuer.url, "aud": issuer.client, "exp": now + 60, "iat": now, "sub": WHO}
    forged = f"{part({'alg': claimed})}.{part(claims)}.{part({'x': 1}) if claimed != 'none' else ''}"
    assert urlsafe_b64decode(forged.split(".")[0] + "==")
    with pytest.raises(NotAllowed, match="identity_untrue"):
        oidc._claims(issuer, forged)


class _Answers(BaseHTTPRequestHandler):
    """A server that says what a test wants; not a provider, only the wrong answers of one."""

    body, status, location = b"{}", 200, ""

    def do_GET(self) -> None:
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def answers() -> Iterator[tuple[Issuer, type[_Answers]]]:
    kind = cast(type[_Answers], type("Answers", (_Answers,), {}))
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    oidc.forget()
    yield Issuer(f"http://127.0.0.1:{server.server_port}", "zt", "id"), kind
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.fault(
    "parties.identity_unreachable",
    what="the provider is down, sends something else than it must, endlessly, or to another place",
    unchanged="nobody is signed in, the page says so",
)
@pytest.mark.parametrize(
    ("body", "status", "location"),
    [
        (b"<html>", 200, ""),
        (b" " * (oidc.ANSWER_BYTES_MAX + 1) + b"{}", 200, ""),
        (b"{}", 500, ""),
        (b"{}", 302, "http://127.0.0.1:1/elsewhere"),
    ],
)
def test_what_a_provider_sends_is_bounded(
    answers: tuple[Issuer, type[_Answers]], body: bytes, status: int, location: str
) -> None:
    issuer, kind = answers
    kind.body, kind.status, kind.location = body, status, location
    with pytest.raises(NotAllowed, match="identity_unreachable"):
        oidc.begin(issuer, back=BACK)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"issuer": "https://elsewhere.example"},
        {
            "authorization_endpoint": "http://elsewhere.example/a",
            "token_endpoint": "https://b/t",
            "jwks_uri": "https://b/k",
        },
        {"authorization_endpoint": "javascript:alert(1)", "token_endpoint": "https://b/t", "jwks_uri": "https://b/k"},
    ],
)
def test_a_discovery_that_names_others_is_not_believed(
    answers: tuple[Issuer, type[_Answers]], document: dict[str, str]
) -> None:
    issuer, kind = answers
    kind.body = json.dumps({"issuer": issuer.url, **document}).encode()
    with pytest.raises(NotAllowed, match="identity_untrue"):
        oidc.begin(issuer, back=BACK)


@pytest.mark.parametrize(
    "given",
    [
        {"ZHENGTONG_OIDC_ISSUER": "http://id.example", "ZHENGTONG_OIDC_CLIENT": "zt"},
        {"ZHENGTONG_OIDC_ISSUER": "https://id.example"},
        {"ZHENGTONG_OIDC_CLIENT": "zt"},
        {"ZHENGTONG_PASSWORDS": "0"},
    ],
)
def test_a_configuration_that_cannot_work_stops_the_start(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="ZHENGTONG_"):
        read(given)


def test_a_configuration_names_the_provider() -> None:
    held = read(
        {"ZHENGTONG_OIDC_ISSUER": "https://id.example", "ZHENGTONG_OIDC_CLIENT": "zt", "ZHENGTONG_PASSWORDS": "0"}
    )
    assert (held.identity.name if held.identity else "", held.passwords) == ("id.example", False)
    assert read({}).identity is None
    assert read({}).passwords
