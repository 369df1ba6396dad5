"""Catalogues of others over HTTP (目录汇聚接口)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema

from zhengtong.catalog import queries
from zhengtong.catalog.api.router import router
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotAllowed

NO_NUL = r"^[^\x00]*$"
Code = Annotated[str, Field(max_length=40, pattern=NO_NUL)]
After = Annotated[str, Field(max_length=300, pattern=NO_NUL)]
Word = Annotated[str, Field(max_length=20, pattern=NO_NUL)]


class SourceOut(Schema):
    """Another catalogue and how it stands here."""

    id: UUID
    code: str
    name: str
    relation: str
    present: int
    missing: int
    gone: int
    last_at: datetime | None


class HarvestedOut(Schema):
    """One entry of another catalogue."""

    remote_id: str
    title: str
    publisher: str
    standing: str
    modified: str
    landing: str
    first_run: int
    changed_run: int
    own_code: str


class HarvestedPageOut(Schema):
    """A page of them, and what the last run found."""

    source: SourceOut
    rows: list[HarvestedOut]
    next_after: str
    last_counts: Mapping[str, int]


@router.get("/sources", operation_id="list_sources", response=list[SourceOut])
def sources(request: HttpRequest) -> list[dict[str, object]]:
    """List the catalogues of others that are taken in; for authority, supervision and audit."""
    actor: Actor = request.actor  # pyright: ignore[reportAttributeAccessIssue] -- the api lets in only whom it knows
    if not queries.may_harvest(actor):
        raise NotAllowed("catalog.harvest_by_authority")
    return [asdict(one) for one in queries.sources(actor=actor)]


@router.get("/sources/{code}", operation_id="get_source", response=HarvestedPageOut)
def source(
    request: HttpRequest, code: Code, standing: Word = "", after: After = "", rows: int = 20
) -> dict[str, object]:
    """Read one source with a page of its entries, in order of their identifier there."""
    actor: Actor = request.actor  # pyright: ignore[reportAttributeAccessIssue] -- the api lets in only whom it knows
    page = queries.source(code=code, actor=actor, standing=standing, after=after, rows=rows)
    return {
        "source": asdict(page.source),
        "rows": [asdict(one) for one in page.entries.rows],
        "next_after": page.entries.next_after,
        "last_counts": page.runs[0].counts if page.runs else {},
    }
