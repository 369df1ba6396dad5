"""The page on which one's own catalogue file is looked at before it is taken (拖入目录表).

Between looking and taking the file travels in the page itself, so that nothing is kept here
until an officer says so, and nothing of a visitor's at all.  Everything works without scripts:
a file field takes a dropped file by itself.
"""

import base64
import binascii
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from zhengtong.catalog import queries, services
from zhengtong.catalog.rules.intake import Refusal
from zhengtong.catalog.rules.mapping import FIELDS, SURE, Guess
from zhengtong.catalog.rules.reading import COLUMNS_MAX, Bounds
from zhengtong.kernel import messages
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import PlatformError, RuleBroken, Unreachable
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, VisitorRequest, signed_in
from zhengtong.ui.language import lang

PAGE_FILE_BYTES_MAX = 4 * 1024 * 1024  # it comes back in the page, a third larger, below the gate's bound of a body
PAGE_ROWS_MAX = 10_000  # what is read and kept well within the time that the gate waits for an answer
BOUNDS = Bounds(file_bytes=PAGE_FILE_BYTES_MAX, unpacked_bytes=32 * 1024 * 1024, rows=PAGE_ROWS_MAX)
REFUSALS_SHOWN = 50
LEFT_SHOWN = 100
DEPARTMENTS_SHOWN = 50
CHOICES_MAX = 1_000  # columns on one page; the gate takes so many fields of a form
ENTRIES_SHOWN = 5
VERY_SURE = 0.93
VISITORS_AT_ONCE = 1  # of the few threads of a center
VISITOR_WAIT_S = 2.0
_visitors = threading.BoundedSemaphore(VISITORS_AT_ONCE)

Decided = dict[tuple[int, int], str | None]


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the file on the page (列)."""

    name: str  # of its choice in the form
    source: str
    samples: tuple[str, ...]
    field: str
    hidden: bool
    level: str  # how sure: very, fairly, unsure, none, decided, remembered
    kept: bool  # whether a draft has a place for it


@dataclass(frozen=True, slots=True)
class TableLine:
    """One table of the file on the page (表)."""

    name: str
    rows: int
    columns: tuple[ColumnLine, ...]
    readable: bool
    entries: tuple[queries.ReadLine, ...]


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """One refused row on the page (拒收行)."""

    row: int
    sheet: str
    field: str
    reason: str
    remedy: str


@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """Look at a file, set its columns right, take it in as drafts (导入目录)."""
    asked: VisitorRequest = request  # type: ignore[assignment]  # the middleware has set what VisitorRequest promises
    if request.method == "GET":
        return _page(asked, {})
    try:
        body, filename = _file(request)
        if "keep" in request.POST:
            return _keep(request, body=body, filename=filename)
        with a_turn(visitor=asked.actor is None):
            return _page(asked, _looked_at(asked, body, filename))
    except PlatformError as refused:
        said = {"refused": refused.message(lang()), "remedy": refused.remedy(lang())}
        return _page(asked, said, status=refused.status)


@contextmanager
def a_turn(*, visitor: bool) -> Iterator[None]:
    """A visitor's turn to have a file read: it takes seconds, and nobody knows who asks.  Raises Unreachable."""
    if not visitor:
        yield
        return
    if not _visitors.acquire(timeout=VISITOR_WAIT_S):
        raise Unreachable("catalog.import_visitors_wait")
    try:
        yield
    finally:
        _visitors.release()


@require_POST
@signed_in
def forget(request: ActorRequest, decision: UUID) -> HttpResponse:
    """Let a remembered column count no more (忘记列映射)."""
    services.forget(decision=decision, actor=request.actor, clock=request.clock)
    return HttpResponseRedirect(reverse("catalog:intake"))


@signed_in
def _keep(request: ActorRequest, *, body: bytes, filename: str) -> HttpResponse:
    """Take the file in as drafts, and keep what the officer decided about its columns."""
    organization = request.actor.organization
    guessed = queries.read_listing(body=body, filename=filename, organization=organization, bounds=BOUNDS)
    decided = _decided(request.POST, guessed, confirm=True)
    tables = queries.read_listing(
        body=body, filename=filename, organization=organization, decided=decided, bounds=BOUNDS
    )
    columns = {tables[t].signature(n): (tables[t].table.columns[n].source, field) for (t, n), field in decided.items()}
    departments = _departments(request.POST)
    done = services.import_entries(
        tables=tables, actor=request.actor, clock=request.clock, decisions={**columns, **departments}
    )
    context = {
        "done": done,
        "filename": filename,
        "refusals": _refusals(done, tables),
        "more_refusals": max(0, len(done.refusals) - REFUSALS_SHOWN),
        "waiting": list(islice(done.waiting.items(), REFUSALS_SHOWN)),
        "left": _left(tables),
        "remembered": len(columns) + len(departments),
    }
    return render(request, "catalog/intake_done.html", context, status=200)


def _looked_at(request: VisitorRequest, body: bytes, filename: str) -> dict[str, object]:
    """What the page shows of a file that nobody has taken yet."""
    organization = request.actor.organization if request.actor else None
    bounds = BOUNDS if organization else replace(BOUNDS, old_books=False)
    guessed = queries.read_listing(body=body, filename=filename, organization=organization, bounds=bounds)
    if sum(len(one.table.columns) for one in guessed) > CHOICES_MAX:
        raise RuleBroken("catalog.import_too_many_columns", most=CHOICES_MAX)
    decided = _decided(request.POST, guessed, confirm=False)
    tables = guessed
    if decided:
        tables = queries.read_listing(
            body=body, filename=filename, organization=organization, decided=decided, bounds=bounds
        )
    found: dict[str, object] = {
        "filename": filename,
        "carried": base64.b64encode(zlib.compress(body, 1)).decode(),
        "tables": tuple(_table_line(at, one, decided) for at, one in enumerate(tables)),
        "choices": _choices(),
        "unsure": sum(guess.unsure for one in tables for guess in one.guesses),
    }
    if any(one.taken for one in tables):
        done = services.Intake.of_reading(tables)
        found |= {"done": done, "refusals": _refusals(done, tables), "left": _left(tables)}
        found["more_refusals"] = max(0, len(done.refusals) - REFUSALS_SHOWN)
    if request.actor is not None and _may_keep(request.actor) and any(one.taken for one in tables):
        found |= _waiting(tables, request.actor, request.POST)
    return found


def _waiting(tables: tuple[queries.ReadTable, ...], actor: Actor, posted: QueryDict) -> dict[str, object]:
    """Departments for which a person names the organization; their choices, and what was chosen so far."""
    waiting = services.waiting_departments(tables=tables, actor=actor)
    names = [name for name in waiting if name][:DEPARTMENTS_SHOWN]
    if not names:
        return {}
    chosen = {name: code for _, (name, code) in _departments(posted).items()}
    under = parties.organizations_under(authority=actor.organization) if actor.organization else frozenset()
    theirs = under if actor.has(Role.AUTHORITY_REVIEWER) and under else {actor.organization}
    cards = [card for card in parties.organizations(actor=actor) if card.id in theirs]
    return {
        "departments": [(name, waiting[name], chosen.get(name, "")) for name in names],
        "organs": [(card.code, card.name) for card in cards],
    }


def _departments(posted: QueryDict) -> dict[str, tuple[str, str | None]]:
    """Names of departments and the organizations chosen for them, as decisions to remember."""
    pairs = zip(posted.getlist("department"), posted.getlist("organ"), strict=False)
    said = {name[:100]: code for name, code in islice(pairs, DEPARTMENTS_SHOWN) if name and code}
    return {queries.department_signature(name): (name, code) for name, code in said.items()}


def _may_keep(actor: Actor) -> bool:
    return actor.has(Role.DATA_OFFICER) or actor.has(Role.AUTHORITY_REVIEWER)


def _page(request: VisitorRequest, found: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    actor = request.actor
    may_keep = actor is not None and _may_keep(actor)
    remembered: tuple[queries.DecisionRow, ...] = ()
    if may_keep and actor is not None:
        remembered = queries.column_decisions(actor=actor)
    context = {
        "may_keep": may_keep,
        "most": PAGE_FILE_BYTES_MAX // 1024 // 1024,
        "remembered": _remembered(remembered),
    }
    return render(request, "catalog/intake.html", {**context, **found}, status=status)


def _remembered(rows: tuple[queries.DecisionRow, ...]) -> list[dict[str, object]]:
    organs = parties.short_names(codes=[row.field for row in rows if row.department])
    return [
        {"id": r.id, "source": r.source, "field": organs.get(r.field, "—") if r.department else _label(r.field)}
        for r in rows
    ]


def _file(request: HttpRequest) -> tuple[bytes, str]:
    """The file that was chosen, or the one that the page carries.  Raises RuleBroken."""
    if given := request.FILES.get("file"):
        if (given.size or 0) > PAGE_FILE_BYTES_MAX:
            raise RuleBroken("catalog.import_page_too_big", most=PAGE_FILE_BYTES_MAX // 1024 // 1024)
        return given.read(), str(given.name)[-120:]
    carried = request.POST.get("carried", "")
    if not carried:
        raise RuleBroken("catalog.import_no_file")
    try:
        inflater = zlib.decompressobj()
        body = inflater.decompress(base64.b64decode(carried, validate=True), PAGE_FILE_BYTES_MAX)
    except (binascii.Error, zlib.error, ValueError):
        raise RuleBroken("catalog.import_carried_broken") from None
    if not inflater.eof:
        raise RuleBroken("catalog.import_carried_broken")
    return body, request.POST.get("filename", "")[-120:]


def _decided(posted: QueryDict, guessed: tuple[queries.ReadTable, ...], *, confirm: bool) -> Decided:
    """What the reader chose otherwise than guessed; with `confirm` also what was unsure and stays as guessed."""
    found: Decided = {}
    for t, one in enumerate(guessed):
        for n, guess in enumerate(one.guesses[:COLUMNS_MAX]):
            name = f"column-{t}-{n}"
            if name not in posted or guess.hidden:
                continue
            field = posted[name] or None
            if field is not None and field not in FIELDS:
                raise RuleBroken("catalog.import_no_such_field", field=field[:40])
            if field != guess.field or (confirm and guess.unsure):
                found[t, n] = field
    return found


def _table_line(at: int, one: queries.ReadTable, decided: Decided) -> TableLine:
    columns = tuple(
        ColumnLine(
            name=f"column-{at}-{n}",
            source=guess.source,
            samples=tuple(queries.samples(one.table, n)),
            field=guess.field or "",
            hidden=guess.hidden,
            level=_level(guess, now=(at, n) in decided),
            kept=guess.field == "department" or bool(guess.field and FIELDS[guess.field].column),
        )
        for n, guess in enumerate(one.guesses)
    )
    return TableLine(one.table.name, one.rows, columns, one.taken is not None, one.first_entries(ENTRIES_SHOWN))


def _level(guess: Guess, *, now: bool) -> str:
    if guess.decided:
        return "decided" if now else "remembered"
    if guess.field is None:
        return "none"
    return "very" if guess.confidence >= VERY_SURE else "fairly" if guess.confidence >= SURE else "unsure"


def _label(field: str) -> str:
    if field not in FIELDS:
        return "—"
    return FIELDS[field].en if lang() == "en" else FIELDS[field].zh


def _choices() -> list[tuple[str, str]]:
    return [(field, _label(field)) for field in FIELDS]


def _refusals(done: services.Intake, tables: tuple[queries.ReadTable, ...]) -> list[RefusalLine]:
    several = len(tables) > 1

    def line(at: int, refusal: Refusal) -> RefusalLine:
        return RefusalLine(
            row=refusal.row,
            sheet=tables[at].table.name if several else "",
            field=_label(refusal.field),
            reason=messages.text(refusal.key, lang=lang(), facts=refusal.facts),
            remedy=messages.remedy(refusal.key, lang=lang(), facts=refusal.facts),
        )

    return [line(at, refusal) for at, refusal in done.refusals[:REFUSALS_SHOWN]]


def _left(tables: tuple[queries.ReadTable, ...]) -> list[tuple[str, str, int]]:
    """Field, value and rows of what drafts have no place for, the most frequent first."""
    held = [(f, v, n) for one in tables if one.taken for (f, v), n in one.taken.left.items()]
    return [(_label(f), v, n) for f, v, n in sorted(held, key=lambda one: -one[2])[:LEFT_SHOWN]]
