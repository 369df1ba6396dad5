"""A pool lends few connections, each to one borrower at a time, and never one that failed."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from zhengtong.kernel.errors import Unreachable
from zhengtong.node.bounds import SOURCE_CONNECTIONS
from zhengtong.node.sources.pool import Pool

BORROWERS, TIMES = 16, 500


class Line:
    """Stands where a database connection stands; notices a second borrower."""

    def __init__(self, number: int) -> None:
        self.number, self.closed, self.borrowed = number, False, threading.Lock()

    def close(self) -> None:
        self.closed = True


class Broken(Exception):
    """The driver's error."""


@pytest.fixture
def numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def pool(numbers: Iterator[int]) -> Pool[Line, Broken]:
    return Pool(lambda: Line(next(numbers)), broken=Broken, short=str)


def test_a_crowd_of_borrowers_never_shares_a_connection(pool: Pool[Line, Broken], numbers: Iterator[int]) -> None:
    def borrow(_: int) -> None:
        for _ in range(TIMES):
            with pool.lend() as line:
                assert line.borrowed.acquire(blocking=False)
                line.borrowed.release()

    with ThreadPoolExecutor(BORROWERS) as crowd:
        list(crowd.map(borrow, range(BORROWERS)))
    assert next(numbers) <= SOURCE_CONNECTIONS + 1


@pytest.mark.parametrize(("failure", "told"), [(Broken("lost"), Unreachable), (ValueError("ours"), ValueError)])
def test_a_connection_that_failed_is_not_lent_again(
    pool: Pool[Line, Broken], failure: Exception, told: type[Exception]
) -> None:
    with pytest.raises(told), pool.lend() as first:
        raise failure
    with pool.lend() as second:
        assert (first.closed, second.number, second.closed) == (True, 2, False)


def test_closing_closes_what_is_idle(pool: Pool[Line, Broken]) -> None:
    with pool.lend() as line:
        pass
    pool.close()
    assert line.closed
