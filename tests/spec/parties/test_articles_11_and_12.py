"""条例 第十一、十二条: the sharing office has its duties, each done by a role; the catalogue follows the duties."""

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import ROLES, Role
from zhengtong.regulations import law

ARTICLE = "政务数据共享条例 第十一、十二条"


def _duties(article: int) -> tuple[str, ...]:
    return tuple(one.id for one in law.duties() if one.article == article)


def _may(role: Role, words: str) -> bool:
    return any(words in said for said in ROLES[role].may_zh)


CASES = (
    Case("11-1", "共享工作机构", "五项列明的职责", lambda: _duties(11), tuple(f"D11_{n}" for n in range(1, 6))),
    Case("11-2", "编制、更新目录", "由数据专员办理", lambda: _may(Role.DATA_OFFICER, "编制"), True),
    Case("11-3", "提出和审核申请", "由数据专员起草", lambda: _may(Role.DATA_OFFICER, "起草共享申请"), True),
    Case("11-4", "同意申请和答复", "由共享工作机构负责人", lambda: _may(Role.SHARING_OFFICE_HEAD, "同意"), True),
    Case("12-1", "组织编制区域目录", "由主管部门审核发布", lambda: _may(Role.AUTHORITY_REVIEWER, "统一发布"), True),
    Case("12-2", "本部门目录", "按职责编制", lambda: _duties(12), ("D12",)),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_row_holds(case: Case) -> None:
    case.holds()
