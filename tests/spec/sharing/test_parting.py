"""Drafts made one and one made two: nothing is asked for that was not asked for before."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tests.spec.sharing.case import Case, named
from tests.support.sharing_forms import CONSUMER, SECOND, USE, house_form
from zhengtong.sharing.rules import Beneficiary, Mode, RequestForm, UseTerm
from zhengtong.sharing.rules.parting import MERGED_MAX, merged, parted

ARTICLE = "政务数据共享条例 第二十条"
FIRST = house_form(items=("located", "usage"), beneficiaries=(Beneficiary(CONSUMER, (USE,)),))
OTHER = replace(
    FIRST, items=("usage", "area"), purpose="招牌设置核验", modes=(Mode.BATCH,), period_until=date(2027, 12, 31),
    beneficiaries=(
        Beneficiary(CONSUMER, (replace(USE, matters=("TL-ZP-2026-####",)),)), Beneficiary(SECOND, (USE,)),
    ),
)  # fmt: skip
ONE = merged((FIRST, OTHER))


def _parted(form: RequestForm, *items: str, organs: tuple[UUID, ...] = (), purpose: str = "另一用途") -> object:
    return [(held.items, len(held.beneficiaries)) for held in parted(form, items=items, organs=organs, purpose=purpose)]


CASES = (
    Case("合-1", "两件草稿，一项相同", "每项一次", lambda: ONE.items, ("located", "usage", "area")),
    Case("合-2", "用途不同", "都写上", lambda: ONE.purpose, "经营场所核验；招牌设置核验"),
    Case("合-3", "依据相同", "只写一次", lambda: ONE.legal_basis, FIRST.legal_basis),
    Case("合-4", "时限不同", "取最长", lambda: ONE.period_until, date(2027, 12, 31)),
    Case(
        "合-5", "同一机构、同一系统和用途", "事项合在一起",
        lambda: ONE.beneficiaries[0].uses,
        (UseTerm(USE.system, USE.purpose, (*USE.matters, "TL-ZP-2026-####")),),
    ),
    Case("合-6", "只有一件", "不能合并", lambda: merged((FIRST,)), refused="sharing.merge_count"),
    Case("合-7", "太多", "不能合并", lambda: merged((FIRST,) * (MERGED_MAX + 1)), refused="sharing.merge_count"),
    Case(
        "合-8", "不同的目录条目", "不能合并", lambda: merged((FIRST, replace(OTHER, entry=UUID(int=9)))),
        refused="sharing.merge_entries",
    ),
    Case("拆-1", "拆出一项", "各有其项", lambda: _parted(ONE, "usage"), [(("located", "area"), 2), (("usage",), 2)]),
    Case(
        "拆-2", "拆出一个机构", "信息项相同", lambda: _parted(ONE, organs=(SECOND,)), [(ONE.items, 1), (ONE.items, 1)]
    ),
    Case("拆-3", "全部拆出", "不能拆分", lambda: _parted(ONE, *ONE.items), refused="sharing.part_leaves_nothing"),
    Case("拆-4", "拆出没有申请的项", "不能拆分", lambda: _parted(ONE, "seized"), refused="sharing.part_leaves_nothing"),
    Case("拆-5", "什么都没有选", "不能拆分", lambda: _parted(ONE), refused="sharing.part_one_way"),
    Case(
        "拆-6", "用途与原申请相同", "不能拆分", lambda: _parted(ONE, "usage", purpose=ONE.purpose),
        refused="sharing.part_needs_purpose",
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named)
def test_parting(case: Case) -> None:
    case.holds()


def test_what_is_split_and_merged_again_asks_for_the_same() -> None:
    stays, goes = parted(ONE, items={"usage"}, organs=(), purpose="另一用途")
    again = merged((stays, goes))
    assert set(again.items) == set(ONE.items)
    assert again.beneficiaries == ONE.beneficiaries
    assert (again.period_from, again.period_until) == (ONE.period_from, ONE.period_until)
