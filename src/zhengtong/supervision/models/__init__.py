"""Rows behind supervision (督查): one module a subject; rows store, `rules` decide, `services` alone write."""

from zhengtong.supervision.models.findings import Finding, FindingRegister
from zhengtong.supervision.models.projects import Project, ProjectMoney, ProjectRegister

__all__ = ["Finding", "FindingRegister", "Project", "ProjectMoney", "ProjectRegister"]
