"""zhengtong catalog …"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from django.db import DatabaseError

from zhengtong.catalog import queries, services
from zhengtong.catalog.rules import STATE_LABELS, ShareType
from zhengtong.catalog.rules.federation import Audience, Form, SharedEntry, written
from zhengtong.catalog.rules.federation.dcat import jsonld, triples
from zhengtong.catalog.rules.federation.sparql import ENTRIES_MAX, ask
from zhengtong.catalog.rules.harvest import MOVE_LABELS, Move, Relation, read_foreign
from zhengtong.catalog.rules.intake import COLUMNS
from zhengtong.catalog.rules.mapping import FIELDS
from zhengtong.catalog.services import listing_report
from zhengtong.journal.door import current_clock
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.errors import PlatformError
from zhengtong.kernel.messages import Lang, terminal_language
from zhengtong.kernel.paging import PAGE_ROWS_MAX
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.standards.rules import Finding, Severity

app = typer.Typer(help="The catalogue: entries in and out (目录).", no_args_is_help=True)

BASE_URL = "http://localhost:8000"
PATH_CHARS_MAX = 4_096
AsJson = Annotated[bool, typer.Option("--json", help="JSON output.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="csv, xlsx, xls, JSON; also .gz.")],
    provider: Annotated[str, typer.Option(help="Code of the department the entries belong to.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")] = False,
    as_json: AsJson = False,
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="What a column is: HEADING=FIELD, or HEADING= for none.")
    ] = None,
    include_hidden: Annotated[bool, typer.Option("--include-hidden", help="Read hidden columns too.")] = False,
) -> None:
    """Import entries as drafts (导入目录).  Exit status 1 if a row was refused or waits for its department.

    Without --provider the data authority's reviewer takes them for the departments that the rows name.
    """
    actor = _actor_for(provider, dry_run=dry_run)
    tables = queries.read_listing(
        body=file.read_bytes(),
        filename=file.name,
        organization=actor.organization if actor else None,
        named=_named(columns or ()),
        include_hidden=include_hidden,
    )
    if actor is None:
        done = services.Intake.of_reading(tables)
    else:
        done = services.import_entries(
            tables=tables, actor=actor, clock=current_clock(), dry_run=dry_run, strangers_too=bool(provider)
        )
    said = listing_report(tables, done)
    typer.echo(_line({**said, "dry_run": dry_run})) if as_json else _tell(said, dry_run=dry_run)
    raise typer.Exit(code=1 if done.refusals or done.waiting else 0)


def _actor_for(provider: str, *, dry_run: bool) -> Actor | None:
    """Who takes the entries in: the department's data officer, or the one authority's reviewer; None: only reading."""
    today = current_clock().today()
    if provider:
        return parties.seat_holder(organization_code=provider, role=Role.DATA_OFFICER, on=today)
    try:
        found = [card.code for card in parties.organizations(actor=SYSTEM) if card.is_authority]
        if len(found) == 1:
            return parties.seat_holder(organization_code=found[0], role=Role.AUTHORITY_REVIEWER, on=today)
    except (
        DatabaseError,
        PlatformError,
    ):  # not founded yet, or nobody seated: a file can be looked at
        pass
    if not dry_run:
        raise typer.BadParameter("say whose entries they are: --provider CODE, or try --dry-run")
    return None


def _named(columns: Iterable[str]) -> dict[str, str | None]:
    """--map HEADING=FIELD as heading → field; HEADING= says that the column is none of ours."""
    found: dict[str, str | None] = {}
    for one in columns:
        heading, equals, field = one.rpartition("=")
        if not equals or (field and field not in FIELDS):
            raise typer.BadParameter(f"--map {one}: give HEADING=FIELD with one of {', '.join(FIELDS)}")
        found[heading] = field or None
    return found


_WORDS: dict[Lang, dict[str, str]] = {
    "zh": {
        "column": "列“{0}” → {1}", "sure": "（{0:.2f}）", "hidden": "隐藏，不读取", "none": "不采用",
        "tried": "（试运行，未写入）", "rows": "共 {0} 行 · 新建 {1} · 更新 {2} · 无变化 {3} · 拒收 {4}",
        "refused": "第{0}行：{1}。{2}",
        "waiting": "部门“{0}”不在册：{1}个条目等待人工指定（在页面上，或用 --provider）",
        "nobody": "{0}个条目没有写明部门：等待人工指定（--provider）", "left": "{0}“{1}”未识别，未写入草稿（{2}行）",
    },
    "en": {
        "column": 'Column "{0}" → {1}', "sure": " ({0:.2f})", "hidden": "hidden, not read", "none": "not used",
        "tried": "(dry run, nothing kept) ",
        "rows": "{0} rows · {1} created · {2} updated · {3} unchanged · {4} refused",
        "refused": "Row {0}: {1} {2}",
        "waiting": 'No organization is called "{0}": {1} entries wait for a person (on the page, or --provider).',
        "nobody": "{0} entries name no department: say whose they are with --provider.",
        "left": '{0} "{1}" is none of our values and is left out ({2} rows).',
    },
}  # fmt: skip


def _tell(said: Mapping[str, Any], *, dry_run: bool) -> None:  # Any: the report's JSON
    lang = terminal_language()
    words, end = _WORDS[lang], "_en" if lang == "en" else ""
    called = {name: field.en if lang == "en" else field.zh for name, field in FIELDS.items()}
    for column in said["columns"]:
        name = called[column["field"]] if column["field"] else words["hidden" if column.get("hidden") else "none"]
        sure = words["sure"].format(column["confidence"]) if column["field"] else ""
        typer.echo(words["column"].format(column["source"], name) + sure)
    rows, counts = said["rows"], (said["created"], said["updated"], said["unchanged"])
    typer.echo((words["tried"] if dry_run else "") + words["rows"].format(rows["total"], *counts, len(rows["refused"])))
    for row in rows["refused"]:
        typer.echo(words["refused"].format(row["row"], row["reason" + end], row["remedy" + end]))
    for one in said["waiting"]:
        facts = (one["department"], one["entries"]) if one["department"] else (one["entries"],)
        typer.echo(words["waiting" if one["department"] else "nobody"].format(*facts))
    for one in said["left"]:
        typer.echo(words["left"].format(called[one["field"]], one["value"], one["rows"]))


@app.command("list")
def list_(
    text: Annotated[str, typer.Option(help="Words to look for.")] = "",
    provider: Annotated[str, typer.Option(help="Code of the department.")] = "",
    share_type: Annotated[ShareType | None, typer.Option(help="Unconditional, conditional, withheld.")] = None,
    scope: Annotated[Literal["published", "open"], typer.Option(help="In force, or in work.")] = "published",
    as_json: AsJson = False,
) -> None:
    """List entries (目录列表)."""
    asked = queries.EntryFilters(text=text, provider=_known(provider), share_type=share_type or "", scope=scope)
    for row in _all(asked, actor=SYSTEM):
        if as_json:
            typer.echo(_line(_plain(asdict(row))))
        else:
            state = STATE_LABELS[row.state][0]
            code = f"{row.short_code:6} {row.guide_code:20} {row.share_type or '-'}"
            typer.echo(f"{code} {state} {row.provider_short} {row.name}")


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Part of a name, an item, a department, a code, or pinyin.")],
    rows: Annotated[int, typer.Option(help="Hits to show.", min=1, max=PAGE_ROWS_MAX)] = 20,
    as_json: AsJson = False,
) -> None:
    """Search published entries, best hits first (目录检索).  Exit status 1 if nothing is found."""
    asked = queries.EntryFilters(text=text)
    found = queries.entries(actor=SYSTEM, filters=asked, rows=rows).rows
    for row in found:
        told = _line(_plain(asdict(row)))
        typer.echo(told if as_json else f"{row.guide_code:20} {row.share_type or '-'} {row.provider_short} {row.name}")
    if not as_json:
        typer.echo(f"共 {queries.facets(actor=SYSTEM, filters=asked).total} 条")
    raise typer.Exit(code=0 if found else 1)


@app.command()
def reindex(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit status 1 if something differs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make all search documents anew, or check them against the entries (重建检索)."""
    if not check:
        written = services.reindex()
        typer.echo(_line({"documents": written}) if as_json else f"检索文档 {written} 份")
        return
    wrong = services.differences()
    said = (
        "检索文档与目录一致"
        if not wrong
        else f"检索文档与目录不一致：{'、'.join(wrong)}。运行 zhengtong catalog reindex 重建"
    )
    typer.echo(_line({"different": wrong}) if as_json else said)
    raise typer.Exit(code=1 if wrong else 0)


@app.command()
def export(
    form: Annotated[
        Form | None, typer.Option(help="DCAT-AP 3, data.json or XML; left out: one JSON object a line.")
    ] = None,
    audience: Annotated[Audience, typer.Option(help="What is open to society, or all in force.")] = Audience.GOVERNMENT,
    base_url: Annotated[str, typer.Option(help="Where this center is reached; addresses begin with it.")] = BASE_URL,
) -> None:
    """Write the published catalogue (导出目录)."""
    shared = _passed_on(audience)
    if form is not None:
        sys.stdout.buffer.write(written(form, shared, queries.home(base=base_url.rstrip("/"))))
        return
    for entry in shared:
        typer.echo(_line(_plain(asdict(queries.entry(id=entry.id, actor=SYSTEM)))))


def _passed_on(audience: Audience) -> Iterator[SharedEntry]:
    after = ""
    while True:
        page = queries.passed_on(audience=audience, actor=SYSTEM, after=after, rows=PAGE_ROWS_MAX)
        yield from page.rows
        if not page.next_after:
            return
        after = page.next_after


@app.command()
def sparql(
    question: Annotated[str, typer.Argument(help="A SELECT or ASK, or the name of a file that holds it.")],
    audience: Annotated[Audience, typer.Option(help="Of which entries: what is open, or all.")] = Audience.SOCIETY,
    base_url: Annotated[str, typer.Option(help="Where this center is reached; addresses begin with it.")] = BASE_URL,
    as_json: AsJson = False,
) -> None:
    """Ask the published catalogue in SPARQL, as DCAT-AP (图查询); dcat:, dct:, foaf: and skos: are declared."""
    file = Path(question)
    text = file.read_text(encoding="utf-8") if len(question) < PATH_CHARS_MAX and file.is_file() else question
    entries = islice(_passed_on(audience), ENTRIES_MAX)
    answers = ask(triples(jsonld(entries, queries.home(base=base_url.rstrip("/")))), text)
    for row in answers.rows:
        said = dict(zip(answers.variables, row, strict=True))
        typer.echo(_line(said) if as_json else "\t".join(row))


@app.command()
def harvest(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="data.json, JSON-LD, Turtle, CKAN's answer.")
    ],
    source: Annotated[
        str, typer.Option(help="Code of the catalogue it comes from; left out: only read and check.")
    ] = "",
    name: Annotated[str, typer.Option(help="Name of the catalogue, if it is taken in for the first time.")] = "",
    relation: Annotated[Relation, typer.Option(help="How it stands to this one.")] = Relation.PEER,
    authority: Annotated[str, typer.Option(help="Code of the authority that takes it in, if there are several.")] = "",
    context: Annotated[list[str] | None, typer.Option(help="A JSON-LD context it refers to: ADDRESS=FILE.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in another's catalogue (汇聚目录).  Exit status 1 if it cannot be read or a dataset is faulty."""
    body, contexts = file.read_bytes(), dict(map(_context, context or ()))
    if not source:
        read = read_foreign(body, contexts=contexts)
        _tell_harvest({}, read.findings, len(read.datasets), run=None, as_json=as_json)
        return
    actor, clock = _authority(authority), current_clock()
    if name:
        services.add_source(code=source, name=name, relation=relation, actor=actor, clock=clock)
    known = queries.source_id(code=source, actor=actor)
    taken = services.take_in(
        source=known, body=body, actor=actor, clock=clock, contexts=contexts, dry_run=dry_run
    )  # fmt: skip
    seen = sum(n for move, n in taken.counts.items() if move not in (Move.MISSING, Move.GONE))
    _tell_harvest(taken.counts, taken.findings, seen, run=taken.run, as_json=as_json)


def _tell_harvest(
    counts: Mapping[str, int], findings: Iterable[Finding], datasets: int, *, run: int | None, as_json: bool
) -> None:
    found = list(findings)
    if as_json:
        told = [
            {"where": f.field, "severity": str(f.severity), "key": f.key, "finding": f.message("zh"),
             "finding_en": f.message("en")}
            for f in found
        ]  # fmt: skip
        typer.echo(_line({"datasets": datasets, "counts": dict(counts), "run": run, "findings": told}))
    else:
        for finding in found:
            typer.echo(_finding_line("", finding))
        said = " · ".join(f"{MOVE_LABELS[Move(move)][0]} {n}" for move, n in counts.items() if n)
        typer.echo(f"数据集 {datasets} 个" + (f" · {said}" if said else "") + ("" if run else "（未收录）"))
    raise typer.Exit(code=1 if any(f.severity is Severity.ERROR for f in found) else 0)


def _context(given: str) -> tuple[str, object]:
    address, equals, file = given.rpartition("=")
    if not equals or not Path(file).is_file():
        raise typer.BadParameter(f"--context {given}: give ADDRESS=FILE")
    return address, json.loads(Path(file).read_bytes())


def _authority(code: str) -> Actor:
    """The reviewer of the authority named, or of the only one."""
    found = [card.code for card in parties.organizations(actor=SYSTEM) if card.is_authority]
    if not code and len(found) != 1:
        raise typer.BadParameter(f"say which authority: --authority {'|'.join(found) or 'CODE'}")
    return parties.seat_holder(
        organization_code=code or found[0], role=Role.AUTHORITY_REVIEWER, on=current_clock().today()
    )


@app.command("report-upward")
def report_upward(
    receiver: Annotated[str, typer.Argument(help="The platform above, as its name is known.")],
    out: Annotated[Path, typer.Option(help="Where the snapshot goes (DCAT-AP JSON-LD).", dir_okay=False)],
    authority: Annotated[str, typer.Option(help="Code of the authority that reports, if there are several.")] = "",
    base_url: Annotated[str, typer.Option(help="Where this center is reached; addresses begin with it.")] = BASE_URL,
    as_json: AsJson = False,
) -> None:
    """Report the catalogue in force to the level above (目录上报), and say what changed since the last time."""
    home = queries.home(base=base_url.rstrip("/"))
    body, counts = services.report_upward(
        receiver=receiver, home=home, actor=_authority(authority), clock=current_clock()
    )
    out.write_bytes(body)
    said = " · ".join(f"{MOVE_LABELS[Move(move)][0]} {n}" for move, n in counts.items() if n)
    typer.echo(_line({"bytes": len(body), "counts": dict(counts)}) if as_json else f"{out} · {said or '—'}")


@app.command()
def check(
    provider: Annotated[str, typer.Option(help="Code of the department; every department if left out.")] = "",
    profile: Annotated[str, typer.Option(help="Check what is in force against this profile instead.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check the entries in work against profile and articles (检查草稿).  Exit status 1 if any has an error."""
    if profile:
        _check_profile(profile, _known(provider), as_json=as_json)
    failed = False
    for row in _all(queries.EntryFilters(provider=_known(provider), scope="open"), actor=SYSTEM):
        for finding in queries.entry(id=row.id, actor=SYSTEM, version=row.version).findings:
            failed = failed or finding.severity is Severity.ERROR
            said = {"entry": row.guide_code, "field": finding.field, "severity": str(finding.severity)}
            told = {
                **said,
                "finding": finding.message("zh"),
                "finding_en": finding.message("en"),
                "cites": finding.cites,
            }
            typer.echo(_line(told) if as_json else _finding_line(row.guide_code, finding))
    raise typer.Exit(code=1 if failed else 0)


def _check_profile(profile: str, provider: str, *, as_json: bool) -> NoReturn:
    failed = False
    for row in _all(queries.EntryFilters(provider=provider), actor=SYSTEM):
        revision = queries.revision_in_force(entry=row.id)
        checked = queries.profile_check(revision=revision, profile_id=profile) if revision else None
        for finding in checked.findings if checked else ():
            failed = True
            said = {"entry": row.guide_code, "field": finding.field, "key": finding.key, "finding": finding.message()}
            typer.echo(_line(said) if as_json else _finding_line(row.guide_code, finding))
    raise typer.Exit(code=1 if failed else 0)


def _finding_line(code: str, finding: Finding) -> str:
    """One finding for a person: ✗ stops the entry, ! does not; what to do, and the article."""
    lang = terminal_language()
    sign = "✗" if finding.severity is Severity.ERROR else "!"
    cites = f"  [{finding.cites}]" if finding.cites else ""
    return f"{sign} {code} {finding.message(lang)} → {finding.remedy(lang)}{cites}"


@app.command()
def columns(as_json: AsJson = False) -> None:
    """Show the columns of the import template (导入模板列名)."""
    for name, heading in COLUMNS.items():
        typer.echo(_line({"column": name, "heading": heading}) if as_json else f"{name:18} {heading}")


def _known(provider: str) -> str:
    """The code itself, of a department that is registered.  Raises NotFound."""
    return parties.organization_by_code(code=provider).code if provider else ""


def _all(asked: queries.EntryFilters, *, actor: Actor) -> "list[queries.EntryRow]":
    found: list[queries.EntryRow] = []
    after = ""
    while True:
        page = queries.entries(actor=actor, filters=asked, after=after, rows=PAGE_ROWS_MAX)
        found += page.rows
        if not page.next_after:
            return found
        after = page.next_after


def _plain(value: object) -> dict[str, object]:
    return json.loads(json.dumps(value, default=str))


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)
