"""What has happened in supervision (事件): one module a subject."""

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
    "DocumentEnded",
    "DocumentFiled",
    "ExplanationAsked",
    "FindingClosed",
    "FindingExplained",
    "FindingMended",
    "FindingOpened",
    "FindingUpheld",
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
