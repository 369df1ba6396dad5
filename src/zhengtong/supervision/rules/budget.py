"""Money for sharing (共享经费, 条例 第三十八条): asked for, listed, spent, judged by what came of it.

The Decree puts the money needed into the budget of the same level and asks for performance management over the
whole way of it (全过程预算绩效管理).  The data authority gives its opinion; the budget itself is the finance
department's.  Amounts are yuan with two places.  Pure.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role
from zhengtong.supervision.rules.findings import Words
from zhengtong.supervision.rules.projects import Money, ProjectStage

_38 = "政务数据共享条例 第三十八条"
AMOUNT_MAX = Decimal("99999999999.99")
PERMILLE = 1_000


class BudgetKind(StrEnum):
    """What the money is for (经费类别)."""

    INVESTMENT = "investment"  # 项目建设投资
    OPERATION = "operation"  # 运行维护
    GOVERNANCE = "governance"  # 数据治理
    TRAINING = "training"  # 培训
    OTHER = "other"  # 其他


class BudgetState(StrEnum):
    """Where a line of money stands (经费状态)."""

    ASKED = "asked"  # 申报
    LISTED = "listed"  # 同意列入
    LEFT_OUT = "left_out"  # 不同意列入
    WITHDRAWN = "withdrawn"  # 已撤回
    REPORTED = "reported"  # 已报告执行
    EVALUATED = "evaluated"  # 已评价


class Rating(StrEnum):
    """What the authority says of what came of it (绩效评价)."""

    GOOD = "good"  # 好
    FAIR = "fair"  # 一般
    POOR = "poor"  # 差


KIND_WORDS: dict[BudgetKind, Words] = {
    BudgetKind.INVESTMENT: Words("项目建设投资", "Investment in a project"),
    BudgetKind.OPERATION: Words("运行维护", "Operation and maintenance"),
    BudgetKind.GOVERNANCE: Words("数据治理", "Data governance"),
    BudgetKind.TRAINING: Words("培训", "Training"),
    BudgetKind.OTHER: Words("其他", "Other"),
}
_S = BudgetState
BUDGET_WORDS: dict[BudgetState, Words] = {
    _S.ASKED: Words("申报", "Asked for"),
    _S.LISTED: Words("同意列入", "Listed"),
    _S.LEFT_OUT: Words("不同意列入", "Left out"),
    _S.WITHDRAWN: Words("已撤回", "Withdrawn"),
    _S.REPORTED: Words("已报告执行", "Spending reported"),
    _S.EVALUATED: Words("已评价", "Evaluated"),
}
BUDGET_VERBS: dict[str, Words] = {
    "list": Words("同意列入预算", "list in the budget"),
    "leave_out": Words("不同意列入预算", "leave out"),
    "withdraw_money": Words("撤回经费申报", "withdraw"),
    "report_spending": Words("报告执行和绩效", "report spending and result"),
    "evaluate": Words("评价绩效", "evaluate"),
}
RATING_WORDS: dict[Rating, Words] = {
    Rating.GOOD: Words("好", "good"),
    Rating.FAIR: Words("一般", "fair"),
    Rating.POOR: Words("差", "poor"),
}
_OFFICER = frozenset({Role.DATA_OFFICER.value})
_LEADER = frozenset({Role.AUTHORITY_LEADER.value})

BUDGET = Lifecycle(
    name="共享经费",
    start=_S.ASKED,
    steps=(
        Step("list", _S.ASKED, _S.LISTED, by=_LEADER, cites=_38, needs="金额、理由"),
        Step("leave_out", _S.ASKED, _S.LEFT_OUT, by=_LEADER, cites=_38, needs="理由"),
        Step("withdraw_money", _S.ASKED, _S.WITHDRAWN, by=_OFFICER, cites=_38, needs="理由"),
        Step("report_spending", _S.LISTED, _S.REPORTED, by=_OFFICER, cites=_38, needs="执行金额、绩效"),
        Step("evaluate", _S.REPORTED, _S.EVALUATED, by=_LEADER, cites=_38, needs="评价、理由"),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {
                "共享经费": Words("共享经费", "line of money"),
                **{str(state): words for state, words in BUDGET_WORDS.items()},
                **BUDGET_VERBS,
            }.items()
        },
        **ROLE_WORDS,
    },
)


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a line's project says: its stage, and the opinion on the money of the line's year."""

    stage: ProjectStage
    money: Money | None


def check_ask(*, kind: BudgetKind, amount: Decimal, has_project: bool) -> None:
    """Raise RuleBroken for an amount that is none, or for a project's money that names no project."""
    _check_amount(amount)
    if kind in (BudgetKind.INVESTMENT, BudgetKind.OPERATION) and not has_project:
        raise RuleBroken("supervision.budget_needs_project")


def check_listing(*, kind: BudgetKind, asked: Decimal, listed: Decimal, project: ProjectFacts | None) -> None:
    """Raise RuleBroken where the money may not be listed: sharing decides what is paid (条例 第三十八条)."""
    _check_amount(listed)
    if listed > asked:
        raise RuleBroken("supervision.budget_more_than_asked", asked=f"{asked:,.2f}")
    if project is None:
        return
    if kind is BudgetKind.INVESTMENT and project.stage not in (ProjectStage.APPROVED, ProjectStage.ACCEPTED):
        raise RuleBroken("supervision.budget_project_not_approved")
    if kind is BudgetKind.OPERATION and project.money is not Money.SUPPORT:
        raise RuleBroken("supervision.budget_not_supported")


def check_spending(*, listed: Decimal, spent: Decimal, year: int, this_year: int) -> None:
    """Raise RuleBroken for spending before the year began or beyond what was listed."""
    if year > this_year:
        raise RuleBroken("supervision.budget_year_ahead", year=year)
    if not 0 <= spent <= AMOUNT_MAX or spent > listed:
        raise RuleBroken("supervision.budget_more_than_listed", listed=f"{listed:,.2f}")


def spent_permille(*, listed: Decimal | None, spent: Decimal | None) -> int | None:
    """How much of what was listed was spent, in thousandths (预算执行率); None before there is a report."""
    if not listed or spent is None:
        return None
    return int(spent * PERMILLE / listed)


def budget_number(*, year: int, sequence: int) -> str:
    """The number people see: 经费〔2027〕0001号, of the budget's year."""
    return f"经费〔{year}〕{sequence:04d}号"


def _check_amount(amount: Decimal) -> None:
    if not 0 < amount <= AMOUNT_MAX:
        raise RuleBroken("supervision.budget_amount")
