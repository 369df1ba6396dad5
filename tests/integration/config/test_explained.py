"""Every failure is one clear message with a remedy, as a page or as problem+json; a trace never leaves."""

import json
import logging
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import clear_url_caches

from tests.support.broken_urls import SECRET

pytestmark = pytest.mark.django_db
STATUS = {
    "not-found": (404, "journal.link_expired"),
    "not-allowed": (403, "journal.reads_for_auditors"),
    "wrong-state": (409, "journal.ring_full"),
    "rule-broken": (422, "journal.purpose_missing"),
    "unreachable": (503, "config.database_busy"),
    "missing": (404, "config.no_such_page"),
    "denied": (403, "config.not_allowed"),
    "bad": (400, "config.bad_request"),
    "locked": (503, "config.database_busy"),
    "constraint": (500, "config.database_refused"),
    "bug": (500, "config.internal"),
    "no-such-address": (404, "config.no_such_page"),
}


@pytest.fixture(autouse=True)
def broken(settings: LazySettings) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.support.broken_urls"
    clear_url_caches()
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    clear_url_caches()


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("name", "expected"), STATUS.items())
def test_a_program_gets_problem_json_with_a_remedy(browser: Client, name: str, expected: tuple[int, str]) -> None:
    answer = browser.get(f"/api/{name}", headers={"accept-language": "en"})
    said = json.loads(answer.content)
    assert (answer.status_code, said["status"], said["key"]) == (expected[0], *expected)
    assert answer["Content-Type"] == "application/problem+json"
    assert said["type"] == f"urn:zhengtong:problem:{expected[1]}"
    assert said["title"].isascii()
    assert said["remedy"]
    assert said["request_id"] == answer["X-Request-Id"]
    assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("name", ["unreachable", "locked"])
def test_what_may_be_tried_again_says_when(browser: Client, name: str) -> None:
    assert browser.get(f"/api/{name}")["Retry-After"] == "2"


def test_facts_fill_the_message_and_chinese_is_the_default(browser: Client) -> None:
    said = json.loads(browser.get("/api/wrong-state").content)
    assert said["title"] == "密钥环已有 16 把密钥，不能再添加"


def test_a_request_carries_its_clock_and_an_id_that_is_kept(browser: Client) -> None:
    given = browser.get("/facts", headers={"x-request-id": "case-2026-0001"})
    assert given.content.startswith(b"case-2026-0001 ")
    assert given["X-Request-Id"] == "case-2026-0001"
    made = browser.get("/facts", headers={"x-request-id": "<script>"})
    assert len(made["X-Request-Id"]) == 36


def test_every_answer_forbids_outside_hosts_frames_and_sniffing(browser: Client) -> None:
    answer = browser.get("/facts")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("name", "expected"), STATUS.items())
def test_a_person_gets_a_page_with_message_and_remedy(browser: Client, name: str, expected: tuple[int, str]) -> None:
    answer = browser.get(f"/{name}")
    page = answer.content.decode()
    assert answer.status_code == expected[0]
    assert answer["Content-Type"].startswith("text/html")
    assert SECRET not in page
    assert "Traceback" not in page
    assert '<html lang="zh' in page
