"""The queue algorithm (任务队列): one for the center's tables and the node's, without either.

A job is `waiting` until its time, `leased` while a worker has it, then gone, or `waiting`
again after a failure, or `dead` when its attempts are used up.  A lease that runs out (the
worker crashed) counts as a failed attempt.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ATTEMPTS_MAX = 8
LEASE_S = 120
BACKOFF_FIRST_S = 2.0
BACKOFF_MAX_S = 900.0
CLAIM_JOBS_MAX = 20  # jobs a worker takes in one transaction


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"  # 待办
    LEASED = "leased"  # 办理中
    DEAD = "dead"  # 已停办，须人工处理


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a job after a failed attempt."""

    state: JobState
    run_after: datetime


def lease_until(now: datetime) -> datetime:
    """When a job taken now may be taken by another worker."""
    return now + timedelta(seconds=LEASE_S)


def after_failure(*, attempts: int, now: datetime, jitter: float, retryable: bool = True) -> Verdict:
    """The verdict on a job that has now failed `attempts` times.

    `jitter` is a draw from [0, 1): the wait is spread over half to the whole of its size, so
    that what failed together does not come back together.
    """
    if attempts >= ATTEMPTS_MAX or not retryable:
        return Verdict(JobState.DEAD, now)
    wait_s = min(BACKOFF_FIRST_S * 2 ** (attempts - 1), BACKOFF_MAX_S)
    return Verdict(JobState.WAITING, now + timedelta(seconds=wait_s * (0.5 + jitter / 2)))
