"""Separation of duties (职责分离): which acts one person may not both do on one thing.

A substitute (AB角) acts for the absent officer, so a conflict binds both: neither the one who
acted nor the one acted for may do the other half.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties.rules.roles import Role, role_label


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two acts on one thing that need two people."""

    first: str
    second: str
    because_zh: str
    because_en: str


@dataclass(frozen=True, slots=True)
class DoneAct:
    """Who did an act before, and for whom."""

    act: str
    officer: UUID
    acting_for: UUID | None = None


CONFLICTS = (
    Conflict("request", "approve_request", "申请人不得自己同意申请", "a requester does not approve the request"),
    Conflict("request", "decide_request", "申请人不得作出答复", "a requester does not decide the reply"),
    Conflict(
        "approve_request", "decide_request", "同意提出申请的人不得作出答复", "the approver does not decide the reply"
    ),
    Conflict("prepare_reply", "decide_request", "起草答复的人不得签发答复", "a drafter does not sign the reply"),
    Conflict("decide_request", "second_approval", "复核须由另一人办理", "a second approval needs a second person"),
    Conflict("draft_entry", "sign_entry", "编制目录的人不得审核同意", "a compiler does not sign the entry"),
    Conflict("draft_entry", "publish_entry", "编制目录的人不得发布", "a compiler does not publish the entry"),
    Conflict(
        "sign_entry",
        "publish_entry",
        "部门负责人审核与主管部门审核须由两人办理",
        "signing and publishing need two people",
    ),
)

APART = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})  # 三员分立


def check_separation(done: Sequence[DoneAct], *, act: str, actor: Actor) -> None:
    """Pass if nobody behind `actor` already did an act that conflicts with `act`.

    Raises:
        RuleBroken: the same person did the other half; names both acts.
    """
    people = {actor.officer, actor.acting_for} - {None}
    for before in done:
        conflict = _conflict(before.act, act)
        if conflict and people & {before.officer, before.acting_for}:
            raise RuleBroken("parties.same_person", because_zh=conflict.because_zh, because_en=conflict.because_en)


def admins_are_three(roles: Iterable[str]) -> None:
    """Pass if one person holds at most one of system administrator, security administrator and auditor.

    Raises:
        RuleBroken: two of the three meet in one person.
    """
    held = sorted(APART & set(roles))
    if len(held) > 1:
        raise RuleBroken("parties.admins_not_separate", roles="、".join(role_label(r) for r in held))


def _conflict(one: str, other: str) -> Conflict | None:
    return next((c for c in CONFLICTS if {c.first, c.second} == {one, other}), None)


def pairs() -> tuple[tuple[str, str], ...]:
    """Every pair of roles that one person may not hold together, for the rule page."""
    return tuple((str(a), str(b)) for a, b in combinations(sorted(APART), 2))
