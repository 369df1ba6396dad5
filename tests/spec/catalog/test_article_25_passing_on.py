"""条例 第二十五条: data got by sharing are not passed on without the provider's consent."""

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.catalog.rules.derivations import (
    DEPTH_MAX,
    DERIVATION,
    DerivationState,
    Link,
    check_consents,
    check_derivation,
    follow,
)
from zhengtong.parties.rules import Role

ARTICLE = "政务数据共享条例 第二十五条"
S = DerivationState
CHAIN = tuple(Link(f"e{n}", f"e{n + 1}") for n in range(10))  # e0 derives from e1, e1 from e2 …
CIRCLE = (Link("a", "b"), Link("b", "a"))


def _step(verb: str, state: DerivationState, role: Role) -> object:
    return DERIVATION.step(verb, state=state, roles={str(role)}).target


CASES = (
    Case("25d-1", "没有写明来自其他部门", "可以提交", lambda: check_consents(())),
    Case("25d-2", "提供部门同意", "可以提交", lambda: check_consents((S.CONSENTED,))),
    Case(
        "25d-3",
        "提供部门还没有答复",
        "不能提交",
        lambda: check_consents((S.CONSENTED, S.ASKED)),
        refused="catalog.derivation_not_consented",
    ),
    Case(
        "25d-4",
        "提供部门不同意",
        "不能提交",
        lambda: check_consents((S.REFUSED,)),
        refused="catalog.derivation_not_consented",
    ),
    Case(
        "25d-5",
        "提供方共享工作机构负责人同意",
        "同意",
        lambda: _step("consent_derivation", S.ASKED, Role.SHARING_OFFICE_HEAD),
        S.CONSENTED,
    ),
    Case(
        "25d-6",
        "数据专员替提供方同意",
        "不行",
        lambda: _step("consent_derivation", S.ASKED, Role.DATA_OFFICER),
        refused="kernel.role_missing",
    ),
    Case(
        "25d-7",
        "提供方收回同意",
        "不同意",
        lambda: _step("refuse_derivation", S.CONSENTED, Role.DEPARTMENT_HEAD),
        S.REFUSED,
    ),
    Case(
        "25d-8",
        "来源是自己的目录",
        "不需要同意",
        lambda: check_derivation(text="房屋用途", is_own=True),
        refused="catalog.derivation_own",
    ),
    Case(
        "25d-9",
        "血缘：沿来源最多追五步",
        "五步",
        lambda: [away for away, _ in follow(CHAIN, start="e0")],
        [-n for n in range(1, DEPTH_MAX + 1)],
    ),
    Case(
        "25d-10",
        "血缘：中间的目录，上下游都有",
        "都列出",
        lambda: [away for away, _ in follow(CHAIN[:2], start="e1")],
        [-1, 1],
    ),
    Case(
        "25d-11",
        "血缘：互相来源",
        "到闭合处为止",
        lambda: len(follow(CIRCLE, start="a")),
        4,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_25_passing_on(case: Case) -> None:
    case.holds()
