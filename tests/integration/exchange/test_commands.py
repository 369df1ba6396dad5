"""The same from a terminal, with --json on every listing."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.exchange_world import LAND, MARKET, FakeNode, grant_row, joined, visitor
from zhengtong.exchange import queries
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    from zhengtong.exchange.cli import app

    answer = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_a_node_is_invited_approved_and_published_from_a_terminal(center: Path, clock: FixedClock) -> None:
    visitor(Role.SYSTEM_ADMIN, clock=clock)
    visitor(Role.SECURITY_ADMIN, clock=clock)
    said = json.loads(run("invite", LAND, "--as", "system-admin-wl-data", "--json"))
    assert said["root_fingerprint"] == queries.root_fingerprint()
    node = FakeNode(LAND, clock)
    node.join(said["code"])
    words = ("approve", LAND, "--fingerprint", node.fingerprint, "--as")
    with pytest.raises(NotAllowed):
        run(*words, "system-admin-wl-data")
    assert "active" in run(*words, "security-admin-wl-data")
    assert json.loads(run("publish", "--json"))["known_as"] == "1.1"
    assert json.loads(run("nodes", "--json"))["fingerprint"] == node.fingerprint
    assert queries.root_fingerprint() in run("keys", "show")


def test_listings_are_one_json_object_a_line(center: Path, clock: FixedClock) -> None:
    grant = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock)
    provider = joined(LAND, clock)
    joined(MARKET, clock)
    provider.report(provider.receipt("ask-1", side="provider", peer=MARKET, grant=grant))
    for words in (("nodes",), ("flows",), ("exchanges",)):
        rows = [json.loads(line) for line in run(*words, "--json").splitlines()]
        assert rows
        assert run(*words)


def test_receipts_that_do_not_agree_end_with_status_one(center: Path, clock: FixedClock) -> None:
    from zhengtong.exchange.cli import app

    grant = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock)
    joined(MARKET, clock)
    provider = joined(LAND, clock)
    assert CliRunner().invoke(app, ["receipts"]).exit_code == 0
    provider.report(provider.receipt("ask-1", side="provider", peer=MARKET, grant=grant))
    assert CliRunner().invoke(app, ["receipts", "--json"]).exit_code == 1


def test_a_suspension_and_a_key_change_from_a_terminal(center: Path, clock: FixedClock) -> None:
    visitor(Role.SECURITY_ADMIN, clock=clock)
    joined(LAND, clock)
    login = ("--as", "security-admin-wl-data")
    assert "suspended" in run("suspend", LAND, "--reason", "检修", *login)
    assert "active" in run("resume", LAND, *login)
    before = (center / "keys" / "online.pem").read_bytes()
    run("keys", "rotate", *login)
    assert (center / "keys" / "online.pem").read_bytes() != before
    assert json.loads(run("epoch", "new", "--reason", "恢复", *login, "--json")) == {"epoch": 2}
