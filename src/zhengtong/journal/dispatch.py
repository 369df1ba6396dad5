"""Who is told (分派): tables filled by `config.wiring` at start and read by `services` and the worker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.events import Event, JsonValue

PERIOD_S_MIN = 1


class Listener(Protocol):
    """Reacts to a fact in the transaction that recorded it."""

    def __call__(self, fact: Event, /, *, actor: Actor, clock: Clock) -> None: ...


class Job(Protocol):
    """Does slow work later, at least once; opens its own transactions."""

    def __call__(self, payload: dict[str, JsonValue], /, *, clock: Clock) -> None: ...


_listeners: dict[str, list[Listener]] = {}
_jobs: dict[str, Job] = {}
_periods: dict[str, int] = {}
_depth: ContextVar[int] = ContextVar("zhengtong_listening_depth", default=0)


def on_event(name: str) -> Callable[[Listener], Listener]:
    """Append a listener to an event name."""

    def add(listener: Listener) -> Listener:
        _listeners.setdefault(name, []).append(listener)
        return listener

    return add


def job(kind: str) -> Callable[[Job], Job]:
    """Name the function of a job kind; a kind has one."""

    def add(work: Job) -> Job:
        if kind in _jobs and _jobs[kind] is not work:
            raise ValueError(f"job kind {kind!r} is wired twice")
        _jobs[kind] = work
        return work

    return add


def periodic(kind: str, *, every_s: int) -> None:
    """Run a wired job kind again and again."""
    if kind not in _jobs or every_s < PERIOD_S_MIN:
        raise ValueError(f"{kind!r} every {every_s} s: no such job or too often")
    _periods[kind] = every_s


def clear() -> None:
    """Forget everything (before wiring again)."""
    _listeners.clear()
    _jobs.clear()
    _periods.clear()


def listeners(name: str) -> tuple[Listener, ...]:
    """Who listens to an event, in the order of the table."""
    return tuple(_listeners.get(name, ()))


def job_of(kind: str) -> Job | None:
    """What runs a kind of job; None where its area does not run."""
    return _jobs.get(kind)


def kinds() -> tuple[str, ...]:
    """The job kinds that run here; a worker claims no others."""
    return tuple(_jobs)


def periods() -> dict[str, int]:
    """Seconds between two runs, for each kind of job that recurs."""
    return dict(_periods)


@contextmanager
def one_level_deeper(*, limit: int) -> Iterator[None]:
    """Count how deep listeners have set off listeners.  Raises RuntimeError beyond the limit."""
    depth = _depth.get() + 1
    if depth > limit:
        raise RuntimeError(f"listeners answer each other {depth} levels deep: a loop in config/wiring.py")
    token = _depth.set(depth)
    try:
        yield
    finally:
        _depth.reset(token)
