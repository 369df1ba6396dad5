"""Facts stand or fall with their cause, listeners run beside them, and nothing changes them afterwards."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support.facts import SUBJECT, WANG, ThingClosed, ThingOpened
from zhengtong.journal import dispatch, door, queries, rebuild
from zhengtong.journal.models import Event
from zhengtong.journal.rules import ChainHead, Flaw, check_chain
from zhengtong.journal.services import record
from zhengtong.journal.services.sequencer import seal
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken

pytestmark = pytest.mark.django_db


def _record(clock: FixedClock, count: int = 1) -> None:
    with transaction.atomic():
        for number in range(count):
            record(ThingOpened(SUBJECT, title=f"事项{number}"), actor=WANG, clock=clock)


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused(clock: FixedClock, wiring: None) -> None:
    with pytest.raises(RuntimeError, match=r"transaction\.atomic"):
        record(ThingOpened(SUBJECT, title="一"), actor=WANG, clock=clock)


def test_a_fact_says_who_for_whom_where_and_in_which_request(clock: FixedClock, wiring: None) -> None:
    with door.request_running("req-12345678"):
        _record(clock)
    (held,) = queries.events_of(SUBJECT)
    assert (held.actor, held.acting_for, held.organization) == (WANG.officer, WANG.acting_for, WANG.organization)
    assert (held.jurisdiction, held.request_id, held.at) == ("990100", "req-12345678", clock.now())
    assert (held.name, held.version, held.payload) == ("probe.thing.opened", 1, {"title": "事项0"})


def test_a_listener_that_fails_takes_the_fact_with_it(clock: FixedClock, wiring: None) -> None:
    def refuse(fact: object, /, *, actor: object, clock: object) -> None:
        raise ValueError("no")

    dispatch.on_event("probe.thing.opened")(refuse)
    with pytest.raises(ValueError, match="no"):
        _record(clock)
    assert queries.events_of(SUBJECT) == ()


def test_listeners_run_in_table_order_in_the_same_transaction(clock: FixedClock, wiring: None) -> None:
    heard: list[str] = []
    dispatch.on_event("probe.thing.opened")(lambda fact, /, *, actor, clock: heard.append("first"))
    dispatch.on_event("probe.thing.opened")(lambda fact, /, *, actor, clock: heard.append("second"))
    _record(clock)
    assert heard == ["first", "second"]


def test_listeners_that_answer_each_other_without_end_are_stopped(clock: FixedClock, wiring: None) -> None:
    def again(fact: object, /, *, actor: object, clock: object) -> None:
        record(ThingOpened(SUBJECT, title="又"), actor=WANG, clock=clock)

    dispatch.on_event("probe.thing.opened")(again)
    with pytest.raises(RuntimeError, match="loop"):
        _record(clock)


@pytest.mark.fault(
    "journal.payload_too_large", what="an event over its bound", unchanged="the transaction is undone, no event stays"
)
def test_an_overlong_payload_is_refused_and_nothing_stays(clock: FixedClock, wiring: None) -> None:
    with pytest.raises(RuleBroken, match="payload_too_large"), transaction.atomic():
        record(ThingOpened(SUBJECT, title="长" * 30_000), actor=WANG, clock=clock)
    assert queries.events_of(SUBJECT) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET payload = '{}'",
        "UPDATE journal_event SET seq = 7, digest = 'x', payload = '{}'",
        "UPDATE journal_event SET actor = NULL",
        "DELETE FROM journal_event",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(clock: FixedClock, wiring: None, statement: str) -> None:
    _record(clock)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert len(queries.events_of(SUBJECT)) == 1


def test_a_seal_is_written_once(clock: FixedClock, wiring: None) -> None:
    _record(clock)
    assert seal() == 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(seq=9, digest="f" * 64)


def test_the_sequencer_numbers_in_batches_without_a_gap(clock: FixedClock, wiring: None) -> None:
    _record(clock, 5)
    assert [seal(most=2), seal(most=2), seal(most=2), seal(most=2)] == [2, 2, 1, 0]
    verdict = check_chain(queries.sealed_events())
    assert (verdict.flaw, verdict.checked, verdict.head) == (None, 5, queries.head())


def test_an_event_that_commits_late_gets_a_later_number(clock: FixedClock, wiring: None) -> None:
    late = FixedClock(clock.now() - timedelta(minutes=5))
    _record(clock)
    seal()
    _record(late)
    seal()
    assert [e.seq for e in queries.sealed_events()] == [1, 2]
    assert check_chain(queries.sealed_events()).flaw is None


def _tamper(statement: str) -> None:
    """Change the store behind the program's back, as someone with the database in hand could."""
    from zhengtong.journal import append_only

    with connection.cursor() as cursor:
        for lifted in append_only.drop_statements(connection.vendor):
            cursor.execute(lifted)
        cursor.execute(statement)
        for put_back in append_only.create_statements(connection.vendor):
            cursor.execute(put_back)


@pytest.mark.parametrize(
    ("statement", "flaw", "seq"),
    [
        ("""UPDATE journal_event SET payload = '{"title":"改"}' WHERE seq = 3""", Flaw.ALTERED, 3),
        ("UPDATE journal_event SET actor = NULL WHERE seq = 2", Flaw.ALTERED, 2),
        ("DELETE FROM journal_event WHERE seq = 4", Flaw.GAP, 4),
    ],
)
def test_tampering_is_found_and_the_first_bad_event_named(
    clock: FixedClock, wiring: None, statement: str, flaw: Flaw, seq: int
) -> None:
    _record(clock, 6)
    seal()
    _tamper(statement)
    verdict = check_chain(queries.sealed_events())
    assert (verdict.flaw, verdict.seq, verdict.checked) == (flaw, seq, seq - 1)


def test_a_cut_tail_is_found_by_a_head_that_was_published(clock: FixedClock, wiring: None) -> None:
    _record(clock, 4)
    seal()
    published = queries.head()
    _tamper("DELETE FROM journal_event WHERE seq = 4")
    assert check_chain(queries.sealed_events()).flaw is None
    assert check_chain(queries.sealed_events(), anchors=[published]).flaw is Flaw.HEAD_LOST


def test_a_rewritten_chain_does_not_pass_the_published_head(clock: FixedClock, wiring: None) -> None:
    _record(clock, 2)
    seal()
    forged = ChainHead(2, "0" * 64)
    assert check_chain(queries.sealed_events(), anchors=[forged]).flaw is Flaw.HEAD_LOST


def test_rows_that_differ_from_their_events_are_named(
    clock: FixedClock, wiring: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_areas", {})
    _record(clock)
    with transaction.atomic():
        record(ThingClosed(SUBJECT, reason="办结"), actor=WANG, clock=clock)

    def replay(events: object) -> rebuild.Rows:
        states: rebuild.Rows = {}
        for event in events:
            states[str(event.subject)] = {"state": event.name.rsplit(".", 1)[1]}
        return states

    rows: rebuild.Rows = {str(SUBJECT): {"state": "closed"}}
    rebuild.register("probe", replay=replay, actual=lambda: rows)
    assert rebuild.check() == (rebuild.Outcome("probe", 1, ()),)
    rows[str(SUBJECT)] = {"state": "opened"}
    (outcome,) = rebuild.check()
    assert outcome.differences == (f"{SUBJECT}.state: events say 'closed', the row says 'opened'",)
