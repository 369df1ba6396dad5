"""The center cannot cut what it co-signed, nor rewrite its own events, without its nodes holding the proof."""

import json
from pathlib import Path

import pytest
from django.db import connection
from typer.testing import CliRunner

from tests.support.exchange_world import LAND, MARKET, POLICE, joined
from zhengtong.config import wiring
from zhengtong.exchange import queries, services
from zhengtong.exchange.cli import app as exchange
from zhengtong.exchange.queries.heads import anchored_head
from zhengtong.journal import append_only
from zhengtong.journal.cli import app as journal
from zhengtong.journal.queries import head
from zhengtong.journal.services.sequencer import seal
from zhengtong.kernel.clock import FixedClock
from zhengtong.wire.cosigned import parse_heads_file
from zhengtong.wire.directory import parse_members
from zhengtong.wire.documents import parse_document

pytestmark = pytest.mark.django_db


def _published_head() -> tuple[int, str] | None:
    document = parse_document(queries.stored_members(since="").body, kind="members", max_bytes=1 << 20)
    held = parse_members(document.payload_bytes).journal_head
    return None if held is None else (held.seq, held.digest.partition(":")[2])


def _behind_its_back(*statements: str) -> None:
    """What somebody with the database in hand does: no triggers, then anything, and the chain sealed anew."""
    with connection.cursor() as cursor:
        for statement in (*append_only.drop_statements(connection.vendor), *statements):
            cursor.execute(statement)
        assert seal() > 0
        for statement in append_only.create_statements(connection.vendor):
            cursor.execute(statement)


def _verify() -> tuple[int, dict[str, object]]:
    ran = CliRunner().invoke(journal, ["verify", "--json"])
    return ran.exit_code, json.loads(ran.output)


def test_the_auditor_gets_the_centers_own_copy_of_cosigned_heads(
    center: Path, clock: FixedClock, tmp_path: Path
) -> None:
    for code, records in ((LAND, 5), (MARKET, 3)):
        node = joined(code, clock)
        node.write(2)
        node.say("heads", {"head": node.head().to_json(), "proof": []})
        node.write(records - 2)
        node.say("heads", {"head": node.head().to_json(), "proof": node.proof(2, records)})
    file = tmp_path / "heads.jsonl"
    ran = CliRunner().invoke(exchange, ["heads", "export", str(file), "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.output) == {"file": str(file), LAND: 5, MARKET: 3}
    heads = parse_heads_file(file.read_bytes(), pinned=queries.root_fingerprint())
    assert {code: found.size for code, found in heads.items()} == {LAND: 5, MARKET: 3}


def test_every_directory_carries_the_head_of_the_event_chain(center: Path, clock: FixedClock) -> None:
    services.publish(clock=clock, force=True)
    assert _published_head() is None  # nothing is sealed yet
    joined(LAND, clock)
    seal()
    services.publish(clock=clock, force=True)
    assert _published_head() == (head().seq, head().digest)
    first = head().seq
    joined(MARKET, clock)
    seal()
    services.publish(clock=clock, force=True)
    assert _published_head() == (head().seq, head().digest)
    assert head().seq > first
    wiring.connect()
    code, said = _verify()
    assert (code, said["published"]) == (0, [f"{head().seq}:{head().digest}"])


def test_a_chain_rewritten_and_sealed_anew_fails_and_gets_no_new_signature(center: Path, clock: FixedClock) -> None:
    wiring.connect()
    joined(LAND, clock)
    seal()
    services.publish(clock=clock, force=True)
    anchored = _published_head()
    assert anchored is not None
    _behind_its_back(
        "DELETE FROM journal_event WHERE name = 'exchange.node.approved'",
        "UPDATE journal_event SET seq = NULL, digest = ''",
    )
    assert head().seq == anchored[0] - 1
    code, said = _verify()
    assert (code, said["flaw"], said["seq"]) == (1, "head_lost", anchored[0])
    for more in (MARKET, POLICE):  # however the chain grows, and however often the directory is signed after that
        joined(more, clock)
        seal()
        services.publish(clock=clock, force=True)
        assert _published_head() == anchored
        assert anchored_head() is not None
        code, said = _verify()
        assert (code, said["flaw"], said["seq"]) == (1, "head_lost", anchored[0])
