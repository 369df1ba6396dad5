"""Whoever reads personal data leaves a record that nobody can take back."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support.facts import AUDITOR, WANG
from zhengtong.journal import queries
from zhengtong.journal.services import audit_read
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, RuleBroken

pytestmark = pytest.mark.django_db


def _read(clock: FixedClock, purpose: str = "办理 2026-0001") -> None:
    audit_read(
        actor=WANG, clock=clock, subject_kind="parties.officer", subject="42", fields=("phone",), purpose=purpose
    )


def test_a_read_says_who_whose_what_and_why(clock: FixedClock) -> None:
    _read(clock)
    (held,) = queries.reads_of(actor=AUDITOR, subject_kind="parties.officer", subject="42").rows
    assert (held.actor, held.fields, held.purpose) == (WANG.officer, ("phone",), "办理 2026-0001")


@pytest.mark.fault(
    "journal.purpose_missing",
    what="personal data is asked for without a purpose",
    unchanged="nothing is shown and no record is written",
)
def test_a_read_without_a_purpose_is_refused(clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="purpose_missing"):
        _read(clock, purpose="  ")
    assert queries.reads_of(actor=AUDITOR).rows == ()


@pytest.mark.fault(
    "journal.reads_for_auditors", what="someone else asks for the records of reads", unchanged="nothing is shown"
)
def test_only_those_who_audit_may_see_the_records(clock: FixedClock) -> None:
    with pytest.raises(NotAllowed, match="reads_for_auditors"):
        queries.reads_of(actor=WANG)


def test_records_come_newest_first_in_bounded_pages(clock: FixedClock) -> None:
    for number in range(3):
        _read(clock, purpose=f"第{number}次")
    first = queries.reads_of(actor=AUDITOR, rows=2)
    rest = queries.reads_of(actor=AUDITOR, rows=2, after=first.next_after)
    assert [r.purpose for r in (*first.rows, *rest.rows)] == ["第2次", "第1次", "第0次"]
    assert rest.next_after == ""


@pytest.mark.parametrize("verb", ["DELETE FROM journal_readrecord", "UPDATE journal_readrecord SET purpose = 'x'"])
def test_the_database_refuses_to_change_a_record(clock: FixedClock, verb: str) -> None:
    _read(clock)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
