"""zhengtong rules … : the limits in force, as data with their articles (期限规则)."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from zhengtong.kernel.clock import SystemClock
from zhengtong.regulations.limits import StatedLimit, all_limits

app = typer.Typer(
    help="Limits in force as shipped, with article and mark; a center's own values stand on its page (期限规则).",
    no_args_is_help=True,
)


@app.callback()
def _group() -> None:
    """Keep `show` a command of its own."""


@app.command()
def show(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Legal day; today if left out.")] = None,
    jurisdiction: Annotated[str, typer.Option(help="GB/T 2260 code; the whole country if left out.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Show the limits in force on a day in a place."""
    day = on.date() if on else SystemClock().today()
    stated = all_limits(on=day, jurisdiction=jurisdiction)
    if as_json:
        typer.echo(json.dumps([_record(row) for row in stated], ensure_ascii=False, indent=2))
        return
    for row in stated:
        typer.echo(_line(row))


def _record(stated: StatedLimit) -> dict[str, object]:
    plain = asdict(stated.limit)
    plain["clock_stops_for"] = sorted(stated.limit.clock_stops_for)
    plain["in_force_from"] = stated.limit.in_force_from.isoformat()
    return plain


def _line(stated: StatedLimit) -> str:
    held = stated.limit
    unit = "个工作日" if held.unit == "working_day" else "日"
    more = f"＋{held.extension_days}" if held.extension_days else ""
    word = "不少于" if held.bound == "min" else "不超过"
    since = held.in_force_from
    return f"{held.id:22} {held.act}：{word} {held.days}{more} {unit}  〔{held.cites}〕 自{since} 标记 {held.mark}"
