"""Event types (事件): facts in the past tense, with all that is needed to rebuild a lifecycle.

An area declares its events as frozen dataclasses:

    @event("sharing.request.refused", version=1)
    @dataclass(frozen=True, slots=True)
    class RequestRefused(Event):
        subject: UUID          # what the fact is about: the key of its lifecycle
        reason: str

Values are str, int, bool, None, UUID, date, datetime, StrEnum, and tuples or dicts of these.
No personal data.  A changed shape gets a new version and an upcaster; events are never edited.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

JsonValue = Any  # json.loads gives no narrower type


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all facts.  `subject` is the public id of the thing the fact is about."""

    NAME: ClassVar[str] = ""
    VERSION: ClassVar[int] = 0

    subject: UUID


_E = TypeVar("_E", bound=type[Event])
_types: dict[str, type[Event]] = {}
_upcasters: dict[tuple[str, int], Callable[[dict[str, JsonValue]], dict[str, JsonValue]]] = {}


def event(name: str, *, version: int) -> Callable[[_E], _E]:
    """Register an event type under `area.thing.past-verb`."""

    def register(cls: _E) -> _E:
        held = _types.get(name)
        if held is not None and held.__qualname__ != cls.__qualname__:
            raise ValueError(f"event {name!r} is declared twice")
        cls.NAME, cls.VERSION = name, version
        _types[name] = cls
        return cls

    return register


def upcaster(
    name: str, *, from_version: int
) -> Callable[
    [Callable[[dict[str, JsonValue]], dict[str, JsonValue]]], Callable[[dict[str, JsonValue]], dict[str, JsonValue]]
]:
    """Register the function that lifts a payload from `from_version` to the next."""

    def register(
        lift: Callable[[dict[str, JsonValue]], dict[str, JsonValue]],
    ) -> Callable[[dict[str, JsonValue]], dict[str, JsonValue]]:
        _upcasters[(name, from_version)] = lift
        return lift

    return register


def known() -> Mapping[str, type[Event]]:
    """All declared event types by name."""
    return dict(_types)


def to_payload(fact: Event) -> dict[str, JsonValue]:
    """The fact as JSON values; `subject` travels beside it in the log."""
    return {f.name: _plain(getattr(fact, f.name)) for f in fields(fact) if f.name != "subject"}


def lifted(name: str, *, version: int, payload: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """A stored payload in today's shape.  Raises KeyError if the type or an upcaster is missing."""
    target = _types[name].VERSION
    while version < target:
        payload = _upcasters[(name, version)](payload)
        version += 1
    return payload


def _plain(value: object) -> JsonValue:
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return {str(key): _plain(held) for key, held in pairs.items()}
    if isinstance(value, frozenset | set):
        return [_plain(held) for held in sorted(cast("set[object]", value), key=str)]
    if isinstance(value, tuple | list):
        return [_plain(held) for held in cast("list[object]", value)]
    raise TypeError(f"{type(value).__name__} cannot stand in an event")
