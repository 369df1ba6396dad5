"""The catalogue over HTTP: keyset listing and one entry with its tag."""

import hashlib
import json
from dataclasses import asdict
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from zhengtong.catalog import queries
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotAllowed

router = Router(tags=["catalog"])


@router.get("/entries", operation_id="list_entries")
def entries(
    request: HttpRequest,
    text: str = "",
    provider: str = "",
    share_type: str = "",
    theme: str = "",
    after: str = "",
    rows: int = 20,
) -> HttpResponse:
    """List published entries in order of their code; `next_after` asks for the next page."""
    asked = queries.EntryFilters(text=text, provider=provider, share_type=share_type, theme=theme)
    page = queries.entries(actor=_actor(request), filters=asked, after=after, rows=rows)
    return _answer(request, {"rows": [asdict(row) for row in page.rows], "next_after": page.next_after})


@router.get("/entries/{uuid:entry_id}", operation_id="get_entry")
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Read one entry with its items and sharing terms.  Carries an ETag; If-None-Match answers 304."""
    page = queries.entry(id=entry_id, actor=_actor(request))
    told = asdict(page)
    del told["standing"], told["findings"]  # what this reader may do is the page's business
    return _answer(request, told)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NotAllowed("parties.sign_in_needed")
    return actor


def _answer(request: HttpRequest, told: dict[str, object]) -> HttpResponse:
    body = json.dumps(told, ensure_ascii=False, default=str, sort_keys=True).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(
        body, content_type="application/json", headers={"ETag": tag, "Cache-Control": "private, no-cache"}
    )
