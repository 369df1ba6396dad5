"""zhengtong catalog …"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from zhengtong.catalog import queries, services
from zhengtong.catalog.rules import STATE_LABELS, ShareType
from zhengtong.catalog.rules.intake import COLUMNS
from zhengtong.journal.door import current_clock
from zhengtong.kernel import messages
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.paging import PAGE_ROWS_MAX
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.standards.rules import Severity

app = typer.Typer(help="The catalogue: entries in and out (目录).", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="JSON output.")]
KINDS = {".csv": "csv", ".json": "json"}


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV (UTF-8, GB18030) or JSON.")],
    provider: Annotated[str, typer.Option(help="Code of the department the entries belong to.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import entries as drafts of a department (导入目录).  Exit status 1 if a line was refused."""
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        raise typer.BadParameter(f"{file.suffix or 'this file'} is not read; give .csv or .json")
    clock = current_clock()
    actor = parties.seat_holder(organization_code=provider, role=Role.DATA_OFFICER, on=clock.today())
    done = services.import_entries(body=file.read_bytes(), kind=kind, actor=actor, clock=clock, dry_run=dry_run)
    refused = [
        {
            "row": r.row,
            "field": r.field,
            "reason": messages.text(r.key, lang="zh", facts=r.facts),
            "reason_en": messages.text(r.key, lang="en", facts=r.facts),
            "remedy": messages.remedy(r.key, lang="zh", facts=r.facts),
        }
        for r in done.refusals
    ]
    if as_json:
        said = {"created": done.created, "updated": done.updated, "unchanged": done.unchanged, "items": done.items}
        typer.echo(_line({**said, "dry_run": dry_run, "ignored": done.ignored, "refused": refused}))
    else:
        if done.ignored:
            typer.echo(f"未采用的列（不在模板中）：{'、'.join(done.ignored)}")
        tried = "（试运行，未写入）" if dry_run else ""
        typer.echo(f"{tried}新建 {done.created} · 更新 {done.updated} · 无变化 {done.unchanged} · 拒收 {len(refused)}")
        for row in refused:
            typer.echo(f"第{row['row']}行：{row['reason']}。{row['remedy']}")
    raise typer.Exit(code=1 if refused else 0)


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
def export(
    as_json: Annotated[bool, typer.Option("--json", help="One object per line (the only form).")] = True,
) -> None:
    """Write all published entries with their items, one JSON object per line (导出目录)."""
    if not as_json:
        raise typer.BadParameter("JSON is the only form so far")
    for row in _all(queries.EntryFilters(), actor=SYSTEM):
        page = queries.entry(id=row.id, actor=SYSTEM)
        typer.echo(_line(_plain(asdict(page))))


@app.command()
def check(
    provider: Annotated[str, typer.Option(help="Code of the department; every department if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check the entries in work against profile and articles (检查草稿).  Exit status 1 if any has an error."""
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
            text = f"{row.guide_code} {finding.severity} {finding.field}：{finding.message('zh')} {finding.cites}"
            typer.echo(_line(told) if as_json else text)
    raise typer.Exit(code=1 if failed else 0)


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
