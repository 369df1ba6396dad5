"""条例 第二十五条: no wider use; what is granted is exactly what was asked and answered, for the organ named."""

import pytest

from tests.spec.sharing.case import Case, named
from tests.support.sharing_forms import CONSUMER, HOUSES, PROVIDER, USE, house_form, house_reply
from zhengtong.sharing.rules import (
    Beneficiary,
    Mode,
    RowCondition,
    check_can_be_sent,
    check_reply,
    grant_number,
)

ARTICLE = "政务数据共享条例 第二十五条"


def _answer(**changes: object) -> object:
    return check_reply(house_reply(**changes), form=house_form(), offered=HOUSES)


def _send(*organs: Beneficiary) -> object:
    return check_can_be_sent(house_form(beneficiaries=organs), offered=HOUSES, provider=PROVIDER)


CASES = (
    Case("25-1", "主题申请 0002 的第二个机构", "有自己的许可 0002-2", lambda: grant_number("0002", 2), "0002-2"),
    Case(
        "25-2",
        "同一机构写两次",
        "不行：一机构一许可",
        lambda: _send(Beneficiary(CONSUMER, (USE,)), Beneficiary(CONSUMER, (USE,))),
        refused="sharing.beneficiaries_out_of_bounds",
    ),
    Case(
        "25-3",
        "提供部门写成使用机构",
        "不行",
        lambda: _send(Beneficiary(PROVIDER, (USE,))),
        refused="sharing.own_resource",
    ),
    Case(
        "25-4",
        "申请查询，答复给批量",
        "不行：不得扩大",
        lambda: _answer(modes=(Mode.BATCH,)),
        refused="sharing.reply_widens",
    ),
    Case(
        "25-5",
        "行范围没有给使用方看的说明",
        "不行：使用范围要让对方知道",
        lambda: _answer(rows_note=" "),
        refused="sharing.row_scope_needs_words",
    ),
    Case(
        "25-6",
        "行范围的比较方式不在名单内",
        "不行",
        lambda: _answer(rows=(RowCondition("located", "regex", (".*",)),)),
        refused="sharing.row_scope_invalid",
    ),
    Case(
        "25-7",
        "用不同意的信息项作查询条件",
        "不行",
        lambda: _answer(lookup=("mortgaged",)),
        refused="sharing.lookup_not_granted",
    ),
    Case(
        "25-8",
        "用脱敏的信息项作查询条件",
        "不行",
        lambda: _answer(lookup=("owner",)),
        refused="sharing.lookup_masked",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_25(case: Case) -> None:
    case.holds()
