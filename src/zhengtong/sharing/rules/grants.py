"""What a grant lives through (共享许可).  Articles 25 and 27.  Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.rules.words import Words

REASON_CHARS_MIN = 4

# Items of article 40 a suspension may rest on; supervision reads the same ids.
BREACH_WORDS: dict[str, Words] = {
    "U2": Words(
        "擅自超出使用范围、共享目的使用（条例第四十条第二项）", "used beyond scope or purpose (Decree 809, art. 40 (2))"
    ),
    "U3": Words("擅自提供给第三方（条例第四十条第三项）", "given to a third party (Decree 809, art. 40 (3))"),
}


@dataclass(frozen=True, slots=True)
class Negotiation:
    """What a provider owes before it ends a service of its own accord (第二十七条第三款)."""

    reason: str
    negotiated_on: date | None
    filed_number: str


def check_suspension(*, reason: str, breach: str, rectify_by: date | None, on: date) -> None:
    """Raise RuleBroken unless a fact of misuse is stated and there is time to put it right (第二十七条)."""
    if rectify_by is not None and rectify_by <= on:
        raise RuleBroken("sharing.rectify_day_past")
    if breach not in BREACH_WORDS:
        raise RuleBroken("sharing.suspension_needs_breach")
    check_reason(reason)


def check_rectified(evidence: str) -> None:
    """Raise RuleBroken unless what was put right is on record."""
    if len(evidence.strip()) < REASON_CHARS_MIN:
        raise RuleBroken("sharing.lift_needs_evidence")


def check_termination(*, reason: str, rectify_by: date | None, on: date) -> None:
    """Raise RuleBroken while the time given to rectify still runs (限期整改): only then may sharing end."""
    check_reason(reason)
    if rectify_by is not None and on <= rectify_by:
        raise RuleBroken("sharing.rectification_runs", until=rectify_by.isoformat())


def check_revocation(facts: Negotiation, *, since: date, on: date) -> None:
    """Raise RuleBroken unless the provider gives a reason, has negotiated, and has filed with the authority.

    `since` is the day of the consent: nobody negotiated the end of a service before it was agreed.
    """
    check_reason(facts.reason)
    if facts.negotiated_on is None or not since <= facts.negotiated_on <= on:
        raise RuleBroken("sharing.revocation_needs_negotiation")
    if not facts.filed_number.strip():
        raise RuleBroken("sharing.revocation_needs_filing")


def check_reason(reason: str) -> None:
    """Raise RuleBroken unless an act that ends or suspends something says why."""
    if len(reason.strip()) < REASON_CHARS_MIN:
        raise RuleBroken("sharing.act_needs_reason")


def has_ended(*, valid_until: date, on: date) -> bool:
    """Whether the last legal day of the grant is over."""
    return on > valid_until


def instants(valid_from: date, valid_until: date) -> tuple[datetime, datetime]:
    """The grant's first instant and the instant after its last, in UTC, from Beijing legal days."""
    begin = datetime.combine(valid_from, time.min, tzinfo=BEIJING)
    end = datetime.combine(valid_until + timedelta(days=1), time.min, tzinfo=BEIJING)
    return begin.astimezone(UTC), end.astimezone(UTC)


def grant_number(request_number: str, organ_index: int) -> str:
    """The number people see: request and organ, e.g. 0002-1."""
    return f"{request_number}-{organ_index}"
