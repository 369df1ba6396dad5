"""条例 第十六、十七条: review by the authority, one publication, dynamic update; each step has its role."""

from dataclasses import dataclass

import pytest

from zhengtong.catalog.rules import ENTRY, EntryState
from zhengtong.kernel.errors import NotAllowed, WrongState
from zhengtong.parties.rules import Role, role_label

ARTICLE = "政务数据共享条例 第十六条、第十七条"


@dataclass(frozen=True, slots=True)
class StepCase:
    """One row: who does what in which state, and where it leads ("" : refused)."""

    role: str
    verb: str
    state: EntryState
    leads_to: str
    article: str = ""


_S, _R = EntryState, Role
CASES = (
    StepCase(_R.AUTHORITY_REVIEWER, "start_review", _S.SUBMITTED, _S.AUTHORITY_REVIEW, "第十六条"),
    StepCase(_R.AUTHORITY_REVIEWER, "publish", _S.AUTHORITY_REVIEW, _S.PUBLISHED, "第十六条"),
    StepCase(_R.AUTHORITY_REVIEWER, "return", _S.AUTHORITY_REVIEW, _S.RETURNED, "第十六条"),
    StepCase(_R.DATA_OFFICER, "report_change", _S.PUBLISHED, _S.CHANGE_DUE, "第十七条"),
    StepCase(_R.AUTHORITY_LEADER, "extend_change", _S.CHANGE_DUE, _S.CHANGE_DUE, "第十七条"),
    StepCase(_R.DATA_OFFICER, "revise", _S.CHANGE_DUE, _S.CHANGE_DUE, "第十七条"),
    StepCase(_R.DEPARTMENT_HEAD, "publish", _S.AUTHORITY_REVIEW, ""),
    StepCase(_R.SYSTEM_ADMIN, "publish", _S.AUTHORITY_REVIEW, ""),
    StepCase(_R.AUTHORITY_REVIEWER, "extend_change", _S.CHANGE_DUE, ""),
    StepCase(_R.COUNTER_CLERK, "submit", _S.DRAFT, ""),
)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{role_label(c.role)}-{c.verb}-{c.state}")
def test_each_step_has_its_role(case: StepCase) -> None:
    if not case.leads_to:
        with pytest.raises(NotAllowed):
            ENTRY.step(case.verb, state=case.state, roles=[case.role])
        return
    step = ENTRY.step(case.verb, state=case.state, roles=[case.role])
    assert step.target == case.leads_to
    assert case.article in step.cites


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("publish", _S.DRAFT),
        ("publish", _S.SUBMITTED),
        ("sign", _S.DRAFT),
        ("start_review", _S.DEPT_REVIEW),
        ("edit", _S.PUBLISHED),
    ],
)
def test_nothing_is_published_unsigned_or_unreviewed_and_nothing_published_is_edited(
    verb: str, state: EntryState
) -> None:
    with pytest.raises(WrongState):
        ENTRY.step(verb, state=state, roles=list(Role))
