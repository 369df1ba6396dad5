"""Data passed on by somebody who is not their source (二次共享).  Article 25, as a table.  Pure.

A department that got data by sharing may not give them to a third party without the provider's consent.  An entry
whose data come from another department's entry says so, and does not leave its department before that one consents.
"""

from dataclasses import dataclass
from enum import StrEnum

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role

TEXT_CHARS_MIN, TEXT_CHARS_MAX = 4, 2_000
DEPTH_MAX = 5  # steps that a lineage is followed
NODES_MAX = 100


class DerivationState(StrEnum):
    """Where the consent stands (提供方同意)."""

    ASKED = "asked"  # 待提供方答复
    CONSENTED = "consented"  # 提供方同意
    REFUSED = "refused"  # 提供方不同意
    ENDED = "ended"  # 已不再使用


_S = DerivationState
_OFFICER = frozenset({str(Role.DATA_OFFICER)})
_HEAD = frozenset({str(Role.SHARING_OFFICE_HEAD), str(Role.DEPARTMENT_HEAD)})
_25 = "政务数据共享条例 第二十五条"

DERIVATION_LABELS: dict[DerivationState, tuple[str, str]] = {
    _S.ASKED: ("待提供方答复", "Awaiting the provider"),
    _S.CONSENTED: ("提供方同意", "The provider consented"),
    _S.REFUSED: ("提供方不同意", "The provider refused"),
    _S.ENDED: ("不再使用", "No longer used"),
}
DERIVATION_VERBS: dict[str, tuple[str, str]] = {
    "consent_derivation": ("同意二次共享", "consent"),
    "refuse_derivation": ("不同意二次共享", "refuse"),
    "end_derivation": ("不再使用该数据", "no longer use it"),
}

DERIVATION = Lifecycle(
    name="二次共享",
    start=_S.ASKED,
    steps=(
        Step("consent_derivation", _S.ASKED, _S.CONSENTED, by=_HEAD, cites=_25, needs="同意的范围"),
        Step("refuse_derivation", _S.ASKED, _S.REFUSED, by=_HEAD, cites=_25, needs="理由"),
        Step("refuse_derivation", _S.CONSENTED, _S.REFUSED, by=_HEAD, cites=_25, needs="理由"),
        *(
            Step("end_derivation", state, _S.ENDED, by=_OFFICER, cites=_25, needs="怎样不再使用")
            for state in (_S.ASKED, _S.CONSENTED, _S.REFUSED)
        ),
    ),
    words={
        "二次共享": ("二次共享", "passing data on"),
        **{str(state): words for state, words in DERIVATION_LABELS.items()},
        **DERIVATION_VERBS,
        **ROLE_WORDS,
    },
)


@dataclass(frozen=True, slots=True)
class Link:
    """One entry whose data come from another."""

    entry: str
    source: str


def check_derivation(*, text: str, is_own: bool) -> None:
    """Raise RuleBroken unless it is said which data, and they are another department's."""
    if not TEXT_CHARS_MIN <= len(text.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("catalog.derivation_text")
    if is_own:
        raise RuleBroken("catalog.derivation_own")


def check_consents(states: tuple[DerivationState, ...]) -> None:
    """Raise RuleBroken while a provider has not consented to what an entry passes on (第二十五条)."""
    waiting = sum(state in (_S.ASKED, _S.REFUSED) for state in states)
    if waiting:
        raise RuleBroken("catalog.derivation_not_consented", count=waiting)


def follow(links: tuple[Link, ...], *, start: str) -> tuple[tuple[int, Link], ...]:
    """The links reached from an entry with their distance: sources below zero, what derives from it above zero.

    Each direction is followed at most `DEPTH_MAX` steps and `NODES_MAX` links; a circle ends where it closes.
    """
    found = list[tuple[int, Link]]()
    for step in (-1, 1):
        edge, seen = {start}, {start}
        for depth in range(1, DEPTH_MAX + 1):
            reached = [one for one in links if (one.entry if step < 0 else one.source) in edge]
            found += [(step * depth, one) for one in reached][: NODES_MAX - len(found)]
            edge = {one.source if step < 0 else one.entry for one in reached} - seen
            seen |= edge
            if not edge:
                break
    return tuple(found)
