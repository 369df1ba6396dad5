"""Events and actors that only tests know."""

from dataclasses import dataclass
from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.events import Event, event

SUBJECT = UUID("0193b3e0-0000-7000-8000-000000000001")
WANG = Actor(
    officer=UUID("0193b3e0-0000-7000-8000-0000000000a1"),
    name="王敏",
    organization=UUID("0193b3e0-0000-7000-8000-0000000000b1"),
    roles=frozenset({"data_officer"}),
    jurisdiction="990100",
    acting_for=UUID("0193b3e0-0000-7000-8000-0000000000a2"),
)
AUDITOR = Actor(
    officer=UUID("0193b3e0-0000-7000-8000-0000000000a9"),
    name="审计员",
    organization=None,
    roles=frozenset({"auditor"}),
)


@event("probe.thing.opened", version=1)
@dataclass(frozen=True, slots=True)
class ThingOpened(Event):
    """A thing was opened."""

    title: str


@event("probe.thing.closed", version=1)
@dataclass(frozen=True, slots=True)
class ThingClosed(Event):
    """A thing was closed."""

    reason: str
