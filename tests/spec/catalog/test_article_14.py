"""条例 第十四条: three sharing types; an entry's type follows from its items."""

from dataclasses import replace

import pytest

from tests.spec.catalog.entries import CONDITIONAL, ITEM, OPEN, WITHHELD, EntryCase, given
from zhengtong.catalog.rules import EntryDraft, ItemDraft, derived_share_type

ARTICLE = "政务数据共享条例 第十四条"

_NOTHING: frozenset[str] = frozenset()
_DIFFERS = frozenset({"share_type: catalog.share_type_differs"})


def _items(types: str) -> tuple[ItemDraft, ...]:
    return tuple(replace(ITEM, code=f"c{n}", share_type=t) for n, t in enumerate(types))


def _mixed(draft: EntryDraft, types: str, stated: str) -> EntryDraft:
    basis = replace(draft, reason="统计调查资料", legal_basis="统计法第二十八条", basis_kind="law")
    return replace(basis, items=_items(types), share_type=stated)


CASES = (
    EntryCase("全部信息项无条件，条目写无条件", _NOTHING, _mixed(OPEN, "UU", "U")),
    EntryCase("有一项有条件，条目写有条件", _NOTHING, _mixed(CONDITIONAL, "UK", "K")),
    EntryCase("有一项有条件，条目写无条件", _DIFFERS, _mixed(CONDITIONAL, "UK", "U")),
    EntryCase("有一项不予、其余无条件，条目写无条件", _NOTHING, _mixed(OPEN, "UW", "U")),
    EntryCase("有一项不予、其余无条件，条目写不予", _DIFFERS, _mixed(OPEN, "UW", "W")),
    EntryCase("全部不予，条目写不予", _NOTHING, _mixed(WITHHELD, "WW", "W")),
    EntryCase(
        "不予共享又向社会开放",
        frozenset({"open_flag: catalog.withheld_cannot_be_open"}),
        replace(WITHHELD, open_flag=True),
    ),
    EntryCase(
        "以部门文件为不予共享依据",
        frozenset({"basis_kind: standards.code_unknown"}),
        replace(WITHHELD, basis_kind="ministry_document"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=given)
def test_types_agree(case: EntryCase) -> None:
    case.holds()


@pytest.mark.parametrize(
    ("types", "entry"), [("U", "U"), ("UK", "K"), ("KW", "K"), ("UW", "U"), ("W", "W"), ("UKW", "K")]
)
def test_the_type_is_derived(types: str, entry: str) -> None:
    assert derived_share_type(_items(types)) == entry
