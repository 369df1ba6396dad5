"""The catalogue over HTTP: keyset listing and one entry with its tag."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, fields
from operator import attrgetter
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhengtong.catalog import queries
from zhengtong.catalog.api.router import router
from zhengtong.catalog.searching import filters_of
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotAllowed


def _plain(record: type) -> Callable[[object], dict[str, object]]:
    """Flat records of a kind as dictionaries; `asdict` copies every value deep, which a page of hits feels."""
    names = tuple(field.name for field in fields(record))
    values = attrgetter(*names)
    return lambda held: dict(zip(names, values(held), strict=True))


_row, _facet, _groups = map(_plain, (queries.EntryRow, queries.Facet, queries.Facets))


@router.get("/entries", operation_id="list_entries")
def entries(
    request: HttpRequest,
    q: str = "",
    text: str = "",
    provider: str = "",
    share_type: str = "",
    theme: str = "",
    cycle: str = "",
    open: str = "",
    level: str = "",
    place: str = "",
    facets: bool = False,
    after: str = "",
    rows: int = 20,
) -> HttpResponse:
    """List published entries in order of their code, or with `q` those that hold a text, best first.

    `q` takes parts of names, item names, departments, codes and pinyin; `text` is its older name.  The
    others narrow.  `facets` adds the total and, for each kind of value, how many entries each would leave.
    `next_after` asks for the next page.
    """
    given = {"text": q or text, "provider": provider, "share_type": share_type, "theme": theme, "cycle": cycle}
    asked = filters_of({**given, "open": open, "level": level, "place": place})
    actor = _actor(request)
    page = queries.entries(actor=actor, filters=asked, after=after, rows=rows)
    told: dict[str, object] = {"rows": [_row(row) for row in page.rows], "next_after": page.next_after}
    if facets:
        told["facets"] = _facets(queries.facets(actor=actor, filters=asked))
    return _answer(request, told)


@router.get("/entries/{uuid:entry_id}", operation_id="get_entry")
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Read one entry with its items and sharing terms.  Carries an ETag; If-None-Match answers 304."""
    page = queries.entry(id=entry_id, actor=_actor(request))
    told = asdict(page)
    del told["standing"], told["findings"]  # what this reader may do is the page's business
    return _answer(request, told)


def _facets(found: queries.Facets) -> dict[str, object]:
    return {
        kind: [_facet(one) for one in held] if isinstance(held, tuple) else held
        for kind, held in _groups(found).items()
    }


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
