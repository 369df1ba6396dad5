"""Rows behind supervision (督查): one module a subject; rows store, `rules` decide, `services` alone write."""

from zhengtong.supervision.models.directives import Bulletin, BulletinNotice, Directive, Meeting, PaperRegister
from zhengtong.supervision.models.findings import Finding, FindingRegister
from zhengtong.supervision.models.guarantee import (
    BudgetLine,
    BudgetRegister,
    InstitutionDocument,
    Training,
    TrainingAttendance,
    TrainingPlan,
)
from zhengtong.supervision.models.projects import Project, ProjectMoney, ProjectRegister

__all__ = [
    "BudgetLine",
    "BudgetRegister",
    "Bulletin",
    "BulletinNotice",
    "Directive",
    "Finding",
    "FindingRegister",
    "InstitutionDocument",
    "Meeting",
    "PaperRegister",
    "Project",
    "ProjectMoney",
    "ProjectRegister",
    "Training",
    "TrainingAttendance",
    "TrainingPlan",
]
