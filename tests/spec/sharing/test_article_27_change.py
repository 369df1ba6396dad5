"""条例 第二十七条第三款: a service ends or changes only for a reason, agreed with the consumer and filed."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import (
    CHANGE,
    GRANT,
    ChangeKind,
    ChangeState,
    GrantState,
    HeldTerms,
    NewTerms,
    change_clock,
    check_narrower,
    check_proposal,
)

ARTICLE = "政务数据共享条例 第二十七条第三款"
PROPOSED = date(2026, 9, 14)
DUE = date(2026, 9, 28)  # ten working days, set by the authority
DAY = date(2026, 10, 12)
K, S = ChangeKind, ChangeState
HELD = HeldTerms(
    until=date(2027, 8, 31), calls_per_day=1000, rows_per_day=2000, subjects_per_day=None,
    items=frozenset({"owner", "usage", "area"}), lookup=frozenset({"owner"}),
)  # fmt: skip


def _due(*, answered: date | None = None, on: date = PROPOSED) -> tuple[date | None, bool]:
    held = limit("SERVICE_CHANGE", on=PROPOSED)
    view = change_clock(proposed_on=PROPOSED, answered_on=answered, limit=held, calendar=national(), on=on)
    return view.due_on, view.late


def _propose(kind: ChangeKind = K.STOP, *, reason: str = "系统并入省级平台", day: date = DAY, **new: object) -> None:
    terms = NewTerms(**new)
    check_proposal(kind=kind, reason=reason, terms=terms, effective_on=day, answer_due_on=DUE)
    check_narrower(terms, HELD, effective_on=day)


def _step(verb: str, state: ChangeState, role: Role | str) -> object:
    return CHANGE.step(verb, state=state, roles={str(role)}).target


HEAD, OFFICER, REVIEWER = Role.SHARING_OFFICE_HEAD, Role.DATA_OFFICER, Role.AUTHORITY_REVIEWER
CASES = (
    Case("27c-1", "提出终止，写明正当理由", "可以", _propose, None),
    Case("27c-2", "没有理由", "不行", lambda: _propose(reason=" "), refused="sharing.change_needs_reason"),
    Case(
        "27c-3", "9月14日提出", "9月28日前答复（期限由主管部门确定）", lambda: _due()[0], DUE,
    ),
    Case("27c-4", "9月29日仍未答复", "逾期，仍不等于同意", lambda: _due(on=date(2026, 9, 29))[1], True),
    Case("27c-5", "答复期限届满之前就生效", "不行", lambda: _propose(day=DUE), refused="sharing.change_too_soon"),
    Case("27c-6", "许可到期以后才终止", "不行", lambda: _propose(day=date(2027, 9, 1)),
         refused="sharing.change_after_end"),
    Case("27c-7", "变更：每日行数降为一千", "可以", lambda: _propose(K.CHANGE, rows_per_day=1000), None),
    Case("27c-8", "变更：每日行数升为五千", "不行，扩大由使用方申请", lambda: _propose(K.CHANGE, rows_per_day=5000),
         refused="sharing.change_not_narrower"),
    Case("27c-9", "变更：到期日推后", "不行", lambda: _propose(K.CHANGE, until=date(2028, 8, 31)),
         refused="sharing.change_not_narrower"),
    Case("27c-10", "变更：不再提供面积", "可以", lambda: _propose(K.CHANGE, dropped=("area",)), None),
    Case("27c-11", "变更：不再提供查询条件", "不行", lambda: _propose(K.CHANGE, dropped=("owner",)),
         refused="sharing.change_drops_needed"),
    Case("27c-12", "变更，不写变更什么", "不行", lambda: _propose(K.CHANGE), refused="sharing.change_needs_terms"),
    Case("27c-13", "终止，又写新条款", "不行", lambda: _propose(rows_per_day=1), refused="sharing.change_needs_terms"),
    Case("27c-14", "使用方负责人同意", "待备案", lambda: _step("agree", S.PROPOSED, HEAD), S.AGREED),
    Case("27c-15", "使用方经办人同意", "不行", lambda: _step("agree", S.PROPOSED, OFFICER),
         refused="kernel.role_missing"),
    Case("27c-16", "使用方不同意", "不生效", lambda: _step("object", S.PROPOSED, HEAD), S.OBJECTED),
    Case("27c-17", "不同意的，直接备案", "不行", lambda: _step("file", S.OBJECTED, HEAD), refused="kernel.wrong_state"),
    Case("27c-18", "不答复的，直接备案", "不行", lambda: _step("file", S.PROPOSED, HEAD), refused="kernel.wrong_state"),
    Case("27c-19", "同意后备案", "待生效", lambda: _step("file", S.AGREED, OFFICER), S.FILED),
    Case("27c-20", "同意后未备案就生效", "不行", lambda: _step("take_effect", S.AGREED, "system"),
         refused="kernel.wrong_state"),
    Case("27c-21", "备案后到日", "生效", lambda: _step("take_effect", S.FILED, "system"), S.EFFECTIVE),
    Case("27c-22", "提供方负责人不经协商直接收回许可", "不行",
         lambda: GRANT.step("revoke", state=GrantState.ACTIVE, roles={str(HEAD)}), refused="kernel.role_missing"),
    Case("27c-23", "争议后有协调意见", "按意见办理", lambda: _step("follow", S.OBJECTED, HEAD), S.AGREED),
    Case("27c-24", "主管部门收到备案", "仍待生效", lambda: _step("note", S.FILED, REVIEWER), S.FILED),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_27_change(case: Case) -> None:
    case.holds()
