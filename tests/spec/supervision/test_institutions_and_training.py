"""条例 第十一、二十、二十六条: what has to be laid down in writing; training as the data authority sets it."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.supervision.rules.institutions import Held, InstitutionKind, check_document, missing
from zhengtong.supervision.rules.training import Coverage, Plan, check_plan, coverage

ARTICLE = "政务数据共享条例 第十一条、第二十条、第二十六条"
K = InstitutionKind
TODAY = date(2026, 10, 16)
JUNE = date(2026, 6, 1)
ALL = (Held(K.OFFICE, JUNE, None, None), Held(K.SECURITY, JUNE, None, None), Held(K.CORRECTION, JUNE, None, None))
ANNA, BENNO = UUID(int=1), UUID(int=2)
PLAN = Plan(2026, frozenset({Role.DATA_OFFICER}), Decimal(8))


def _missing(*held: Held, is_authority: bool = False) -> list[str]:
    return [str(one.kind) for one in missing(held, on=TODAY, is_authority=is_authority)]


def _document(*, issued: date = JUNE, force: date = JUNE, review: date | None = None, digest: str = "") -> object:
    return check_document(
        title="数据安全管理制度", number="", issued_on=issued, in_force_from=force, review_on=review, digest=digest,
        today=TODAY,
    )  # fmt: skip


CASES = (
    Case("制-1", "部门什么也没有登记", "缺三项", _missing, ["office", "security", "correction"]),
    Case("制-2", "三项都在施行", "不缺", lambda: _missing(*ALL), []),
    Case(
        "制-3", "主管部门三项都在施行，没有供需对接机制", "缺一项",
        lambda: _missing(*ALL, is_authority=True), ["matching"],
    ),
    Case(
        "制-4", "安全制度明天才施行", "缺一项",
        lambda: _missing(ALL[0], Held(K.SECURITY, date(2026, 10, 17), None, None), ALL[2]), ["security"],
    ),
    Case(
        "制-5", "校核规则今天废止", "缺一项", lambda: _missing(*ALL[:2], Held(K.CORRECTION, JUNE, None, TODAY)),
        ["correction"],
    ),
    Case(
        "制-6", "只登记了其他制度", "不算",
        lambda: _missing(*ALL[:2], Held(K.OTHER, JUNE, None, None)), ["correction"],
    ),
    Case(
        "制-7", "登记明天才印发的文件", "不行",
        lambda: _document(issued=date(2026, 10, 17)), refused="supervision.document_not_issued",
    ),
    Case(
        "制-8", "施行早于印发", "不行",
        lambda: _document(force=date(2026, 5, 31)), refused="supervision.document_days",
    ),
    Case("制-9", "指纹不是 SHA-256", "不行", lambda: _document(digest="abc"), refused="supervision.document_digest"),
    Case(
        "训-1", "计划要求数据专员 8 学时；一人 8 学时，一人 7.5 学时", "一人完成",
        lambda: coverage(
            PLAN, holders=[(ANNA, [Role.DATA_OFFICER]), (BENNO, [Role.DATA_OFFICER])],
            hours={ANNA: Decimal(8), BENNO: Decimal("7.5")},
        ),
        Coverage(2, 1, (BENNO,)),
    ),
    Case(
        "训-2", "计划没有提到的岗位", "不计", lambda: coverage(PLAN, holders=[(ANNA, [Role.APPROVER])], hours={}),
        Coverage(0, 0, ()),
    ),
    Case(
        "训-3", "一人有两个岗位", "只计一次",
        lambda: coverage(PLAN, holders=[(ANNA, [Role.DATA_OFFICER]), (ANNA, [Role.DATA_OFFICER])], hours={}),
        Coverage(1, 0, (ANNA,)),
    ),
    Case(
        "训-4", "计划没有选岗位", "不行", lambda: check_plan(Plan(2026, frozenset(), Decimal(8))),
        refused="supervision.training_roles",
    ),
    Case(
        "训-5", "学时不是半小时的倍数", "不行", lambda: check_plan(Plan(2026, PLAN.roles, Decimal("0.7"))),
        refused="supervision.training_hours",
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named)
def test_institutions_and_training(case: Case) -> None:
    case.holds()
