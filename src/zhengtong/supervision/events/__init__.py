"""What has happened in supervision (事件): one module a subject."""

from zhengtong.supervision.events.findings import (
    ExplanationAsked,
    FindingClosed,
    FindingExplained,
    FindingMended,
    FindingOpened,
    FindingUpheld,
)
from zhengtong.supervision.events.projects import ProjectDecided, ProjectMoneyJudged, ProjectPlanned

__all__ = [
    "ExplanationAsked",
    "FindingClosed",
    "FindingExplained",
    "FindingMended",
    "FindingOpened",
    "FindingUpheld",
    "ProjectDecided",
    "ProjectMoneyJudged",
    "ProjectPlanned",
]
