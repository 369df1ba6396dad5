"""The worker (后台办理): one process that runs jobs and clockwork, and survives a database that goes away."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection

from zhengtong.journal import dispatch
from zhengtong.journal.services import jobs
from zhengtong.journal.services.jobs import Taken
from zhengtong.kernel.clock import Clock, SystemClock
from zhengtong.kernel.errors import PlatformError
from zhengtong.kernel.jobs import LEASE_S

IDLE_WAIT_S = 0.5
TROUBLE_WAIT_S = 2.0  # after the database refused
RENEW_S = LEASE_S / 4

logger = logging.getLogger("zhengtong.worker")


class Worker:
    """Claims due jobs and runs them one after the other until it is stopped."""

    def __init__(self, *, clock: Clock, machine: Clock | None = None, name: str = "") -> None:
        self.clock = clock
        self.machine = machine or SystemClock()
        self.name = name or f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(3)}"
        self.stopping = threading.Event()
        self._at_hand: Taken | None = None  # begun and not yet settled
        self._unsettled = False  # a batch was broken off by the store

    def run(self) -> None:
        """Work until `stop`; what was claimed and not begun is handed back."""
        renewing = threading.Thread(target=self._keep_leases, name="leases", daemon=True)
        renewing.start()
        self._guarded(lambda: jobs.settle_clockwork(dispatch.periods(), clock=self.clock))
        while not self.stopping.is_set():
            done = self._guarded(self.once)
            if done is None:
                self.stopping.wait(TROUBLE_WAIT_S)
            elif done == 0:
                self.stopping.wait(IDLE_WAIT_S)
        self._guarded(lambda: jobs.hand_back(worker=self.name))
        renewing.join(timeout=TROUBLE_WAIT_S)

    def stop(self) -> None:
        """Finish the job at hand, then end."""
        self.stopping.set()

    def once(self) -> int:
        """Claim what is due and run it.  Returns how many were run."""
        if self._unsettled:
            self._settle()
        self._unsettled = True
        taken = jobs.claim(dispatch.kinds(), worker=self.name, clock=self.clock, machine=self.machine)
        ran = 0
        for job in taken:
            if self.stopping.is_set():
                break
            self._run(job)
            ran += 1
        self._unsettled = False
        return ran

    def drain(self, *, most: int = 10_000) -> int:
        """Run everything that is due now and return how many (tests, demo, `center worker --once`)."""
        ran = 0
        while ran < most and (batch := self.once()):
            ran += batch
        return ran

    def _run(self, job: Taken) -> None:
        work = dispatch.job_of(job.kind)
        if work is None:  # claimed by kind, so it was wired a moment ago
            raise RuntimeError(f"job kind {job.kind!r} is not wired")
        self._at_hand = job
        try:
            work(job.payload, clock=self.clock)
        except (OperationalError, InterfaceError):
            raise  # the store refused: the job fails once there is a store to say so
        except PlatformError as refused:
            self._failed(job, str(refused), retryable=refused.retryable)
        except Exception as broken:
            logger.exception("job %s %s failed", job.kind, job.id)
            self._failed(job, f"{type(broken).__name__}: {broken}", retryable=True)
        else:
            if not jobs.finish(job, worker=self.name, clock=self.clock):
                logger.warning("job %s %s was finished after its lease was lost", job.kind, job.id)
        self._at_hand = None

    def _settle(self) -> None:
        """Give back what a broken-off batch still holds: one failed attempt for the job at hand, none for the rest."""
        if self._at_hand is not None:
            self._failed(self._at_hand, "the store refused", retryable=True)
            self._at_hand = None
        jobs.hand_back(worker=self.name)

    def _failed(self, job: Taken, error: str, *, retryable: bool) -> None:
        state = jobs.fail(job, worker=self.name, error=error, clock=self.clock, retryable=retryable)
        logger.warning("job %s %s attempt %d failed (%s): %s", job.kind, job.id, job.attempt, state, error)

    def _keep_leases(self) -> None:
        while not self.stopping.wait(RENEW_S):
            self._guarded(lambda: jobs.renew(worker=self.name, machine=self.machine))
        connection.close()

    def _guarded(self, act: Callable[[], int | None]) -> int | None:
        """The act's answer, or None when the database refused; the next try gets a fresh connection."""
        try:
            return act() or 0
        except (DatabaseError, InterfaceError) as refused:
            logger.warning("the database refused, trying again: %s", refused)
            connection.close()
            return None
        finally:
            close_old_connections()
