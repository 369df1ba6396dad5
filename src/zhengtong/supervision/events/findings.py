"""What has happened in supervision (事件).  `subject` is the finding; what it is about stands in the payload."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, JsonValue, event, upcaster


@event("supervision.finding.opened", version=2)
@dataclass(frozen=True, slots=True)
class FindingOpened(Event):
    """A limit passed and nothing had been done, or something was done that may be a breach (发现)."""

    number: str
    rule: str
    kind: str
    about: UUID
    about_number: str
    organization: UUID
    limit_id: str
    started_on: date
    due_on: date
    opened_on: date
    done_on: date | None  # done late before it was found
    facts: dict[str, str]  # what the detector used


@upcaster("supervision.finding.opened", from_version=1)
def _without_facts(payload: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {**payload, "facts": {}}


@event("supervision.finding.mended", version=1)
@dataclass(frozen=True, slots=True)
class FindingMended(Event):
    """What was late was done after all (已补办); the finding stays until a supervisor ends it."""

    number: str
    done_on: date


@event("supervision.finding.explanation-asked", version=1)
@dataclass(frozen=True, slots=True)
class ExplanationAsked(Event):
    """The supervisor asked the department to explain (要求说明)."""

    number: str
    organization: UUID
    note: str
    asked_on: date
    due_on: date


@event("supervision.finding.explained", version=1)
@dataclass(frozen=True, slots=True)
class FindingExplained(Event):
    """The department explained (说明情况)."""

    number: str
    organization: UUID
    explained_on: date
    late: bool


@event("supervision.finding.closed", version=1)
@dataclass(frozen=True, slots=True)
class FindingClosed(Event):
    """The supervisor ended it: there was a good reason, or it was no breach (办结)."""

    number: str
    reason: str
    ended_on: date


@event("supervision.finding.upheld", version=1)
@dataclass(frozen=True, slots=True)
class FindingUpheld(Event):
    """The supervisor found it to be a breach (认定属实)."""

    number: str
    reason: str
    ended_on: date
