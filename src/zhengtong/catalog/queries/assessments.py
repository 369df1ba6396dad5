"""The assessments on record of an entry (评估记录)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.catalog.models import Assessment
from zhengtong.catalog.rules.assessments import AssessmentKind
from zhengtong.kernel.events import JsonValue
from zhengtong.parties import queries as parties

SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One assessment: what, by which document, since which version, for how many items, stated by whom."""

    kind: AssessmentKind
    document: str
    version: int
    items: int
    stated_on: date
    stated_by: str


def assessments_of(*, entry: UUID) -> tuple[AssessmentLine, ...]:
    """The latest of an entry first; no actor, for the page that has let its reader in."""
    rows = list(Assessment.objects.filter(entry=entry).order_by("-id")[:SHOWN_MAX])
    names = parties.officer_names(row.stated_by for row in rows)
    return tuple(
        AssessmentLine(
            AssessmentKind(row.kind), row.document, row.version, len(row.items), row.stated_on,
            names.get(row.stated_by, ""),
        )
        for row in rows
    )  # fmt: skip


def actual_assessments() -> dict[str, dict[str, JsonValue]]:
    """The columns of every assessment that its event implies (核对用)."""
    return {
        f"assessment {row.id}": {
            "entry": str(row.entry_id), "kind": row.kind, "document": row.document, "number": row.version,
            "items": row.items, "stated_on": row.stated_on.isoformat(),
        }
        for row in Assessment.objects.order_by("id").iterator(500)
    }  # fmt: skip
