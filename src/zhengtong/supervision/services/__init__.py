"""What can be done in supervision (督查办理).  One function, one use case, one transaction.

`finding`    detect, ask for an explanation, explain, close, uphold
`projects`   information projects: three gates
`directives`  joint meetings, orders, bulletins
`budget`     money for sharing: asked, listed, spent, evaluated
`guarantee`  institution documents and training
"""

from zhengtong.supervision.services.budget import ask_money, decide_money, evaluate_money, report_spending
from zhengtong.supervision.services.directives import (
    About,
    Conclusion,
    answer_directive,
    issue_bulletin,
    issue_order,
    read_bulletin,
    record_meeting,
    report_directive,
)
from zhengtong.supervision.services.finding import ask_explanation, close, detect, explain, uphold
from zhengtong.supervision.services.guarantee import (
    file_document,
    record_training,
    repeal_document,
    set_training_plan,
)
from zhengtong.supervision.services.projects import decide_project, judge_money, plan_project

__all__ = [
    "About",
    "Conclusion",
    "answer_directive",
    "ask_explanation",
    "ask_money",
    "close",
    "decide_money",
    "decide_project",
    "detect",
    "evaluate_money",
    "explain",
    "file_document",
    "issue_bulletin",
    "issue_order",
    "judge_money",
    "plan_project",
    "read_bulletin",
    "record_meeting",
    "record_training",
    "repeal_document",
    "report_directive",
    "report_spending",
    "set_training_plan",
    "uphold",
]
