"""Rebuilding (重放核对): each area says what its events imply and what its rows hold; they must be equal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zhengtong.journal import queries
from zhengtong.journal.rules import StoredEvent, differences
from zhengtong.kernel.events import JsonValue

Rows = dict[str, dict[str, JsonValue]]
Replay = Callable[[Iterable[StoredEvent]], Rows]
Actual = Callable[[], Rows]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rebuild check found in one area (核对结果)."""

    area: str
    things: int
    differences: tuple[str, ...]


_areas: dict[str, tuple[Replay, Actual]] = {}


def register(area: str, *, replay: Replay, actual: Actual) -> None:
    """Name the two functions of an area; called once from the area's `rebuild.register`."""
    _areas[area] = (replay, actual)


def registered() -> tuple[str, ...]:
    """The areas whose rows can be rebuilt, by name."""
    return tuple(sorted(_areas))


def check(*, area: str = "") -> tuple[Outcome, ...]:
    """Replay the events of each registered area and compare (重放核对)."""
    found = []
    for name in registered():
        if area in {"", name}:
            replay, actual = _areas[name]
            rows = actual()
            off = differences(replayed=replay(queries.all_events(area=name)), actual=rows)
            found.append(Outcome(name, len(rows), off))
    return tuple(found)
