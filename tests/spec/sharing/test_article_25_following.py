"""条例 第二十五条: wider use, another purpose, a third party: only with the provider's consent."""

from dataclasses import replace
from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from tests.support.sharing_forms import CONSUMER, ENTRY, SECOND, USE, house_form
from zhengtong.sharing.rules import (
    Beneficiary,
    GrantState,
    HeldScope,
    Mode,
    Wider,
    check_follow,
    next_period,
    takes_over,
    wider,
)

ARTICLE = "政务数据共享条例 第二十五条"
G = GrantState
HELD = HeldScope(
    entry=ENTRY, organ=CONSUMER, items=frozenset({"located", "usage"}), modes=frozenset({"query"}),
    purposes=frozenset({"经营场所核验"}),
)  # fmt: skip
OWN = Beneficiary(CONSUMER, (USE,))
FORM = house_form(items=("located", "usage"), beneficiaries=(OWN,))


def _wider(**changes: object) -> dict[Wider, tuple[str, ...]]:
    return wider(replace(FORM, **changes), HELD)


def _follow(state: GrantState = G.ACTIVE, **changes: object) -> None:
    check_follow(replace(FORM, **changes), HELD, state=state, number="0002-1")


def _takes_over(on: date, *, new: GrantState = G.ACTIVE, old: GrantState = G.ACTIVE) -> bool:
    return takes_over(new=new, old=old, begins=date(2027, 3, 1), old_ends=date(2027, 8, 31), on=on)


CASES = (
    Case("25f-1", "到期前按原内容续期", "没有扩大", _wider, {}),
    Case("25f-2", "增加面积一项", "扩大使用范围", lambda: _wider(items=("located", "area")), {Wider.ITEMS: ("area",)}),
    Case("25f-3", "改为批量交换", "扩大使用范围", lambda: _wider(modes=(Mode.BATCH,)), {Wider.MODES: ("batch",)}),
    Case("25f-4", "增加用途日常检查", "用于其他目的",
         lambda: _wider(beneficiaries=(replace(OWN, uses=(USE, replace(USE, purpose="日常检查"))),)),
         {Wider.PURPOSES: ("日常检查",)}),
    Case("25f-5", "增加另一机构", "提供给第三方",
         lambda: _wider(beneficiaries=(OWN, replace(OWN, organization=SECOND))),
         {Wider.ORGANS: (str(SECOND),)}),
    Case("25f-6", "使用中的许可申请续期", "可以", _follow, None),
    Case("25f-7", "被暂停的许可申请续期", "不行，先整改", lambda: _follow(G.SUSPENDED),
         refused="sharing.follow_not_in_force"),
    Case("25f-8", "申请里没有本机构", "不行", lambda: _follow(beneficiaries=(replace(OWN, organization=SECOND),)),
         refused="sharing.follow_without_holder"),
    Case("25f-9", "许可到2027年8月31日，一年", "续期自9月1日起，同样长",
         lambda: next_period(date(2026, 9, 1), date(2027, 8, 31)), (date(2027, 9, 1), date(2028, 8, 30))),
    Case("25f-10", "新许可尚未提供", "原许可照旧", lambda: _takes_over(date(2027, 3, 1), new=G.DELIVERING), False),
    Case("25f-11", "新许可已提供，尚未开始", "原许可照旧", lambda: _takes_over(date(2027, 2, 28)), False),
    Case("25f-12", "新许可已提供并开始", "接替原许可", lambda: _takes_over(date(2027, 3, 1)), True),
    Case("25f-13", "原许可被暂停", "不由新许可接替", lambda: _takes_over(date(2027, 3, 1), old=G.SUSPENDED), False),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_25_following(case: Case) -> None:
    case.holds()
