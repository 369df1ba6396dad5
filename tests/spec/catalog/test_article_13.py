"""条例 第十三条: what an entry must state, and which assessments come first."""

from dataclasses import replace

import pytest

from tests.spec.catalog.entries import ITEM, OPEN, EntryCase, given
from zhengtong.catalog.rules import ENTRY, EntryState
from zhengtong.kernel.errors import NotAllowed
from zhengtong.parties.rules import Role

ARTICLE = "政务数据共享条例 第十三条"

_NOTHING: frozenset[str] = frozenset()
_PERSONAL = (replace(ITEM, is_personal=True),)
_NO_ASSESSMENT = frozenset({"pi_assessment: standards.pi_assessment_missing"})


def _missing(field: str, key: str = "standards.field_missing") -> frozenset[str]:
    return frozenset({f"{field}: {key}"})


CASES = (
    EntryCase("各项齐全", _NOTHING, OPEN),
    EntryCase("没有名称", _missing("name"), replace(OPEN, name=" ")),
    EntryCase("没有数据项", _missing("items", "standards.items_missing"), replace(OPEN, items=(), share_type="U")),
    EntryCase("没有数据格式", _missing("format"), replace(OPEN, format="")),
    EntryCase("没有更新频率", _missing("update_cycle"), replace(OPEN, update_cycle="")),
    EntryCase("没有共享方式", _missing("share_modes"), replace(OPEN, share_modes=())),
    EntryCase("没有数据分类", _missing("data_class"), replace(OPEN, data_class="")),
    EntryCase("没有数据分级", _missing("data_grade"), replace(OPEN, data_grade="")),
    EntryCase(
        "没有做保密风险评估",
        _missing("secrecy_review", "standards.secrecy_review_missing"),
        replace(OPEN, secrecy_review=""),
    ),
    EntryCase("含个人信息，没有做影响评估", _NO_ASSESSMENT, replace(OPEN, items=_PERSONAL)),
    EntryCase("含个人信息，已做影响评估", _NOTHING, replace(OPEN, items=_PERSONAL, pi_assessment="个评〔2026〕1号")),
    EntryCase("不含个人信息，没有做影响评估", _NOTHING, replace(OPEN, pi_assessment="")),
)


@pytest.mark.parametrize("case", CASES, ids=given)
def test_an_entry_states_what_the_article_lists(case: EntryCase) -> None:
    case.holds()


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.DEPARTMENT_HEAD])
def test_only_the_head_of_the_department_agrees_to_an_entry(role: Role) -> None:
    assert ENTRY.step("sign", state=EntryState.DEPT_REVIEW, roles=[Role.DEPARTMENT_HEAD]).cites == ARTICLE
    with pytest.raises(NotAllowed):
        ENTRY.step("sign", state=EntryState.DEPT_REVIEW, roles=[role])
