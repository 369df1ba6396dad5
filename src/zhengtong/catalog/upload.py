"""The page on which one's own catalogue file is looked at before it is taken (拖入目录表).

Between looking and taking the file travels in the page itself, so that nothing is kept here
until an officer says so, and nothing of a visitor's at all.  Everything works without scripts:
a file field takes a dropped file by itself.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from zhengtong.catalog import queries, services
from zhengtong.catalog.rules.intake import Refusal
from zhengtong.catalog.rules.mapping import FIELDS, SURE, Guess
from zhengtong.catalog.rules.reading import COLUMNS_MAX
from zhengtong.kernel import messages
from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, VisitorRequest, signed_in
from zhengtong.ui.language import lang

PAGE_FILE_BYTES_MAX = 4 * 1024 * 1024  # it comes back in the page, a third larger, below the gate's bound of a body
PAGE_UNPACKED_BYTES_MAX = 32 * 1024 * 1024
REFUSALS_SHOWN = 50
LEFT_SHOWN = 100
ENTRIES_SHOWN = 5
VERY_SURE = 0.93

Decided = dict[tuple[int, int], str | None]


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the file on the page (列)."""

    name: str  # of its choice in the form
    source: str
    samples: tuple[str, ...]
    field: str
    hidden: bool
    level: str  # how sure: very, fairly, unsure, none, decided
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
        return _page(asked, _looked_at(asked, body, filename))
    except PlatformError as refused:
        said = {"refused": refused.message(lang()), "remedy": refused.remedy(lang())}
        return _page(asked, said, status=refused.status)


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
    guessed = queries.read_listing(
        body=body, filename=filename, organization=organization, unpacked_most=PAGE_UNPACKED_BYTES_MAX
    )
    decided = _decided(request.POST, guessed, confirm=True)
    tables = queries.read_listing(
        body=body, filename=filename, organization=organization, decided=decided, unpacked_most=PAGE_UNPACKED_BYTES_MAX
    )
    columns = {tables[t].signature(n): (tables[t].table.columns[n].source, field) for (t, n), field in decided.items()}
    done = services.import_entries(tables=tables, actor=request.actor, clock=request.clock, columns=columns)
    context = {
        "done": done,
        "filename": filename,
        "refusals": _refusals(done, tables),
        "more_refusals": max(0, len(done.refusals) - REFUSALS_SHOWN),
        "waiting": list(islice(done.waiting.items(), REFUSALS_SHOWN)),
        "left": _left(tables),
        "remembered": len(columns),
    }
    return render(request, "catalog/intake_done.html", context, status=200)


def _looked_at(request: VisitorRequest, body: bytes, filename: str) -> dict[str, object]:
    """What the page shows of a file that nobody has taken yet."""
    organization = request.actor.organization if request.actor else None
    guessed = queries.read_listing(
        body=body, filename=filename, organization=organization, unpacked_most=PAGE_UNPACKED_BYTES_MAX
    )
    decided = _decided(request.POST, guessed, confirm=False)
    tables = guessed
    if decided:
        tables = queries.read_listing(
            body=body, filename=filename, organization=organization, decided=decided,
            unpacked_most=PAGE_UNPACKED_BYTES_MAX,
        )  # fmt: skip
    found: dict[str, object] = {
        "filename": filename,
        "carried": base64.b64encode(zlib.compress(body, 1)).decode(),
        "tables": tuple(_table_line(at, one) for at, one in enumerate(tables)),
        "choices": _choices(),
        "unsure": sum(guess.unsure for one in tables for guess in one.guesses),
    }
    if any(one.taken for one in tables):
        done = services.Intake.of_reading(tables)
        found |= {"done": done, "refusals": _refusals(done, tables), "left": _left(tables)}
        found["more_refusals"] = max(0, len(done.refusals) - REFUSALS_SHOWN)
    return found


def _page(request: VisitorRequest, found: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    actor = request.actor
    may_keep = actor is not None and (actor.has(Role.DATA_OFFICER) or actor.has(Role.AUTHORITY_REVIEWER))
    remembered: tuple[queries.DecisionRow, ...] = ()
    if may_keep and actor is not None and actor.organization is not None:
        remembered = queries.column_decisions(organization=actor.organization)
    context = {
        "may_keep": may_keep,
        "most": PAGE_FILE_BYTES_MAX // 1024 // 1024,
        "remembered": [{"id": r.id, "source": r.source, "field": _label(r.field)} for r in remembered],
    }
    return render(request, "catalog/intake.html", {**context, **found}, status=status)


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


def _table_line(at: int, one: queries.ReadTable) -> TableLine:
    columns = tuple(
        ColumnLine(
            name=f"column-{at}-{n}",
            source=guess.source,
            samples=tuple(queries.samples(one.table, n)),
            field=guess.field or "",
            hidden=guess.hidden,
            level=_level(guess),
            kept=guess.field == "department" or bool(guess.field and FIELDS[guess.field].column),
        )
        for n, guess in enumerate(one.guesses)
    )
    return TableLine(one.table.name, one.rows, columns, one.taken is not None, one.first_entries(ENTRIES_SHOWN))


def _level(guess: Guess) -> str:
    if guess.decided:
        return "decided"
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
