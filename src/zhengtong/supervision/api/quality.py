"""Data quality over HTTP (数据质量接口)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ninja import Schema

from zhengtong.parties.web import ActorRequest
from zhengtong.supervision import queries
from zhengtong.supervision.api.router import Sought, router
from zhengtong.supervision.rules.quality import Part


class QualityOut(Schema):
    """An entry's score in permille; `known` is the share of all weights that is known, null parts are unknown."""

    entry: UUID
    code: str
    name: str
    score: int
    known: int
    parts: dict[str, int | None]
    checks: dict[str, int | None]


@router.get("/quality", response=list[QualityOut], operation_id="list_quality")
def list_quality(request: ActorRequest, department: Sought) -> Sequence[Mapping[str, object]]:
    """The entries in force of a department by its code, the worst first, at most 500."""
    lines = queries.qualities(actor=request.actor, department=department, on=request.clock.today())
    return [_out(line) for line in lines]


@router.get("/quality/{uuid:entry_id}", response=QualityOut, operation_id="get_quality")
def get_quality(request: ActorRequest, entry_id: UUID) -> Mapping[str, object]:
    """One entry in force, check by check."""
    return _out(queries.quality(actor=request.actor, entry=entry_id, on=request.clock.today()))


def _out(line: queries.QualityLine) -> Mapping[str, object]:
    return {
        "entry": line.entry, "code": line.code, "name": line.name, "score": line.score.permille,
        "known": line.score.known, "parts": {str(part): line.score.part(part) for part in Part},
        "checks": {one.id: one.worth for one in line.score.checks},
    }  # fmt: skip
