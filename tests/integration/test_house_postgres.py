"""The throw-away PostgreSQL of the tests."""

import os

import psycopg
import pytest
from django.db import connection


def test_each_test_gets_an_empty_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as session:
        assert session.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchone() == (0,)


@pytest.mark.django_db
def test_the_center_runs_on_the_store_that_was_asked_for() -> None:
    assert connection.vendor == os.environ.get("ZHENGTONG_TEST_STORE", "sqlite")
