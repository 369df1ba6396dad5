"""国发〔2016〕51号 第十五条: while a value is being checked the matter goes on; a pending correction blocks nothing."""

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.sharing.rules import CORRECTION, GRANT

ARTICLE = "国发〔2016〕51号 第十五条（条号凭记忆）"
BLOCKS = ("suspend", "terminate", "revoke", "expire")


def _words_of_corrections() -> frozenset[str]:
    """What can be done with a correction: none of it is an act on a grant."""
    return frozenset(step.verb for step in CORRECTION.steps)


def _needs_of_grants() -> frozenset[str]:
    """What acts on a grant rest on."""
    return frozenset(step.needs for step in GRANT.steps if step.verb in BLOCKS)


CASES = (
    Case(
        "15-1",
        "校核申请从提出到反馈",
        "没有一步是暂停、终止、收回许可",
        lambda: _words_of_corrections() & frozenset(BLOCKS),
        frozenset(),
    ),
    Case(
        "15-2",
        "暂停、终止、收回许可",
        "没有一种以校核未办结为理由",
        lambda: any("校核" in needs for needs in _needs_of_grants()),
        False,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_51_article_15(case: Case) -> None:
    case.holds()
