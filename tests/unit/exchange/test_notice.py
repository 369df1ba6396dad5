"""What a person is not shown of the own data: only what the law exempts, while it does."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from zhengtong.exchange.rules.notice import Exemption, NoticeGround, check_exemption, shown_to_person
from zhengtong.kernel.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class Asked:
    grant: str
    at: datetime


def _day(day: int) -> datetime:
    return datetime(2026, 10, day, tzinfo=UTC)


USES = (Asked("a", _day(1)), Asked("a", _day(5)), Asked("a", _day(9)), Asked("b", _day(5)))


@pytest.mark.parametrize(
    ("ground", "until", "shown"),
    [
        (NoticeGround.SECRECY, None, [("a", 1), ("b", 5)]),
        (NoticeGround.SECRECY, 9, [("a", 1), ("a", 9), ("b", 5)]),
        (NoticeGround.DUTY, 9, [("a", 1), ("a", 9), ("b", 5)]),
        (NoticeGround.EMERGENCY, None, [("a", 1), ("b", 5)]),
        (NoticeGround.EMERGENCY, 9, [("a", 1), ("a", 5), ("a", 9), ("b", 5)]),  # told once it is over
    ],
)
def test_an_exemption_hides_the_queries_of_its_grant_and_time(
    ground: NoticeGround, until: int | None, shown: list[tuple[str, int]]
) -> None:
    held = Exemption("a", ground, _day(2), _day(until) if until else None)
    assert [(one.grant, one.at.day) for one in shown_to_person(USES, [held])] == shown


def test_without_an_exemption_everything_is_shown() -> None:
    assert shown_to_person(USES, []) == USES


@pytest.mark.parametrize(("basis", "reason"), [("", "侦查需要"), ("反诈要求", "侦查需要"), ("某法 第二条", "急")])
def test_an_exemption_names_an_article_and_a_reason(basis: str, reason: str) -> None:
    with pytest.raises(RuleBroken):
        check_exemption(legal_basis=basis, reason=reason)
