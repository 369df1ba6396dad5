"""Who may do what (政务数据共享条例 第十一、十三、二十条), and what two people must do apart."""

from uuid import UUID

import pytest

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties.rules import CONFLICTS, ROLES, DoneAct, Role, admins_are_three, check_separation

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def _actor(officer: UUID, acting_for: UUID | None = None) -> Actor:
    return Actor(officer, "", None, frozenset(), acting_for=acting_for)


@pytest.mark.parametrize(
    ("role", "article"),
    [
        (Role.DATA_OFFICER, "第十一条"),
        (Role.DEPARTMENT_HEAD, "第十三条"),
        (Role.SHARING_OFFICE_HEAD, "第二十条"),
        (Role.AUTHORITY_REVIEWER, "第十六"),
        (Role.AUTHORITY_LEADER, "二十一条"),
    ],
)
def test_each_statutory_role_names_its_article(role: Role, article: str) -> None:
    assert article in ROLES[role].cites


@pytest.mark.parametrize("role", list(Role))
def test_every_role_says_in_both_languages_what_it_may_and_may_not_do(role: Role) -> None:
    fact = ROLES[role]
    assert len(fact.may_zh) == len(fact.may_en) > 0
    assert len(fact.may_not_zh) == len(fact.may_not_en) > 0


@pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda c: f"{c.first}-{c.second}")
def test_one_person_never_does_both_halves(conflict: object) -> None:
    first, second = conflict.first, conflict.second  # type: ignore[attr-defined]
    for done, act in ((first, second), (second, first)):
        with pytest.raises(RuleBroken):
            check_separation([DoneAct(done, A)], act=act, actor=_actor(A))
        check_separation([DoneAct(done, A)], act=act, actor=_actor(B))


@pytest.mark.parametrize(
    ("done", "actor", "refused"),
    [
        (DoneAct("request", A), _actor(B, acting_for=A), True),
        (DoneAct("request", B, acting_for=A), _actor(A), True),
        (DoneAct("request", B, acting_for=A), _actor(C, acting_for=B), True),
        (DoneAct("request", B, acting_for=A), _actor(C), False),
    ],
    ids=["替本人办理", "替班人员办过", "再由他人替班", "第三人办理"],
)
def test_a_substitute_does_not_open_a_way_around(done: DoneAct, actor: Actor, refused: bool) -> None:
    if refused:
        with pytest.raises(RuleBroken):
            check_separation([done], act="approve_request", actor=actor)
    else:
        check_separation([done], act="approve_request", actor=actor)


@pytest.mark.parametrize(
    ("roles", "lawful"),
    [
        ([Role.SYSTEM_ADMIN], True),
        ([Role.SYSTEM_ADMIN, Role.ENGINEER], True),
        ([Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN], False),
        ([Role.SYSTEM_ADMIN, Role.AUDITOR], False),
        ([Role.SECURITY_ADMIN, Role.AUDITOR], False),
    ],
)
def test_system_security_and_audit_are_three_people(roles: list[Role], lawful: bool) -> None:
    if lawful:
        admins_are_three(roles)
    else:
        with pytest.raises(RuleBroken):
            admins_are_three(roles)
