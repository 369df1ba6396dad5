"""Each node has only its own word: nobody speaks for the other side, and nobody takes a word back unseen."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.exchange_world import LAND, MARKET, POLICE, FakeNode, actor, grant_row, joined, visitor
from zhengtong.exchange import queries
from zhengtong.exchange.models import ReceiptBatch
from zhengtong.exchange.rules import Match
from zhengtong.journal.queries import events_of
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role
from zhengtong.wire.records import OutcomeKind
from zhengtong.wire.suites import digest_text

pytestmark = pytest.mark.django_db
ASK = "0193b3e0-0000-7000-8000-00000000000a"
REFUSED = {"outcome": OutcomeKind.REFUSED, "refusal": "wire.refused_case", "rows": None}


@pytest.fixture
def pair(center: Path, clock: FixedClock) -> tuple[FakeNode, FakeNode, UUID]:
    """Provider, consumer and the grant between them."""
    grant = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock)
    return joined(LAND, clock), joined(MARKET, clock), grant


def _keys(answer: object) -> list[str]:
    said = json.loads(answer.content)  # pyright: ignore[reportAttributeAccessIssue] -- the test client's answer
    return [one["key"] for one in said["refused"]]


def _page(clock: FixedClock, exchange: str = ASK) -> queries.ExchangePage:
    return queries.exchange(exchange=exchange, actor=SYSTEM, clock=clock)


@pytest.mark.fault(
    "exchange.receipt_of_itself",
    what="a consumer reports the provider's side of its own exchange before the provider does",
    unchanged="the provider's word is taken, and the forged one is kept as a finding",
)
def test_a_consumer_cannot_speak_for_the_provider(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    provider, consumer, grant = pair
    forged = consumer.receipt(ASK, side="provider", peer=MARKET, grant=grant, **REFUSED)
    own = consumer.receipt(ASK, side="consumer", peer=LAND, grant=grant, **REFUSED)
    assert _keys(consumer.report(forged, own)) == ["exchange.receipt_of_itself"]
    true = provider.receipt(ASK, side="provider", peer=MARKET, grant=grant)
    assert json.loads(provider.report(true).content)["accepted"] == 1
    page = _page(clock)
    assert (page.line.match, page.line.outcome, page.line.rows) == (Match.DIFFER, "answered", 1)
    assert page.provider
    assert page.provider.node == LAND
    assert [(one.node, one.kind) for one in queries.disputed(actor=SYSTEM)] == [(MARKET, "itself")]


def test_naming_another_peer_does_not_take_the_providers_place(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    provider, consumer, grant = pair
    forged = consumer.receipt(ASK, side="provider", peer=POLICE, grant=grant, **REFUSED)
    consumer.report(forged, consumer.receipt(ASK, side="consumer", peer=LAND, grant=grant))
    assert _keys(provider.report(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant))) == []
    lines = queries.exchanges(actor=SYSTEM, clock=clock).rows
    assert {(one.provider, one.consumer, one.match) for one in lines} >= {
        (line.provider, line.consumer, Match.EQUAL) for line in lines if line.outcome == "answered"
    }
    assert len(lines) == 2
    page = _page(clock)  # the pair of the grant comes first
    assert (page.line.match, page.line.outcome) == (Match.EQUAL, "answered")
    assert [one.outcome for one in page.others] == ["refused"]
    assert queries.exchange(exchange=str(page.others[0].id), actor=SYSTEM, clock=clock).line.outcome == "refused"


@pytest.mark.fault(
    "exchange.receipt_outside_grant",
    what="a node reports an answer that no grant covers",
    unchanged="nothing is counted; the receipt is kept as a finding",
)
def test_an_answer_outside_its_grant_is_not_an_exchange_but_a_finding(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    provider, consumer, grant = pair
    police = joined(POLICE, clock)
    for node, side, peer, named in (
        (police, "provider", MARKET, grant),  # not the provider
        (police, "consumer", LAND, grant),  # not the consumer
        (provider, "consumer", MARKET, grant),  # the wrong way round
        (consumer, "consumer", POLICE, grant),  # the wrong peer
        (provider, "provider", MARKET, "no-grant"),
        (provider, "provider", MARKET, str(grant).upper()),
    ):
        answer = node.report(node.receipt(ASK, side=side, peer=peer, grant=named))
        assert _keys(answer) == ["exchange.receipt_outside_grant"], (node.code, side, peer)
    assert queries.three_sides(actor=SYSTEM).exchanges == 0
    found = queries.disputed(actor=SYSTEM)
    assert [one.kind for one in found] == ["outside_grant"] * 6
    (event,) = events_of(found[0].id)
    assert (event.name, event.payload["kind"]) == ("exchange.receipt.mismatched", "outside_grant")


def test_a_stranger_adds_nothing_to_the_use_of_a_grant(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    provider, _, grant = pair
    police = joined(POLICE, clock)
    police.report(
        police.receipt(ASK, side="provider", peer=MARKET, grant=grant, **REFUSED),
        police.receipt(ASK[:-1] + "b", side="consumer", peer=LAND, grant=grant, **REFUSED),
    )
    use = queries.grant_use(grant=grant, actor=actor(Role.DATA_OFFICER, of=LAND), clock=clock)
    assert (use.refused, use.refusals, use.latest) == (0, (), ())
    assert queries.flows(actor=SYSTEM, clock=clock) == ()
    provider.report(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant))
    (flow,) = queries.flows(actor=SYSTEM, clock=clock)
    assert (flow.answered, flow.refused, flow.provider) == (1, 0, LAND)


def test_an_old_exchange_id_used_again_is_kept_and_shown(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    provider, consumer, grant = pair
    provider.report(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant))
    consumer.report(consumer.receipt(ASK, side="consumer", peer=LAND, grant=grant))
    second = provider.receipt(
        ASK, side="provider", peer=MARKET, grant=grant, rows=400, request_digest=digest_text(b"2")
    )
    for _ in range(2):  # in another batch the same word is the same finding
        assert _keys(provider.report(second)) == ["exchange.receipt_contradicts"]
    assert ReceiptBatch.objects.count() == 3  # what was heard before is not kept again
    page = _page(clock)
    assert (page.line.match, page.line.rows) == (Match.CONTRADICTS, 1)
    assert [(one.node, one.kind, one.rows) for one in page.disputed] == [(LAND, "contradicts", 400)]
    (event,) = [one for one in events_of(page.line.id) if one.name == "exchange.receipt.mismatched"]
    assert (event.payload["kind"], event.payload["fields"]) == ("contradicts", ["record", "rows", "request_digest"])
    sides = queries.three_sides(actor=SYSTEM)
    assert (sides.contradicts, sides.provider, sides.agree) == (1, 1, False)
    assert queries.counts(actor=SYSTEM, clock=clock).wrong == 1


def test_a_record_told_anew_is_kept_and_shown(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    provider, _, grant = pair
    told = provider.receipt(ASK, side="provider", peer=MARKET, grant=grant)
    provider.report(told, replace(told, rows=9))  # even within one batch
    page = _page(clock)
    assert (page.line.match, page.line.rows) == (Match.CONTRADICTS, 1)
    assert [(one.record, one.rows) for one in page.disputed] == [(told.index, 9)]


def test_a_consumer_that_plays_the_lost_reply_does_not_hide_what_left(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    provider, consumer, grant = pair
    provider.report(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant))
    lost = {"outcome": OutcomeKind.FAILED, "refusal": "node.peer_silent", "rows": None, "reply_digest": None}
    consumer.report(consumer.receipt(ASK, side="consumer", peer=LAND, grant=grant, **lost))
    line = _page(clock).line
    assert (line.match, line.outcome, line.rows) == (Match.REPLY_LOST, "answered", 1)
    assert len(queries.sample_case_numbers(grant=grant, count=5, actor=actor(Role.DATA_OFFICER, of=LAND))) == 1


def test_a_receipt_dated_ahead_does_not_wait_for_ever(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    from datetime import timedelta

    from zhengtong.exchange import services

    provider, _, grant = pair
    ahead = clock.now() + timedelta(days=3)
    provider.report(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant, at=ahead))
    clock.move(timedelta(minutes=11))
    assert services.compare_waiting(clock=clock) == 1
    assert _page(clock).line.match is Match.CONSUMER_MISSING


def test_findings_are_seen_by_those_concerned_and_on_the_pages(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    provider, consumer, grant = pair
    told = provider.receipt(ASK, side="provider", peer=MARKET, grant=grant)
    provider.report(told, replace(told, rows=9))
    consumer.report(consumer.receipt(ASK, side="provider", peer=MARKET, grant=grant, **REFUSED))
    assert [one.kind for one in queries.disputed(actor=actor(Role.ENGINEER, of=LAND))] == ["contradicts"]
    assert {one.kind for one in queries.disputed(actor=actor(Role.ENGINEER, of=MARKET))} == {"itself", "contradicts"}
    assert queries.disputed(actor=actor(Role.ENGINEER, of=POLICE)) == ()
    auditor = visitor(Role.AUDITOR, clock=clock)
    listed = auditor.get("/exchange/").content.decode()
    assert "前后矛盾" in listed
    assert "存疑回执" in listed
    assert "前后矛盾" in auditor.get("/exchange/?match=contradicts").content.decode()
    assert "存疑回执" in auditor.get(f"/exchange/records/{ASK}").content.decode()


def test_the_operator_lists_findings_at_the_console(pair: tuple[FakeNode, FakeNode, UUID]) -> None:
    from typer.testing import CliRunner

    from zhengtong.exchange.cli import app

    provider, _, grant = pair
    assert CliRunner().invoke(app, ["disputed"]).exit_code == 0
    told = provider.receipt(ASK, side="provider", peer=MARKET, grant=grant)
    provider.report(told, replace(told, rows=9))
    answer = CliRunner().invoke(app, ["disputed", "--json"])
    assert (answer.exit_code, json.loads(answer.stdout)["kind"]) == (1, "contradicts")


def test_ids_too_long_to_be_stored_are_refused_alone(pair: tuple[FakeNode, FakeNode, UUID]) -> None:
    provider, _, grant = pair
    long = provider.receipt("x" * 200, side="provider", peer=MARKET, grant=grant, **REFUSED)
    odd = provider.receipt(ASK, side="provider", peer="p\x00", grant=grant, **REFUSED)
    good = provider.receipt(ASK, side="provider", peer=MARKET, grant=grant)
    answer = provider.report(long, odd, good)
    assert _keys(answer) == ["exchange.receipt_malformed"] * 2
    assert json.loads(answer.content)["accepted"] == 1
