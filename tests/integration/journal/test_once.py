"""A retried submission gets the first answer; other content under the same key is refused."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.support.facts import AUDITOR, WANG
from zhengtong.journal.models import OnceKey
from zhengtong.journal.services import Answer, run_once
from zhengtong.journal.services.retention import OnceKeys
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken

pytestmark = pytest.mark.django_db
KEY = "6f1c2a94-7f4e-4f1c"


class Work:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Answer:
        self.times += 1
        return Answer(201, {"number": f"SR-{self.times}"})


def test_the_same_key_and_body_give_the_stored_answer(clock: FixedClock) -> None:
    work = Work()
    first = run_once(KEY, actor=WANG, clock=clock, body_digest="a", act=work)
    second = run_once(KEY, actor=WANG, clock=clock, body_digest="a", act=work)
    assert (first.replayed, second.replayed, second.status, second.body) == (False, True, 201, {"number": "SR-1"})
    assert work.times == 1


@pytest.mark.fault(
    "journal.key_reused",
    what="an idempotency key comes again with other content",
    unchanged="the work was done once, its answer is kept",
)
def test_the_same_key_with_another_body_is_refused(clock: FixedClock) -> None:
    work = Work()
    run_once(KEY, actor=WANG, clock=clock, body_digest="a", act=work)
    with pytest.raises(RuleBroken, match="key_reused"):
        run_once(KEY, actor=WANG, clock=clock, body_digest="b", act=work)
    assert work.times == 1


def test_a_key_is_its_owners_alone(clock: FixedClock) -> None:
    work = Work()
    run_once(KEY, actor=WANG, clock=clock, body_digest="a", act=work)
    assert run_once(KEY, actor=AUDITOR, clock=clock, body_digest="b", act=work).replayed is False


def test_work_that_failed_leaves_the_key_free(clock: FixedClock) -> None:
    def fail() -> Answer:
        raise RuleBroken("journal.purpose_missing")

    with pytest.raises(RuleBroken):
        run_once(KEY, actor=WANG, clock=clock, body_digest="a", act=fail)
    assert run_once(KEY, actor=WANG, clock=clock, body_digest="a", act=Work()).replayed is False


def test_a_key_is_forgotten_after_its_time(clock: FixedClock) -> None:
    run_once(KEY, actor=WANG, clock=clock, body_digest="a", act=Work())
    clock.move(timedelta(hours=25))
    assert run_once(KEY, actor=WANG, clock=clock, body_digest="b", act=Work()).replayed is False
    clock.move(timedelta(hours=25))
    over = OnceKeys().due(before=clock.now(), most=10)
    OnceKeys().dispose(over)
    assert (len(over), OnceKey.objects.count()) == (1, 0)


@pytest.mark.parametrize("key", ["", "short", "has space in it", "x" * 65, "键键键键键键键键"])
@pytest.mark.fault(
    "journal.key_bad", what="an idempotency key of another shape", unchanged="no work is done and no key is kept"
)
def test_a_key_of_another_shape_is_refused(clock: FixedClock, key: str) -> None:
    with pytest.raises(RuleBroken, match="key_bad"):
        run_once(key, actor=WANG, clock=clock, body_digest="a", act=Work())


@pytest.mark.django_db(transaction=True)
def test_two_submissions_at_once_do_the_work_once(clock: FixedClock) -> None:
    work, answers = Work(), []
    together = threading.Barrier(3, timeout=20)

    def submit() -> None:
        together.wait()
        answers.append(run_once(KEY, actor=WANG, clock=clock, body_digest="a", act=work))
        connection.close()

    threads = [threading.Thread(target=submit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=40)
    assert work.times == 1
    assert [a.body for a in answers] == [{"number": "SR-1"}] * 3
    assert sorted(a.replayed for a in answers) == [False, True, True]
