"""What can be done in supervision (督查办理).  One function, one use case, one transaction.

`finding`   detect, ask for an explanation, explain, close, uphold
`projects`  information projects: three gates
"""

from zhengtong.supervision.services.finding import ask_explanation, close, detect, explain, uphold
from zhengtong.supervision.services.projects import decide_project, judge_money, plan_project

__all__ = [
    "ask_explanation",
    "close",
    "decide_project",
    "detect",
    "explain",
    "judge_money",
    "plan_project",
    "uphold",
]
