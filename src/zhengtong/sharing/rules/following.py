"""A grant renewed or widened (续期、扩大使用范围).  Article 25: only with the provider's consent.  Pure.

Before a grant ends its holder may ask to go on, on the same terms or wider: more items, other modes, other purposes,
further organs that are to get the data.  That is a request like any other, answered item by item; the grant in force
stays as it is until the new one is delivered and its period has begun.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from zhengtong.kernel.errors import RuleBroken, WrongState
from zhengtong.sharing.rules.lifecycles import GrantState
from zhengtong.sharing.rules.requests import RequestForm
from zhengtong.sharing.rules.words import Words


class Wider(StrEnum):
    """In what a request goes beyond the grant in force (扩大的方面)."""

    ITEMS = "items"  # 信息项
    MODES = "modes"  # 共享方式
    PURPOSES = "purposes"  # 用于其他目的
    ORGANS = "organs"  # 提供给第三方


WIDER_WORDS: dict[StrEnum, Words] = {
    Wider.ITEMS: Words("增加信息项", "more items"),
    Wider.MODES: Words("增加共享方式", "other modes"),
    Wider.PURPOSES: Words("用于其他目的", "other purposes"),
    Wider.ORGANS: Words("提供给其他机构", "given on to other organs"),
}


@dataclass(frozen=True, slots=True)
class HeldScope:
    """What the grant in force covers."""

    entry: UUID
    organ: UUID
    items: frozenset[str]
    modes: frozenset[str]
    purposes: frozenset[str]


def wider(form: RequestForm, held: HeldScope) -> dict[Wider, tuple[str, ...]]:
    """What a request asks for beyond the grant it follows; nothing for a renewal on the same terms."""
    own = next((b for b in form.beneficiaries if b.organization == held.organ), None)
    asked: dict[Wider, tuple[str, ...]] = {
        Wider.ITEMS: tuple(code for code in form.items if code not in held.items),
        Wider.MODES: tuple(str(mode) for mode in form.modes if str(mode) not in held.modes),
        Wider.PURPOSES: tuple(
            dict.fromkeys(use.purpose for use in (own.uses if own else ()) if use.purpose not in held.purposes)
        ),
        Wider.ORGANS: tuple(str(b.organization) for b in form.beneficiaries if b.organization != held.organ),
    }
    return {kind: found for kind, found in asked.items() if found}


def check_follow(form: RequestForm, held: HeldScope, *, state: GrantState, number: str) -> None:
    """Raise unless a request can follow a grant: it is in force, of the same entry, and its holder goes on.

    Raises:
        WrongState: the grant is not in force; what is suspended is put right first (第二十七条).
        RuleBroken: another entry, or the holder is not among the organs of the request.
    """
    if state is not GrantState.ACTIVE:
        raise WrongState("sharing.follow_not_in_force", number=number)
    if form.entry != held.entry:
        raise RuleBroken("sharing.follow_other_entry", number=number)
    if held.organ not in {b.organization for b in form.beneficiaries}:
        raise RuleBroken("sharing.follow_without_holder", number=number)


def next_period(begins: date, ends: date) -> tuple[date, date]:
    """The period proposed for a renewal: as long again, from the day after the last."""
    return ends + timedelta(days=1), ends + (ends - begins) + timedelta(days=1)


def takes_over(*, new: GrantState, old: GrantState, begins: date, old_ends: date, on: date) -> bool:
    """Whether a new grant takes the place of the one it follows: delivered, begun, and the old not over by itself."""
    live = (GrantState.DELIVERING, GrantState.ACTIVE)
    return new is GrantState.ACTIVE and old in live and begins <= on <= old_ends
