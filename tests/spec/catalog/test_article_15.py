"""条例 第十五条: no added conditions; conditional lists range and purpose; withheld lists reason and basis."""

from dataclasses import replace

import pytest

from tests.spec.catalog.entries import CONDITIONAL, ITEM, OPEN, WITHHELD, EntryCase, given
from zhengtong.catalog.rules import ItemDraft

ARTICLE = "政务数据共享条例 第十五条"

_K = replace(ITEM, share_type="K")
_OWN = replace(_K, range="区级部门", purpose="核查场所")
_W = replace(ITEM, code="hidden", share_type="W")
_ADDED = frozenset({"conditions: catalog.unconditional_has_condition"})

_NUMBER = ItemDraft(code="id", name="公民身份号码", data_type="C", length="18", share_type="U", is_personal=True)

CASES = (
    EntryCase("有条件，范围、用途都有", frozenset(), CONDITIONAL),
    EntryCase(
        "无条件共享的身份号码，分级为4级：分级不是增设条件的理由",
        frozenset(),
        replace(OPEN, data_grade="L4", pi_assessment="个评〔2026〕1号", items=(_NUMBER,)),
    ),
    EntryCase(
        "同上，以分级为由要求审批",
        frozenset({"conditions: catalog.unconditional_has_condition"}),
        replace(
            OPEN,
            data_grade="L4",
            pi_assessment="个评〔2026〕1号",
            items=(_NUMBER,),
            conditions="4级数据须经双人审批",
        ),
    ),
    EntryCase(
        "有条件，没有范围", frozenset({"range: standards.conditional_needs_range"}), replace(CONDITIONAL, range="")
    ),
    EntryCase(
        "有条件，没有用途",
        frozenset({"purpose: standards.conditional_needs_purpose"}),
        replace(CONDITIONAL, purpose=""),
    ),
    EntryCase("条目没有写，每个信息项各自写明", frozenset(), replace(CONDITIONAL, range="", purpose="", items=(_OWN,))),
    EntryCase(
        "条目没有写，只有一个信息项写明",
        frozenset(
            {
                "range: standards.conditional_needs_range",
                "purpose: standards.conditional_needs_purpose",
                "items[2].range: catalog.item_conditional_needs_range",
                "items[2].purpose: catalog.item_conditional_needs_purpose",
            }
        ),
        replace(CONDITIONAL, range="", purpose="", items=(_OWN, replace(_K, code="area"))),
    ),
    EntryCase("无条件，却要求领导签字", _ADDED, replace(OPEN, conditions="须经主要领导签字")),
    EntryCase("无条件，却限定范围", _ADDED, replace(OPEN, range="仅限本系统")),
    EntryCase(
        "无条件的信息项要求签协议",
        frozenset({"items[1].condition: catalog.item_unconditional_has_condition"}),
        replace(OPEN, items=(replace(ITEM, condition="须签协议"),)),
    ),
    EntryCase("不予共享，理由、依据都有", frozenset(), WITHHELD),
    EntryCase(
        "不予共享，没有理由", frozenset({"reason: standards.withheld_needs_reason"}), replace(WITHHELD, reason="")
    ),
    EntryCase(
        "不予共享，没有依据",
        frozenset({"legal_basis: standards.withheld_needs_basis"}),
        replace(WITHHELD, legal_basis=""),
    ),
    EntryCase(
        "不予共享，没有说明依据的种类",
        frozenset({"basis_kind: standards.withheld_needs_basis_kind"}),
        replace(WITHHELD, basis_kind=""),
    ),
    EntryCase(
        "个别信息项不予共享，没有理由和依据",
        frozenset(
            {
                "items[2].reason: catalog.item_withheld_needs_reason",
                "items[2].legal_basis: catalog.item_withheld_needs_basis",
                "items[2].basis_kind: catalog.item_withheld_needs_basis",
            }
        ),
        replace(OPEN, items=(ITEM, _W)),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=given)
def test_terms_are_stated_and_none_is_added(case: EntryCase) -> None:
    case.holds()
