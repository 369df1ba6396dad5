"""Chinese first: the language is what the reader chose, not what the browser was shipped with."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ENGLISH_BROWSER = {"accept-language": "en-GB,en;q=0.9"}


def test_an_english_browser_gets_the_chinese_page(client: Client) -> None:
    answer = client.get("/signin", headers=ENGLISH_BROWSER)
    assert answer["Content-Language"] == "zh-hans"
    assert 'lang="zh-' in answer.content.decode()[:200].lower()
    assert "Accept-Language" not in answer.get("Vary", "")
    assert "Cookie" in answer["Vary"]


@pytest.mark.parametrize(
    ("chosen", "spoken"), [("en", "en"), ("zh-hans", "zh-hans"), ("fr", "zh-hans"), ("", "zh-hans")]
)
def test_the_readers_own_choice_is_kept(client: Client, chosen: str, spoken: str) -> None:
    client.cookies["django_language"] = chosen
    assert client.get("/signin", headers={"accept-language": "fr"})["Content-Language"] == spoken


def test_the_choice_is_made_on_the_page(client: Client) -> None:
    assert client.post("/i18n/setlang/", {"language": "en", "next": "/signin"}).status_code == 302
    assert client.get("/signin")["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("query", "accepted", "spoken"),
    [
        ("", "en-GB,en", "en"),
        ("", "zh-CN", "zh-hans"),
        ("?lang=en", "zh", "en"),
        ("?lang=zh", "en", "zh-hans"),
        ("", "", "zh-hans"),
    ],
)
def test_programs_ask_for_a_language(client: Client, query: str, accepted: str, spoken: str) -> None:
    answer = client.get(f"/api/exchange/roots{query}", headers={"accept-language": accepted})
    assert answer["Content-Language"] == spoken
    assert "Accept-Language" in answer["Vary"]


def test_the_language_of_one_request_does_not_stay_for_the_next(client: Client) -> None:
    from django.utils.translation import get_language

    client.get("/api/exchange/roots?lang=en")
    assert get_language() == "zh-hans"
