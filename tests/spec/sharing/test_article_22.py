"""条例 第二十二条: within 20 working days of the consent the data are shared."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from tests.support.sharing_forms import house_form, house_reply, verify_item
from zhengtong.kernel.deadlines import ClockView
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import GRANT, GrantState, Mode, delivery_clock, granted_modes

ARTICLE = "政务数据共享条例 第二十二条"


def _clock(consented: date, on: date, delivered: date | None = None) -> ClockView:
    held = limit("DELIVER", on=consented)
    return delivery_clock(consented_on=consented, ended_on=delivered, limit=held, calendar=national(), on=on)


CASES = (
    Case(
        "22-1",
        "9月9日同意；中间有调休和两个假期",
        "10月13日前共享",
        lambda: _clock(date(2026, 9, 9), date(2026, 9, 9)).due_on,
        date(2026, 10, 13),
    ),
    Case(
        "22-2",
        "9月9日同意，9月16日提供（0002）",
        "没有逾期",
        lambda: _clock(date(2026, 9, 9), date(2026, 10, 16), date(2026, 9, 16)).late,
        False,
    ),
    Case(
        "22-3",
        "到10月14日还没有提供",
        "逾期",
        lambda: _clock(date(2026, 9, 9), date(2026, 10, 14)).late,
        True,
    ),
    Case(
        "22-4",
        "提供部门确认已提供",
        "许可生效使用",
        lambda: GRANT.step("deliver", state=GrantState.DELIVERING, roles={"data_officer"}).target,
        GrantState.ACTIVE,
    ),
    Case(
        "22-5",
        "申请服务接口查询，部分项以核验提供",
        "许可含查询和核验两种方式",
        lambda: granted_modes(house_reply(), house_form()),
        (Mode.VERIFY, Mode.QUERY),
    ),
    Case(
        "22-6",
        "全部以核验提供",
        "许可只含核验",
        lambda: granted_modes(house_reply(answers=(verify_item("located"),)), house_form(items=("located",))),
        (Mode.VERIFY,),
    ),
    Case(
        "22-7",
        "申请批量交换，全部同意",
        "许可只含批量交换",
        lambda: granted_modes(house_reply(answers=house_reply().answers[1:2]), house_form(modes=(Mode.BATCH,))),
        (Mode.BATCH,),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_22(case: Case) -> None:
    case.holds()
