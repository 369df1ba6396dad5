"""What can be asked about supervision (督查查询).  Nouns; frozen records; deny by default."""

from zhengtong.supervision.queries.findings import (
    FindingCard,
    FindingCounts,
    FindingLine,
    FindingPage,
    counts,
    everything,
    finding,
    findings,
    findings_about,
    inbox,
)
from zhengtong.supervision.queries.projects import (
    ProjectEntry,
    ProjectLine,
    ProjectPage,
    may_plan,
    own_entries,
    project,
    projects,
)
from zhengtong.supervision.queries.reports import (
    Behind,
    BehindRow,
    DepartmentMonth,
    MonthReport,
    behind,
    department_report,
    may_read_all,
    month_report,
)
from zhengtong.supervision.queries.scope import opens_things, reads_findings

__all__ = [
    "Behind",
    "BehindRow",
    "DepartmentMonth",
    "FindingCard",
    "FindingCounts",
    "FindingLine",
    "FindingPage",
    "MonthReport",
    "ProjectEntry",
    "ProjectLine",
    "ProjectPage",
    "behind",
    "counts",
    "department_report",
    "everything",
    "finding",
    "findings",
    "findings_about",
    "inbox",
    "may_plan",
    "may_read_all",
    "month_report",
    "opens_things",
    "own_entries",
    "project",
    "projects",
    "reads_findings",
]
