"""zhengtong standards …"""

import json
from collections.abc import Mapping
from typing import Annotated

import typer

from zhengtong.standards import queries, tables

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


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)
