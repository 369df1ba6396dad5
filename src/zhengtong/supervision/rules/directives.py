"""What an overseer asks of a department in writing (交办事项): conclusions of joint meetings, orders (督办单).  Pure.

Meeting (联席会议) and order are means of coordination of the data authority and the supervisor (条例 第二十条、第二十
九条); the Decree gives them no limit: each says its own day.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import DIRECTING_ROLES, ROLE_WORDS, Role
from zhengtong.supervision.rules.findings import Words

TEXT_CHARS_MIN, TEXT_CHARS_MAX = 4, 2_000
TITLE_CHARS_MAX = 200
CONCLUSIONS_MAX = 50
PRESENT_MAX = 200


class DirectiveKind(StrEnum):
    """Where it comes from (来源)."""

    CONCLUSION = "conclusion"  # 联席会议议定事项
    ORDER = "order"  # 督办单


class DirectiveState(StrEnum):
    """Where it stands (交办状态)."""

    OWED = "owed"  # 待报告
    REPORTED = "reported"  # 已报告，待确认
    ACCEPTED = "accepted"  # 已办结
    WITHDRAWN = "withdrawn"  # 已撤回


class DirectiveAbout(StrEnum):
    """What an order may be about besides a finding (督办单涉及的事项)."""

    REQUEST = "request"  # 共享申请
    DEMAND = "demand"  # 共享需求


_S = DirectiveState
_OWN = frozenset({Role.DATA_OFFICER.value, Role.SHARING_OFFICE_HEAD.value, Role.DEPARTMENT_HEAD.value})
_ISSUER = ISSUERS = DIRECTING_ROLES
_29 = "政务数据共享条例 第二十九条"

DIRECTIVE_KINDS: dict[DirectiveKind, Words] = {
    DirectiveKind.CONCLUSION: Words("联席会议议定事项", "Conclusion of a joint meeting"),
    DirectiveKind.ORDER: Words("督办单", "Order"),
}
ABOUT_WORDS: dict[DirectiveAbout, Words] = {
    DirectiveAbout.REQUEST: Words("共享申请", "Request"),
    DirectiveAbout.DEMAND: Words("共享需求", "Demand"),
}
DIRECTIVE_WORDS: dict[DirectiveState, Words] = {
    _S.OWED: Words("待报告", "Report owed"),
    _S.REPORTED: Words("已报告，待确认", "Reported"),
    _S.ACCEPTED: Words("已办结", "Done"),
    _S.WITHDRAWN: Words("已撤回", "Withdrawn"),
}
DIRECTIVE_VERBS: dict[str, Words] = {
    "report_directive": Words("报告办理情况", "report"),
    "accept_directive": Words("确认办结", "accept"),
    "ask_directive_again": Words("退回再办", "ask again"),
    "withdraw_directive": Words("撤回交办", "withdraw"),
}

DIRECTIVE = Lifecycle(
    name="交办事项",
    start=_S.OWED,
    steps=(
        Step("report_directive", _S.OWED, _S.REPORTED, by=_OWN, cites=_29, needs="办理情况"),
        Step("accept_directive", _S.REPORTED, _S.ACCEPTED, by=_ISSUER, cites=_29, needs="意见"),
        Step("ask_directive_again", _S.REPORTED, _S.OWED, by=_ISSUER, cites=_29, needs="还缺什么、新的日期"),
        *(
            Step("withdraw_directive", state, _S.WITHDRAWN, by=_ISSUER, cites=_29, needs="理由")
            for state in (_S.OWED, _S.REPORTED)
        ),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {
                "交办事项": Words("交办事项", "directive"),
                **{str(state): words for state, words in DIRECTIVE_WORDS.items()},
                **DIRECTIVE_VERBS,
            }.items()
        },
        **ROLE_WORDS,
    },
)


def check_directive(*, text: str, due_on: date, today: date) -> None:
    """Raise RuleBroken unless it says what is to be done, by a day to come."""
    if not TEXT_CHARS_MIN <= len(text.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("supervision.directive_text")
    if due_on <= today:
        raise RuleBroken("supervision.directive_day")


def check_about(*, organization: UUID, concerned: tuple[UUID, ...]) -> None:
    """Raise RuleBroken unless the department is one that the request or demand concerns."""
    if organization not in concerned:
        raise RuleBroken("supervision.directive_not_concerned")


def check_meeting(*, title: str, text: str, held_on: date, present: int, conclusions: int, today: date) -> None:
    """Raise RuleBroken for minutes without title, text or people, of a day to come, or with too many conclusions."""
    if not TEXT_CHARS_MIN <= len(title.strip()) <= TITLE_CHARS_MAX or len(text.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("supervision.meeting_text")
    if held_on > today:
        raise RuleBroken("supervision.meeting_ahead", day=held_on.isoformat())
    if not 0 < present <= PRESENT_MAX:
        raise RuleBroken("supervision.meeting_present", most=PRESENT_MAX)
    if conclusions > CONCLUSIONS_MAX:
        raise RuleBroken("supervision.meeting_conclusions", most=CONCLUSIONS_MAX)


def meeting_number(*, year: int, sequence: int) -> str:
    """The number people see: 纪要〔2026〕1号."""
    return f"纪要〔{year}〕{sequence}号"


def order_number(*, year: int, sequence: int) -> str:
    """The number people see: 督办单〔2026〕0001号."""
    return f"督办单〔{year}〕{sequence:04d}号"


def bulletin_number(*, year: int, sequence: int) -> str:
    """The number people see: 通报〔2026〕1号."""
    return f"通报〔{year}〕{sequence}号"


def check_bulletin(*, last: date, today: date) -> None:
    """Raise RuleBroken while the month runs: its figures still change (第二十九条)."""
    if today <= last:
        raise RuleBroken("supervision.bulletin_month_runs", until=last.isoformat())
