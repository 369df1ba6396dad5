"""既有共享接管 (set by the authority; the Decree does not speak of it): filed, confirmed, reviewed by its day."""

from dataclasses import replace
from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.sharing.rules import (
    TAKEOVER,
    Mode,
    TakeoverRow,
    TakeoverState,
    check_review,
    check_takeover,
)

ARTICLE = "由主管部门确定"
TODAY = date(2026, 9, 1)
S = TakeoverState
ROW = TakeoverRow(
    2, "306001002/000123", "tl-market", ("房屋用途",), (Mode.QUERY,), "tl-market-food", "经营场所核验",
    "食品经营许可和备案管理办法", ("房屋用途",), 200, 200, date(2027, 12, 31), date(2027, 3, 1),
)  # fmt: skip


def _file(**changes: object) -> None:
    check_takeover(replace(ROW, **changes), on=TODAY)


def _review(note: str = "仍需核验", next_on: date | None = None) -> None:
    check_review(note=note, next_on=next_on, until=ROW.until, on=TODAY)


def _step(verb: str, state: TakeoverState, role: Role) -> object:
    return TAKEOVER.step(verb, state=state, roles={str(role)}).target


HEAD, REVIEWER = Role.SHARING_OFFICE_HEAD, Role.AUTHORITY_REVIEWER
CASES = (
    Case("接管-1", "登记一项既有共享", "可以", _file, None),
    Case("接管-2", "没有使用依据", "不行", lambda: _file(legal_basis=""), refused="sharing.takeover_incomplete"),
    Case("接管-3", "复核日在到期日之后", "不行", lambda: _file(review_on=date(2028, 1, 1)),
         refused="sharing.takeover_review_day"),
    Case("接管-4", "登记后", "待提供方确认", lambda: TAKEOVER.start, S.FILED),
    Case("接管-5", "提供方负责人确认", "签发许可", lambda: _step("confirm", S.FILED, HEAD), S.CONFIRMED),
    Case("接管-6", "主管部门代替提供方确认", "不行", lambda: _step("confirm", S.FILED, REVIEWER),
         refused="kernel.role_missing"),
    Case("接管-7", "不确认的，又确认", "不行",
         lambda: _step("confirm", S.DECLINED, HEAD), refused="kernel.wrong_state"),
    Case("接管-8", "复核，写明情况", "可以", _review, None),
    Case("接管-9", "复核，什么也不写", "不行", lambda: _review(" "), refused="sharing.act_needs_reason"),
    Case("接管-10", "下次复核在到期以后", "不行", lambda: _review(next_on=date(2028, 1, 1)),
         refused="sharing.review_day"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named)
def test_takeovers(case: Case) -> None:
    case.holds()
