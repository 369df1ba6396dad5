"""What has happened in supervision (事件): one module a subject."""

from zhengtong.supervision.events.directives import (
    BulletinIssued,
    BulletinRead,
    DirectiveAnswered,
    DirectiveIssued,
    DirectiveReported,
    MeetingRecorded,
)
from zhengtong.supervision.events.findings import (
    ExplanationAsked,
    FindingClosed,
    FindingExplained,
    FindingMended,
    FindingOpened,
    FindingUpheld,
)
from zhengtong.supervision.events.guarantee import (
    DocumentEnded,
    DocumentFiled,
    MoneyAsked,
    MoneyDecided,
    MoneyEvaluated,
    SpendingReported,
    TrainingPlanSet,
    TrainingRecorded,
)
from zhengtong.supervision.events.projects import ProjectDecided, ProjectMoneyJudged, ProjectPlanned

__all__ = [
    "BulletinIssued",
    "BulletinRead",
    "DirectiveAnswered",
    "DirectiveIssued",
    "DirectiveReported",
    "DocumentEnded",
    "DocumentFiled",
    "ExplanationAsked",
    "FindingClosed",
    "FindingExplained",
    "FindingMended",
    "FindingOpened",
    "FindingUpheld",
    "MeetingRecorded",
    "MoneyAsked",
    "MoneyDecided",
    "MoneyEvaluated",
    "ProjectDecided",
    "ProjectMoneyJudged",
    "ProjectPlanned",
    "SpendingReported",
    "TrainingPlanSet",
    "TrainingRecorded",
]
