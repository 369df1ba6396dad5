"""zhengtong node profile … : what a source holds, in aggregates, as a draft for the catalogue (源库画像)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from zhengtong.cli.exits import language
from zhengtong.node import profiling
from zhengtong.node.home import write_private
from zhengtong.node.sources import shown_url


def profile(
    source: Annotated[str, typer.Argument(help="sqlite:///PATH or postgresql://…; a role that only reads is enough.")],
    out: Annotated[Path | None, typer.Option(help="File to write the draft to; none: standard output.")] = None,
    table: Annotated[list[str] | None, typer.Option(help="Only this table; repeat; none: all.")] = None,
    name: Annotated[str, typer.Option(help="What people call this database; the draft never holds its address.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Say what was done as one JSON object.")] = False,
) -> None:
    """Profile a database into a draft of catalogue entries: aggregates only, no value seen fewer than 10 times."""
    called = name or Path(shown_url(source)).stem
    draft = profiling.profile(source, source=called, only=tuple(table or ()), tell=_tell(quiet=as_json))
    text = json.dumps(draft, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    write_private(out, text.encode())
    columns = [column for held in draft["tables"] for column in held["columns"]]
    said = {
        "out": str(out),
        "tables": len(draft["tables"]),
        "columns": len(columns),
        "identifiers": sum(bool(column["identifier"]) for column in columns),
        "code_lists": sum(bool(column["code_list"]) for column in columns),
    }
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    for key, value in said.items():
        typer.echo(f"{key:12} {value}")
    typer.echo(_NEXT[language()].format(out=out))


_NEXT = {
    "zh": "下一步：数据专员补上职责、事项和材料，再用 zhengtong catalog import {out} 导入为草稿。",
    "en": "Next: the data officer adds duty, matter and material and imports it with zhengtong catalog import {out}.",
}


def _tell(*, quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else (_say)


def _say(line: str) -> None:
    typer.echo(line, err=True)
