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
