"""What a changed limit would move (期限改动预览): done for real in a transaction that is taken back, so it is exact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.standards.services import override_limit

SHOWN_MAX = 50
OPEN_MAX = 20_000  # open things of one source that are compared


@dataclass(frozen=True, slots=True)
class OpenDate:
    """An open thing with its due date (未结事项)."""

    kind_zh: str
    kind_en: str
    number: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Moved:
    """An open thing that would get another due date (期限变动)."""

    kind_zh: str
    kind_en: str
    number: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Preview:
    """How many would move, and the first of them by the new date."""

    count: int
    moved: tuple[Moved, ...]
    compared: int
    partly: bool  # there are more open things than were compared


Source = Callable[[int], Mapping[str, OpenDate]]

_sources: list[Source] = []


def clear() -> None:
    """Forget the sources; before the wiring is read anew."""
    _sources.clear()


def register(source: Source) -> None:
    """Name a function that gives an area's open things, at most so many, by key; called from the wiring."""
    _sources.append(source)


def preview_override(
    *, limit_id: str, jurisdiction: str, days: int, extension_days: int, in_force_from: date, cites: str, mark: str,
    actor: Actor, clock: Clock,
) -> Preview:  # fmt: skip
    """Which open things would get another due date if the limit were set so; nothing is changed.

    Raises as `services.override_limit` does.
    """
    with transaction.atomic():
        before = _open()
        override_limit(
            limit_id=limit_id, jurisdiction=jurisdiction, days=days, extension_days=extension_days,
            in_force_from=in_force_from, cites=cites, mark=mark, actor=actor, clock=clock,
        )  # fmt: skip
        after = _open()
        transaction.set_rollback(True)
    moved = [
        Moved(held.kind_zh, held.kind_en, held.number, held.due_on, after[key].due_on)
        for key, held in before.items()
        if key in after and after[key].due_on != held.due_on
    ]
    moved.sort(key=lambda one: (one.after or date.max, one.number))
    return Preview(len(moved), tuple(moved[:SHOWN_MAX]), len(before), len(before) >= OPEN_MAX)


def _open() -> dict[str, OpenDate]:
    found = dict[str, OpenDate]()
    for source in _sources:
        found |= source(OPEN_MAX)
    return found
