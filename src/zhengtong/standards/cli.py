"""zhengtong standards …"""

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from zhengtong.journal.door import current_clock
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.messages import terminal_language as language
from zhengtong.regulations import checking
from zhengtong.regulations.limits import shipped
from zhengtong.standards import queries, services, tables
from zhengtong.standards.rules import DayKind, TableKind

app = typer.Typer(help="Code lists, regions and profiles (标准规范).", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


@app.command()
def codes(
    id: Annotated[str, typer.Argument(help="A code list; all lists if left out.")] = "", as_json: AsJson = False
) -> None:
    """List the code lists with source, licence and mark, or the codes of one (代码表)."""
    if not id:
        for held in tables.code_lists():
            row = {
                "id": held.id, "zh": held.zh, "en": held.en, "source": held.source, "edition": held.edition,
                "licence": held.licence, "mark": held.mark, "codes": len(held.codes),
            }  # fmt: skip
            typer.echo(
                _line(row) if as_json else f"{held.id:18} {len(held.codes):6} [{held.mark}] {held.zh}  {held.source}"
            )
        return
    for code in tables.code_list(id).codes:
        row = {
            "code": code.code,
            "zh": code.zh,
            "en": code.en,
            "parent": code.parent,
            "valid_from": code.valid_from.isoformat() if code.valid_from else "",
            "valid_until": code.valid_until.isoformat() if code.valid_until else "",
        }
        typer.echo(_line(row) if as_json else f"{code.code:10} {code.zh}")


@app.command()
def regions(
    code: Annotated[str, typer.Argument(help="Region code; provinces if left out.")] = "", as_json: AsJson = False
) -> None:
    """List the regions directly below one, shipped and added (行政区划)."""
    for region in queries.regions_below(code):
        row = {"code": region.code, "name": region.name, "source": region.source}
        typer.echo(_line(row) if as_json else f"{region.code}  {region.name}  ({region.source})")


@app.command()
def profile(as_json: AsJson = False) -> None:
    """Show what a catalogue entry must say, with the article for each field (元数据规范)."""
    for rule in tables.profile().fields:
        row = {
            "on": rule.on, "field": rule.field, "zh": rule.zh, "en": rule.en, "obligation": rule.obligation,
            "type": rule.type, "condition": rule.condition, "cites": rule.cites, "mark": rule.mark,
        }  # fmt: skip
        typer.echo(_line(row) if as_json else f"{rule.on:5} {rule.obligation} {rule.field:16} {rule.zh}  {rule.cites}")


@app.command()
def elements(as_json: AsJson = False) -> None:
    """List the data elements with representation and source (数据元)."""
    for one in tables.data_elements():
        row = {
            "id": one.id, "zh": one.zh, "en": one.en, "aliases": list(one.aliases), "type": one.type,
            "length": one.length, "fixed": one.fixed, "code_list": one.code_list, "personal": str(one.personal),
            "source": one.source, "mark": one.mark,
        }  # fmt: skip
        text = f"{one.id:20} {one.type}{one.length or '':<5} [{one.mark}] {one.zh}  {one.source}"
        typer.echo(_line(row) if as_json else text)


@app.command()
def export(
    kind: Annotated[TableKind, typer.Argument(help="What it is.")],
    table: Annotated[str, typer.Argument(help="Which; `elements` for the data elements.")],
    out: Annotated[Path, typer.Option(help="Where the file goes.", dir_okay=False)],
) -> None:
    """Write a table in use as the file that `load` reads (导出标准表)."""
    out.write_text(tables.text_of(kind, table), encoding="utf-8")
    typer.echo(str(out))


@app.command()
def load(
    kind: Annotated[TableKind, typer.Argument(help="What it is.")],
    table: Annotated[str, typer.Argument(help="Which table it replaces.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="csv for a code list, else TOML.")],
    edition: Annotated[str, typer.Option(help="The name of the edition, as a year.")],
    source: Annotated[str, typer.Option(help="Where it comes from: standard, number, date.")],
    mark: Annotated[str, typer.Option(help="How sure: V, S, M, m?, C or D.")] = "D",
) -> None:
    """Replace a table by a newer edition without a release (标准表换版); in use everywhere within seconds."""
    given = tables.Edition(kind, table, edition, source, mark, file.read_text(encoding="utf-8-sig"))
    typer.echo(str(services.load_edition(edition=given, actor=SYSTEM, clock=current_clock())))


@app.command("withdraw-edition")
def withdraw_edition(
    table: Annotated[str, typer.Argument(help="Which table.")],
    edition: Annotated[str, typer.Argument(help="Which edition of it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Go back to the edition before this one, or to the shipped table (撤下新版本)."""
    services.withdraw_edition(table=table, edition=edition, reason=reason, actor=SYSTEM, clock=current_clock())
    typer.echo(f"{table} {edition}")


@app.command()
def editions(as_json: AsJson = False) -> None:
    """List the editions that were loaded, the newest first (标准表版本)."""
    for one in queries.editions():
        row = {
            "kind": str(one.kind), "table": one.table, "edition": one.edition, "source": one.source, "mark": one.mark,
            "rows": one.rows, "digest": one.digest, "loaded_at": one.loaded_at.isoformat(),
            "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
        }  # fmt: skip
        gone = " ×" if one.withdrawn_at else ""
        typer.echo(_line(row) if as_json else f"{one.table:20} {one.edition:12} {one.rows:6} {one.source}{gone}")


@app.command("load-year")
def load_year(
    year: Annotated[int, typer.Argument(help="The year of the plan.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV with the columns day, kind, name.")],
    source: Annotated[str, typer.Option(help="The notice it is taken from, e.g. its number.")],
) -> None:
    """Load the published working-day plan of a year (年度放假安排); all open due dates are counted again.

    `kind` is holiday (放假) or makeup (调休上班).
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            days = [
                (date.fromisoformat(r["day"]), DayKind(r["kind"]), r.get("name") or "") for r in csv.DictReader(lines)
            ]
    except (KeyError, ValueError) as broken:
        raise typer.BadParameter(f"{file.name}: {broken}", param_hint="FILE") from None
    services.load_year(year=year, days=days, source=source, actor=SYSTEM, clock=current_clock())
    typer.echo(f"{year}: {len(days)}")


@app.command()
def limits(
    check: Annotated[bool, typer.Option("--check", help="Exit status 1 if one may not stand.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the limits that places have set themselves, or check them against what holds above (地方期限)."""
    own = queries.limits_of_all_places()
    if not check:
        for one in own:
            row = {
                **asdict(one),
                "clock_stops_for": sorted(one.clock_stops_for),
                "in_force_from": str(one.in_force_from),
            }
            text = f"{one.jurisdiction} {one.id:26} {one.days}＋{one.extension_days}  {one.cites}  {one.in_force_from}"
            typer.echo(_line(row) if as_json else text)
        return
    lang = language()
    faults = checking.check(own, above=[stated.limit for stated in shipped()])
    for fault in faults:
        said = {**asdict(fault), "message": fault.message(lang), "remedy": fault.remedy(lang)}
        typer.echo(_line(said) if as_json else f"{said['message']}\n→ {said['remedy']}")
    raise typer.Exit(1 if faults else 0)


@app.command("set-limit")
def set_limit(
    id: Annotated[str, typer.Argument(help="The limit, as `zhengtong rules show` names it.")],
    place: Annotated[str, typer.Argument(help="GB/T 2260 code.")],
    days: Annotated[int, typer.Argument(min=0)],
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day in force.")],
    cites: Annotated[str, typer.Option(help="The local rule with number and article.")],
    extension: Annotated[int | None, typer.Option(min=0, help="Longest extension; as above if left out.")] = None,
    mark: Annotated[str, typer.Option(help="How sure: V, S, M or D.")] = "D",
) -> None:
    """Set a place's own value of a limit, in the applicant's favour; open due dates are counted again."""
    made = services.override_limit(
        limit_id=id, jurisdiction=place, days=days, extension_days=extension, in_force_from=since.date(), cites=cites,
        mark=mark, actor=SYSTEM, clock=current_clock(),
    )  # fmt: skip
    typer.echo(str(made))


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)
