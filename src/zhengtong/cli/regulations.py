"""zhengtong rules … : limits, sharing types, duties and breaches, as data with their articles (规则)."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from zhengtong.cli.exits import Exit, language
from zhengtong.kernel.clock import SystemClock
from zhengtong.regulations import checking, law
from zhengtong.regulations.law import Explained
from zhengtong.regulations.limits import StatedLimit, all_limits, shipped

FILE_BYTES_MAX = 1_000_000
app = typer.Typer(
    help="Limits, types, duties and breaches as shipped, with article and mark; a center's own values stand on its "
    "page and under `zhengtong standards limits` (规则).",
    no_args_is_help=True,
)
On = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Legal day; today if left out.")]
Place = Annotated[str, typer.Option(help="GB/T 2260 code; the whole country if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON list.")]


class Kind(StrEnum):
    """What `show` lists."""

    LIMITS = "limits"
    TYPES = "types"
    DUTIES = "duties"
    BREACHES = "breaches"


@app.command()
def show(
    on: On = None, jurisdiction: Place = "", kind: Annotated[Kind, typer.Option(help="What to list.")] = Kind.LIMITS,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show what is in force on a day in a place."""
    day = _day(on)
    if kind is Kind.LIMITS:
        stated = all_limits(on=day, jurisdiction=jurisdiction)
        _print([record(row) for row in stated], [_limit_line(row) for row in stated], as_json=as_json)
        return
    if kind is Kind.TYPES:
        types = [row for row in law.sharing_types() if row.in_force_from <= day]
        _print([_plain(row) for row in types], [_typed(row) for row in types], as_json=as_json)
        return
    named = law.duties() if kind is Kind.DUTIES else law.breaches()
    held = [row for row in named if row.in_force_from <= day]
    _print([_plain(row) for row in held], [_named(row) for row in held], as_json=as_json)


@app.command()
def explain(
    article: Annotated[str, typer.Argument(help="21, 第二十一条, 809:21 or 许可法42.")],
    on: On = None, jurisdiction: Place = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say in our words what an article asks, and what the program does because of it."""
    found = law.explain(article, on=_day(on), jurisdiction=jurisdiction)
    _print([_explained(one) for one in found], [_told(one) for one in found], as_json=as_json)


@app.command()
def check(
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A place's own limits, TOML.")] = None,
    jurisdiction: Place = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Check the shipped limits, or a place's own file against them.  Exit status 1 if one may not stand."""
    held = shipped()
    if file is None:
        own = [stated.limit for stated in held]
        faults, counted = checking.check(own, above=()), len(own)
    else:
        place = jurisdiction or file.stem
        if not re.fullmatch(r"\d{6}", place):
            raise typer.BadParameter("name the place: --jurisdiction 990100, or call the file 990100.toml")
        if file.stat().st_size > FILE_BYTES_MAX:
            raise typer.BadParameter(f"the file is larger than {FILE_BYTES_MAX} bytes")
        text = file.read_text(encoding="utf-8")
        faults, counted = checking.check_text(text, place=place, shipped=held), text.count("[[limit]]")
    lang = language()
    rows = [{**asdict(one), "message": one.message(lang), "remedy": one.remedy(lang)} for one in faults]
    said = [f"{one.message(lang)}\n→ {one.remedy(lang)}" for one in faults]
    _print(rows, said or [_say("{n} 个期限，没有问题", "{n} limits, nothing wrong").format(n=counted)], as_json=as_json)
    raise typer.Exit(Exit.FOUND if faults else Exit.DONE)


def record(stated: StatedLimit) -> dict[str, object]:
    """A limit as `show --json` gives it."""
    plain = asdict(stated.limit)
    plain["clock_stops_for"] = sorted(stated.limit.clock_stops_for)
    plain["in_force_from"] = stated.limit.in_force_from.isoformat()
    return plain


def _day(on: datetime | None) -> date:
    return on.date() if on else SystemClock().today()


def _print(records: Sequence[object], lines: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return
    for line in lines:
        typer.echo(line)


def _say(zh: str, en: str) -> str:
    return en if language() == "en" else zh


def _limit_line(stated: StatedLimit) -> str:
    held, english = stated.limit, language() == "en"
    unit = {"working_day": ("个工作日", "working days"), "calendar_day": ("日", "days")}[held.unit][english]
    more = f"＋{held.extension_days}" if held.extension_days else ""
    if english:
        bound = "at least" if held.bound == "min" else "at most"
        basis = f"[{stated.cites_en or held.cites}] from {held.in_force_from} mark {held.mark}"
        return f"{held.id:26} {stated.act_en}: {bound} {held.days}{more} {unit}  {basis}"
    word = "不少于" if held.bound == "min" else "不超过"
    basis = f"〔{held.cites}〕 自{held.in_force_from} 标记 {held.mark}"
    return f"{held.id:26} {held.act}：{word} {held.days}{more} {unit}  {basis}"


def _named(row: law.Duty | law.NamedBreach) -> str:
    party = law.PARTY_WORDS[row.party][language() == "en"]
    return f"{row.id:6} {_say(row.zh, row.en)}  〔{party} · {row.law} 第{law.in_characters(row.article)}条〕"


def _typed(row: law.SharingType) -> str:
    basis = f"〔{row.law} 第{law.in_characters(row.article)}条〕"
    return f"{row.id:6} {_say(row.zh, row.en)}：{_say(row.means, row.means_en)}  {basis}"


def _plain(row: law.Article | law.Duty | law.NamedBreach | law.SharingType) -> dict[str, object]:
    return {**asdict(row), "in_force_from": row.in_force_from.isoformat()}


def _told(one: Explained) -> str:
    lang = language()
    lines = [one.article.cites(lang), f"  {_say(one.article.zh, one.article.en)}"]
    for title, rows in (
        (_say("期限", "limits"), [_limit_line(row) for row in one.limits]),
        (_say("共享属性", "sharing types"), [_typed(row) for row in one.types]),
        (_say("职责", "duties"), [_named(row) for row in one.duties]),
        (_say("情形", "breaches"), [_named(row) for row in one.breaches]),
        (_say("由程序执行", "done by the program"), list(one.article.makes)),
    ):
        if rows:
            lines += [f"  {title}", *(f"    {row}" for row in rows)]
    return "\n".join(lines)


def _explained(one: Explained) -> dict[str, object]:
    return {
        "article": {**_plain(one.article), "cites": one.article.cites(language())},
        "limits": [record(row) for row in one.limits],
        "types": [_plain(row) for row in one.types],
        "duties": [_plain(row) for row in one.duties],
        "breaches": [_plain(row) for row in one.breaches],
    }
