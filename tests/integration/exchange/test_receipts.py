"""Receipts are stored once, only as signed, and both sides are compared."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.exchange_world import LAND, MARKET, POLICE, FakeNode, actor, grant_row, joined
from zhengtong.exchange import queries, services
from zhengtong.exchange.rules import Match
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Grant as GrantRow
from zhengtong.wire.documents import check_signatures, document_from_json
from zhengtong.wire.records import OutcomeKind
from zhengtong.wire.suites import key_id

pytestmark = pytest.mark.django_db
ASK = "0193b3e0-0000-7000-8000-00000000000a"


@pytest.fixture
def pair(center: Path, clock: FixedClock) -> tuple[FakeNode, FakeNode, UUID]:
    """Provider, consumer and the grant between them."""
    grant = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock)
    return joined(LAND, clock), joined(MARKET, clock), grant


def _both(pair: tuple[FakeNode, FakeNode, UUID], exchange: str, **changes: object) -> None:
    provider, consumer, grant = pair
    assert provider.report(provider.receipt(exchange, side="provider", peer=MARKET, grant=grant)).status_code == 200
    said = consumer.receipt(exchange, side="consumer", peer=LAND, grant=grant)
    assert consumer.report(replace(said, **changes)).status_code == 200


def test_two_equal_receipts_agree(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    _both(pair, ASK)
    page = queries.exchange(exchange=ASK, actor=SYSTEM, clock=clock)
    assert page.line.match is Match.EQUAL
    assert all(one.same for one in page.compared)
    assert page.provider
    assert page.consumer
    sides = queries.three_sides(actor=SYSTEM)
    assert (sides.exchanges, sides.provider, sides.consumer, sides.equal, sides.agree) == (1, 1, 1, 1, True)


def test_the_same_batch_twice_changes_nothing(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    provider, _, grant = pair
    batch = provider.batch(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant))
    first = json.loads(provider.call("POST", "receipts", batch).content)
    second = json.loads(provider.call("POST", "receipts", batch).content)
    assert (first["accepted"], first["known"], first["through"]) == (1, 0, 0)
    assert (second["accepted"], second["known"], second["through"]) == (0, 1, 0)
    use = queries.grant_use(grant=grant, actor=actor(Role.DATA_OFFICER, of=LAND), clock=clock)
    assert use.answered == 1


def test_rows_that_flow_before_anybody_confirms_the_delivery_show_the_grant_in_use(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    provider, _, grant = pair
    GrantRow.objects.filter(pk=grant).update(state="delivering")
    officer = actor(Role.DATA_OFFICER, of=LAND)
    assert not queries.grant_use(grant=grant, actor=officer, clock=clock).unconfirmed
    provider.report(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant))
    assert queries.grant_use(grant=grant, actor=officer, clock=clock).unconfirmed


@pytest.mark.fault(
    "exchange.receipt_tampered",
    what="a batch of receipts was changed, or another node sends it",
    unchanged="no receipt is stored",
)
def test_a_tampered_batch_is_refused_whole(pair: tuple[FakeNode, FakeNode, UUID]) -> None:
    provider, consumer, grant = pair
    batch = provider.batch(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant))
    bad = batch.replace(b'\\"rows\\":1', b'\\"rows\\":2')
    assert bad != batch
    refused = provider.call("POST", "receipts", bad)
    assert (refused.status_code, json.loads(refused.content)["key"]) == (403, "exchange.receipt_tampered")
    assert consumer.call("POST", "receipts", batch).status_code == 403  # somebody else's batch
    assert queries.three_sides(actor=SYSTEM).exchanges == 0


@pytest.mark.fault(
    "exchange.receipt_contradicts",
    what="a node tells a second story about one record",
    unchanged="the first receipt stands",
)
def test_a_second_story_about_one_record_is_refused(pair: tuple[FakeNode, FakeNode, UUID]) -> None:
    provider, _, grant = pair
    told = provider.receipt(ASK, side="provider", peer=MARKET, grant=grant)
    provider.report(told)
    again = json.loads(provider.report(replace(told, rows=9)).content)
    assert [one["key"] for one in again["refused"]] == ["exchange.receipt_contradicts"]
    other_record = json.loads(provider.report(replace(told, index=provider.write(), rows=9)).content)
    assert other_record["accepted"] == 0


def test_a_difference_is_found_and_named(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    from zhengtong.journal.queries import events_of

    _both(pair, ASK, rows=2)
    page = queries.exchange(exchange=ASK, actor=SYSTEM, clock=clock)
    assert page.line.match is Match.DIFFER
    assert [one.label for one in page.compared if not one.same] == ["行数"]
    (event,) = events_of(page.line.id)
    assert (event.name, event.payload["fields"]) == ("exchange.receipt.mismatched", ["rows"])
    assert queries.three_sides(actor=SYSTEM).agree is False


def test_a_side_that_stays_silent_is_found_and_forgiven_when_it_speaks(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    provider, consumer, grant = pair
    at = clock.now()
    provider.report(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant))
    assert services.compare_waiting(clock=clock) == 0
    clock.move(timedelta(minutes=11))
    assert services.compare_waiting(clock=clock) == 1
    assert queries.exchange(exchange=ASK, actor=SYSTEM, clock=clock).line.match is Match.CONSUMER_MISSING
    consumer.report(consumer.receipt(ASK, side="consumer", peer=LAND, grant=grant, at=at))
    assert queries.exchange(exchange=ASK, actor=SYSTEM, clock=clock).line.match is Match.EQUAL


def test_a_refusal_says_why_with_article_and_remedy(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    _, consumer, grant = pair
    refused = consumer.receipt(
        ASK,
        side="consumer",
        peer=LAND,
        grant=grant,
        outcome=OutcomeKind.REFUSED,
        refusal="wire.refused_field",
        rows=None,
        reply_digest=None,
    )
    consumer.report(refused)
    page = queries.exchange(exchange=ASK, actor=actor(Role.ENGINEER, of=MARKET), clock=clock)
    assert page.line.match is Match.LOCAL
    assert page.why is not None
    assert page.why.article == "政务数据共享条例第二十条"
    assert "信息项" in page.why.text
    assert page.why.remedy
    use = queries.grant_use(grant=grant, actor=actor(Role.DATA_OFFICER, of=MARKET), clock=clock)
    assert [(one.why.key, one.count) for one in use.refusals] == [("wire.refused_field", 1)]
    assert use.today.refused == 1


def test_an_exchange_is_seen_by_its_two_sides_only(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    _both(pair, ASK)
    _, _, grant = pair
    joined(POLICE, clock)
    stranger = actor(Role.ENGINEER, of=POLICE)
    assert queries.exchanges(actor=stranger, clock=clock).rows == ()
    with pytest.raises(NotFound):
        queries.exchange(exchange=ASK, actor=stranger, clock=clock)
    with pytest.raises(NotFound):
        queries.grant_use(grant=grant, actor=stranger, clock=clock)
    assert len(queries.exchanges(actor=actor(Role.ENGINEER, of=LAND), clock=clock).rows) == 1


def test_exchanges_are_listed_page_by_page(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    provider, _, grant = pair
    ids = []
    for number in range(5):
        clock.move(timedelta(seconds=1))
        ids.append(f"{ASK[:-1]}{number}")
        provider.report(provider.receipt(ids[-1], side="provider", peer=MARKET, grant=grant))
    first = queries.exchanges(actor=SYSTEM, clock=clock, rows=2)
    second = queries.exchanges(actor=SYSTEM, clock=clock, rows=2, after=first.next_after)
    third = queries.exchanges(actor=SYSTEM, clock=clock, rows=2, after=second.next_after)
    assert [row.exchange for page in (first, second, third) for row in page.rows] == ids[::-1]
    assert third.next_after == ""


def test_flows_name_the_last_success_and_how_long_ago(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    _both(pair, ASK)
    clock.move(timedelta(days=3))
    (flow,) = queries.flows(actor=SYSTEM, clock=clock)
    assert (flow.grant_number, flow.quiet_days, flow.answered, flow.rows) == ("0002-1", 3, 1, 1)


def test_a_growing_ledger_is_cosigned(pair: tuple[FakeNode, FakeNode, UUID]) -> None:
    provider, _, _ = pair
    provider.write(5)
    first = provider.say("heads", {"head": provider.head().to_json(), "proof": []})
    assert first.status_code == 200
    said = json.loads(first.content)
    _, roots = queries.current_roots()
    online = roots.online_keys[0].public
    document = document_from_json(said["cosigned"], kind="head")
    keys = {key_id(public): public for public in (online, provider.sign.public)}
    assert len(check_signatures(document, keys=keys, threshold=2)) == 2
    provider.write(6)
    grown = provider.say("heads", {"head": provider.head().to_json(), "proof": provider.proof(5, 11)})
    assert json.loads(grown.content)["size"] == 11
    assert json.loads(provider.call("GET", "heads").content)["size"] == 11


@pytest.mark.fault(
    "exchange.ledger_forked",
    what="a ledger was rewritten or shortened",
    unchanged="the last co-signed head stands; the alarm is an event",
)
def test_a_forked_or_shortened_ledger_raises_the_alarm_and_is_not_signed(
    pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock
) -> None:
    from zhengtong.journal.queries import events_of

    provider, _, _ = pair
    provider.write(8)
    provider.say("heads", {"head": provider.head().to_json(), "proof": []})
    provider.leaves[3] = b"\x00" * 32  # history rewritten
    provider.write(2)
    forked = provider.say("heads", {"head": provider.head().to_json(), "proof": provider.proof(8, 10)})
    assert (forked.status_code, json.loads(forked.content)["key"]) == (409, "exchange.ledger_forked")
    shorter = provider.say("heads", {"head": provider.head(4).to_json(), "proof": []})
    assert shorter.status_code == 409
    node = queries.node_by_code(code=LAND)
    assert [one.name for one in events_of(node.id)].count("exchange.ledger.forked") == 2
    page = queries.node(node=node.id, actor=SYSTEM, clock=clock)
    assert [head.forked for head in page.heads].count(True) == 2
    assert json.loads(provider.call("GET", "heads").content)["size"] == 8


def test_a_report_of_status_is_shown(pair: tuple[FakeNode, FakeNode, UUID], clock: FixedClock) -> None:
    provider, _, _ = pair
    said = {"software": "zhengtong/0.1.0", "directory": "1.1", "queue": 4, "disk_free_bytes": 10_000}
    assert provider.say("status", said).status_code == 204
    assert provider.say("status", {"queue": -1}).status_code == 422
    page = queries.node(node=queries.node_by_code(code=LAND).id, actor=SYSTEM, clock=clock)
    assert (page.line.queue, page.line.directory, page.line.heard) == (4, "1.1", True)
    clock.move(timedelta(minutes=6))
    assert queries.nodes(actor=SYSTEM, clock=clock)[0].heard is False


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"head": 3}', b'{"head": {}, "proof": [1]}'])
@pytest.mark.fault("exchange.body_malformed", what="a node sends a malformed body", unchanged="nothing is stored")
def test_a_malformed_body_is_explained(pair: tuple[FakeNode, FakeNode, UUID], body: bytes) -> None:
    answer = pair[0].call("POST", "heads", body)
    assert answer.status_code == 422
    assert json.loads(answer.content)["remedy"]


@pytest.mark.fault("exchange.body_too_large", what="a node sends more than 1 MiB", unchanged="nothing is stored")
def test_an_oversized_body_is_refused_unread(pair: tuple[FakeNode, FakeNode, UUID]) -> None:
    assert pair[0].call("POST", "receipts", b"x" * ((1 << 20) + 1)).status_code in (413, 422)
