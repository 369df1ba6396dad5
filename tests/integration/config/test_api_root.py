"""The API root: closed to strangers, open about its shape, quiet about its inside."""

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_description_is_open_and_loads_nothing_from_outside(client: Client) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    assert json.loads(answer.content)["info"]["title"] == "政通 Zhengtong"
    assert client.get("/api/docs").status_code == 404


def test_an_unknown_address_is_problem_json(client: Client) -> None:
    answer = client.get("/api/no/such/thing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_process_says_that_it_lives(client: Client) -> None:
    assert client.get("/livez").content == b"ok\n"


def test_a_body_that_is_not_what_it_says_is_a_bad_request_and_no_bug(client: Client) -> None:
    unbounded = "multipart/form-data"  # no boundary, so no reader can tell its parts apart
    answer = client.post(
        "/signin/card", b'{"text": ""}', content_type=unbounded, headers={"accept": "application/json"}
    )
    assert (answer.status_code, json.loads(answer.content)["key"]) == (400, "config.bad_request")


@pytest.mark.parametrize(("address", "form"), [("/api/sharing/requests", "json"), ("/signin/card", "html")])
def test_a_wrong_method_says_which_is_right(client: Client, address: str, form: str) -> None:
    answer = client.put(address)
    assert (answer.status_code, form in answer["Content-Type"]) == (405, True)
    assert answer["Allow"]
    assert "这个地址不接受这种请求方式" in answer.content.decode() or b"config.wrong_method" in answer.content
