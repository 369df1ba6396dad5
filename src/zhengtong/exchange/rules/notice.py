"""Queries of which the person need not be told (免予告知): only where the law says so, counted for the auditor.

个人信息保护法 35 has state organs tell the person, except where article 18 ¶1 applies or telling would hinder their
duty; in an emergency (18 ¶2) the person is told once it is over.  Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from zhengtong.kernel.errors import RuleBroken

REASON_CHARS_MIN, REASON_CHARS_MAX = 4, 500


class NoticeGround(StrEnum):
    """Why the person is not told (免予告知的依据)."""

    SECRECY = "secrecy"  # 应当保密或者不需要告知
    EMERGENCY = "emergency"  # 紧急情况，消除后告知
    DUTY = "duty"  # 告知将妨碍履行法定职责


GROUND_CITES: dict[NoticeGround, str] = {
    NoticeGround.SECRECY: "个人信息保护法 第十八条",
    NoticeGround.EMERGENCY: "个人信息保护法 第十八条",
    NoticeGround.DUTY: "个人信息保护法 第三十五条",
}


@dataclass(frozen=True, slots=True)
class Exemption:
    """From when to when queries under a grant are exempt from notice, and on what ground (免予告知)."""

    grant: str
    ground: NoticeGround
    since: datetime
    until: datetime | None

    def hides(self, grant: str, at: datetime) -> bool:
        """Whether a query under a grant at an instant is kept from the person."""
        if grant != self.grant or at < self.since or (self.until is not None and at >= self.until):
            return False
        return self.ground is not NoticeGround.EMERGENCY or self.until is None


class Use(Protocol):
    """A query of somebody's data: under which grant, and when."""

    @property
    def grant(self) -> str: ...

    @property
    def at(self) -> datetime: ...


_U = TypeVar("_U", bound=Use)


def shown_to_person(uses: Iterable[_U], exemptions: Sequence[Exemption]) -> tuple[_U, ...]:
    """The queries that a person is shown of the own data; every list for a person goes through here."""
    return tuple(one for one in uses if not any(held.hides(one.grant, one.at) for held in exemptions))


def check_exemption(*, legal_basis: str, reason: str) -> None:
    """Raise RuleBroken unless an exemption names the law it rests on and says why."""
    if not legal_basis.strip() or "第" not in legal_basis:
        raise RuleBroken("exchange.notice_needs_article")
    if not REASON_CHARS_MIN <= len(reason.strip()) <= REASON_CHARS_MAX:
        raise RuleBroken("exchange.notice_needs_reason")
