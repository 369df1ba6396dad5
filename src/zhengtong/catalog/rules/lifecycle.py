"""A catalogue entry from draft to publication and change (目录条目生命周期), as one table.

The state belongs to a revision.  A published revision stays current while the next one is
drafted, signed and reviewed; publishing the next one supersedes it.
"""

from dataclasses import dataclass
from enum import StrEnum

from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role


class EntryState(StrEnum):
    """Where a revision of an entry stands."""

    DRAFT = "draft"  # 草稿
    DEPT_REVIEW = "dept_review"  # 待部门负责人审核
    SUBMITTED = "submitted"  # 已报送主管部门
    AUTHORITY_REVIEW = "authority_review"  # 主管部门审核中
    RETURNED = "returned"  # 已退回
    PUBLISHED = "published"  # 已发布
    CHANGE_DUE = "change_due"  # 已发布，待更新
    SUPERSEDED = "superseded"  # 已被新版替代
    WITHDRAWN = "withdrawn"  # 已撤回


_S = EntryState
_OFFICER = frozenset({str(Role.DATA_OFFICER)})
_HEAD = frozenset({str(Role.DEPARTMENT_HEAD)})
_REVIEWER = frozenset({str(Role.AUTHORITY_REVIEWER)})
_AUTHORITY = frozenset({str(Role.AUTHORITY_REVIEWER), str(Role.AUTHORITY_LEADER)})
_LEADER = frozenset({str(Role.AUTHORITY_LEADER)})
_REPORTER = _OFFICER | _AUTHORITY
PROVIDER_ROLES, AUTHORITY_ROLES = _OFFICER | _HEAD, _AUTHORITY

_13, _16, _17 = (f"政务数据共享条例 第{n}条" for n in ("十三", "十六", "十七"))

STATE_LABELS: dict[EntryState, tuple[str, str]] = {
    _S.DRAFT: ("草稿", "Draft"),
    _S.DEPT_REVIEW: ("待部门负责人审核", "With the department head"),
    _S.SUBMITTED: ("已报送主管部门", "Reported to the authority"),
    _S.AUTHORITY_REVIEW: ("主管部门审核中", "Under review"),
    _S.RETURNED: ("已退回修改", "Returned"),
    _S.PUBLISHED: ("已发布", "Published"),
    _S.CHANGE_DUE: ("已发布，待更新", "Published, update due"),
    _S.SUPERSEDED: ("已被新版替代", "Superseded"),
    _S.WITHDRAWN: ("已撤回", "Withdrawn"),
}

VERB_LABELS: dict[str, tuple[str, str]] = {
    "edit": ("修改", "Edit"),
    "submit": ("提交部门负责人审核", "Send to the department head"),
    "sign": ("审核同意并报送", "Agree and report"),
    "return": ("退回修改", "Return"),
    "start_review": ("开始审核", "Start the review"),
    "publish": ("审核通过并发布", "Approve and publish"),
    "report_change": ("登记须更新的事由", "Report a change"),
    "extend_change": ("同意延长更新期限", "Agree to an extension"),
    "revise": ("编制新版", "Start a new revision"),
    "withdraw": ("撤回", "Withdraw"),
}

ENTRY = Lifecycle(
    name="目录条目",
    start=_S.DRAFT,
    steps=(
        Step("edit", _S.DRAFT, _S.DRAFT, by=_OFFICER),
        Step("edit", _S.RETURNED, _S.DRAFT, by=_OFFICER),
        Step("submit", _S.DRAFT, _S.DEPT_REVIEW, by=_OFFICER, cites=_13, needs="保密风险评估、个人信息保护影响评估"),
        Step("submit", _S.RETURNED, _S.DEPT_REVIEW, by=_OFFICER, cites=_13),
        Step("sign", _S.DEPT_REVIEW, _S.SUBMITTED, by=_HEAD, cites=_13),
        Step("return", _S.DEPT_REVIEW, _S.RETURNED, by=_HEAD, needs="理由"),
        Step("start_review", _S.SUBMITTED, _S.AUTHORITY_REVIEW, by=_REVIEWER, cites=_16),
        Step("return", _S.AUTHORITY_REVIEW, _S.RETURNED, by=_AUTHORITY, cites=_16, needs="理由"),
        Step("publish", _S.AUTHORITY_REVIEW, _S.PUBLISHED, by=_AUTHORITY, cites=_16),
        Step("report_change", _S.PUBLISHED, _S.CHANGE_DUE, by=_REPORTER, cites=_17, needs="调整或者变化的事由和日期"),
        Step("extend_change", _S.CHANGE_DUE, _S.CHANGE_DUE, by=_LEADER, cites=_17, needs="特殊原因"),
        Step("revise", _S.PUBLISHED, _S.PUBLISHED, by=_OFFICER),
        Step("revise", _S.CHANGE_DUE, _S.CHANGE_DUE, by=_OFFICER, cites=_17),
        Step("supersede", _S.PUBLISHED, _S.SUPERSEDED, by=_AUTHORITY, cites=_16),
        Step("supersede", _S.CHANGE_DUE, _S.SUPERSEDED, by=_AUTHORITY, cites=_17),
        Step("withdraw", _S.DRAFT, _S.WITHDRAWN, by=_OFFICER, needs="理由"),
        Step("withdraw", _S.RETURNED, _S.WITHDRAWN, by=_OFFICER, needs="理由"),
        Step("withdraw", _S.PUBLISHED, _S.WITHDRAWN, by=_AUTHORITY, cites=_17, needs="理由"),
        Step("withdraw", _S.CHANGE_DUE, _S.WITHDRAWN, by=_AUTHORITY, cites=_17, needs="理由"),
    ),
    words={"目录条目": ("目录条目", "catalogue entry"), **STATE_LABELS, **VERB_LABELS, **ROLE_WORDS},
)

CURRENT_STATES = frozenset({_S.PUBLISHED, _S.CHANGE_DUE})
OPEN_STATES = frozenset({_S.DRAFT, _S.DEPT_REVIEW, _S.SUBMITTED, _S.AUTHORITY_REVIEW, _S.RETURNED})


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is in a state: a role of the provider or of the authority."""

    role: Role | None
    of_authority: bool
    limit: str  # id of the time limit that runs, or ""
    cites: str


TURNS: dict[EntryState, Turn] = {
    _S.DRAFT: Turn(Role.DATA_OFFICER, False, "", "政务数据共享条例 第十二条"),
    _S.RETURNED: Turn(Role.DATA_OFFICER, False, "", _13),
    _S.DEPT_REVIEW: Turn(Role.DEPARTMENT_HEAD, False, "", _13),
    _S.SUBMITTED: Turn(Role.AUTHORITY_REVIEWER, True, "CATALOG_REVIEW", _17),
    _S.AUTHORITY_REVIEW: Turn(Role.AUTHORITY_REVIEWER, True, "CATALOG_REVIEW", _17),
    _S.CHANGE_DUE: Turn(Role.DATA_OFFICER, False, "CATALOG_UPDATE", _17),
    _S.PUBLISHED: Turn(None, False, "", _16),
    _S.SUPERSEDED: Turn(None, False, "", _16),
    _S.WITHDRAWN: Turn(None, False, "", ""),
}


def article_for(state: EntryState, *, timed: bool) -> str:
    """The article behind a turn (依据): a first filing is reviewed under article 16, which sets no days."""
    return TURNS[state].cites if timed or TURNS[state].limit != "CATALOG_REVIEW" else _16
