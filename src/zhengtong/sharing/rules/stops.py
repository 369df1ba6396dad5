"""Emergency stop (紧急停用): one authorised person halts a resource, a provider's node or a consumer at once.  Pure.

It is no finding of misuse (条例 第二十七条 has its own procedure) and ends no grant: while it stands, every grant it
covers is published as suspended.  Who ordered it does not lift it.  The Decree has no limit for it; who may order what
is this program's own [D], to be matched with the local incident plan.
"""

from datetime import date
from enum import StrEnum

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.rules.words import Words

REASON_CHARS_MIN = 4


class StopScope(StrEnum):
    """What is halted."""

    RESOURCE = "resource"  # 一项资源
    NODE = "node"  # 一个机构的结点：既不提供，也不使用
    CONSUMER = "consumer"  # 一个使用方


class StopState(StrEnum):
    """Where an emergency stop stands."""

    IN_FORCE = "in_force"  # 停用中
    LIFTED = "lifted"  # 已恢复


_SECURITY = frozenset({Role.SECURITY_ADMIN.value, Role.AUTHORITY_LEADER.value})
_HEAD = frozenset({Role.SHARING_OFFICE_HEAD.value})
_ENGINEER = frozenset({Role.ENGINEER.value})

# Who may order what: `anywhere` within the place they serve, `own` for what is their department's alone.
ANYWHERE: dict[StopScope, frozenset[str]] = dict.fromkeys(StopScope, _SECURITY)
OWN: dict[StopScope, frozenset[str]] = {
    StopScope.RESOURCE: _HEAD,
    StopScope.NODE: _HEAD | _ENGINEER,
    StopScope.CONSUMER: _HEAD,  # a department may halt its own use
}
MAY_LIFT = _SECURITY | _HEAD | _ENGINEER

SCOPE_WORDS: dict[StopScope, Words] = {
    StopScope.RESOURCE: Words("一项资源", "a resource"),
    StopScope.NODE: Words("一个机构的结点", "the node of an organization"),
    StopScope.CONSUMER: Words("一个使用方", "a consumer"),
}
STOP_WORDS: dict[StopState, Words] = {
    StopState.IN_FORCE: Words("停用中", "In force"),
    StopState.LIFTED: Words("已恢复", "Lifted"),
}

STOP = Lifecycle(
    name="紧急停用",
    start=StopState.IN_FORCE,
    steps=(
        Step("lift_stop", StopState.IN_FORCE, StopState.LIFTED, by=MAY_LIFT, cites="", needs="处置情况；另一人办理"),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {
                "紧急停用": Words("紧急停用", "emergency stop"),
                "lift_stop": Words("恢复", "lift"),
                **{str(state): words for state, words in STOP_WORDS.items()},
            }.items()
        },
        **ROLE_WORDS,
    },
)


def may_order(scope: StopScope, *, roles: frozenset[str], own: bool) -> bool:
    """Whether these roles may halt such a thing; `own`: it is the actor's department's."""
    return bool(roles & ANYWHERE[scope]) or (own and bool(roles & OWN[scope]))


def may_order_any(roles: frozenset[str]) -> bool:
    """Whether these roles may halt anything at all."""
    return any(roles & (ANYWHERE[scope] | OWN[scope]) for scope in StopScope)


def check_stop(reason: str) -> None:
    """Raise RuleBroken unless an emergency stop says what happened."""
    if not REASON_CHARS_MIN <= len(reason.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("sharing.stop_needs_reason", least=REASON_CHARS_MIN, most=TEXT_CHARS_MAX)


def stop_number(*, on: date, sequence: int) -> str:
    """The number of its record: 停2026-001."""
    return f"停{on.year}-{sequence:03d}"
