"""`zhengtong verify PATH… --root FINGERPRINT [--heads FILE] [--strict]`: check ledgers offline (离线核验账本).

Needs no database, no network and no Django.  Exit 0: everything holds.  Exit 1: something does
not; the first bad record is named.
"""

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from zhengtong.cli.exits import language
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.messages import Lang
from zhengtong.wire.cosigned import HEADS_FILE_BYTES_MAX
from zhengtong.wire.findings import Problem
from zhengtong.wire.verifier import LedgerSummary, Report, verify

PROBLEMS_SHOWN_MAX = 10
REREAD_S = 0.2  # before a ledger in use is read again

app = typer.Typer(
    help="Check ledgers offline: root, signatures, tree, both sides (离线核验账本).", add_completion=False
)


@app.command("verify")
def check(
    paths: Annotated[list[Path], typer.Argument(help="Ledgers, nodes' homes, or a home of nodes.")],
    root: Annotated[str, typer.Option("--root", help="The root fingerprint, eight groups, as agreed at the join.")],
    heads: Annotated[
        Path | None,
        typer.Option(help="The center's own co-signed heads (`zhengtong exchange heads export`).", dir_okay=False),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A ledger the center never co-signed fails.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check ledgers offline; exit 0 if all holds, 1 if not (离线核验账本)."""
    lang = language()
    try:
        report = verify(
            paths,
            root_fingerprint=root.strip().lower(),
            heads=_heads_of(heads),
            strict=strict,
            pause=lambda: time.sleep(REREAD_S),
        )
    except PlatformError as bad:
        typer.echo(f"✗ {bad.message(lang)}\n  → {bad.remedy(lang)}", err=True)
        raise typer.Exit(code=1) from None
    if as_json:
        typer.echo(json.dumps(_as_json(report, lang), ensure_ascii=False, indent=1))
    else:
        _show(report, lang)
    raise typer.Exit(code=0 if report.ok else 1)


def _heads_of(path: Path | None) -> bytes | None:
    if path is None:
        return None
    if not path.is_file():
        raise NotFound("wire.heads_file_missing", path=str(path))
    with path.open("rb") as opened:
        return opened.read(HEADS_FILE_BYTES_MAX + 1)


_HEADINGS: dict[Lang, tuple[str, ...]] = {
    "zh": ("结点", "记录", "已会签", "交换", "未了", "告警", "树根"),
    "en": ("node", "records", "co-signed", "exchanges", "open", "alarms", "root"),
}


def _show(report: Report, lang: Lang) -> None:
    console = Console()
    table = Table(*_HEADINGS[lang], box=SIMPLE_HEAD)
    for ledger in report.ledgers:
        cosigned = "-" if ledger.cosigned is None else str(ledger.cosigned)
        counts = (ledger.exchanges, len(ledger.open_intents), ledger.alarms)
        texts = (str(ledger.records), cosigned, *(str(count) for count in counts))
        table.add_row(ledger.node or ledger.name, *texts, ledger.root[:16])
    console.print(table)
    for ledger in report.ledgers:
        _show_cover(console, ledger, lang)
    for pair in (pair for pair in report.pairs if pair.both or pair.unfinished or pair.problems):
        console.print(f"{pair.nodes[0]} ⇄ {pair.nodes[1]}: {pair.both} = , {pair.unfinished} …")
    for problem in report.problems[:PROBLEMS_SHOWN_MAX]:
        console.print(f"✗ {problem.ledger}, {problem.where}: {problem.message(lang)}", markup=False, soft_wrap=True)
        console.print(f"  → {problem.remedy(lang)}", markup=False, soft_wrap=True)
    anchor = _anchor(report)
    if anchor is not None:
        said = "center's journal, as archived" if lang == "en" else "中心日志链头（名录存档）"
        console.print(f"{said}: {anchor}", markup=False, soft_wrap=True)
    if report.ok:
        console.print("✓ " + ("every ledger holds" if lang == "en" else "账本全部核验通过"))


def _show_cover(console: Console, ledger: LedgerSummary, lang: Lang) -> None:
    """Say plainly how far the center vouches for a ledger."""
    name = ledger.node or ledger.name
    if ledger.cosigned is None:
        said = f"○ {name}: " + ("the center has not co-signed yet" if lang == "en" else "中心尚未会签")
    elif ledger.records > ledger.cosigned:
        tail = ledger.records - ledger.cosigned
        said = f"○ {name}: " + (
            f"{tail} records after the co-signed head" if lang == "en" else f"会签之后另有 {tail} 条记录"
        )
    else:
        return
    console.print(said, markup=False, soft_wrap=True)


def _anchor(report: Report) -> str | None:
    """The newest head of the center's journal in any archive, as `zhengtong journal verify --head` takes it."""
    held = [ledger.journal_head for ledger in report.ledgers if ledger.journal_head is not None]
    newest = max(held, key=lambda head: head.seq, default=None)
    return None if newest is None else f"{newest.seq}:{newest.digest.partition(':')[2]}"


def _as_json(report: Report, lang: Lang) -> dict[str, object]:
    return {
        "ok": report.ok,
        "ledgers": [
            {
                "path": ledger.name,
                "node": ledger.node,
                "records": ledger.records,
                "cosigned": ledger.cosigned,
                "heads": ledger.heads,
                "root": ledger.root,
                "exchanges": ledger.exchanges,
                "open": list(ledger.open_intents),
                "alarms": ledger.alarms,
            }
            for ledger in report.ledgers
        ],
        "pairs": [
            {"nodes": list(pair.nodes), "equal": pair.both, "unfinished": pair.unfinished} for pair in report.pairs
        ],
        "journal_head": _anchor(report),
        "problems": [_problem(problem, lang) for problem in report.problems],
    }


def _problem(problem: Problem, lang: Lang) -> dict[str, object]:
    return {
        "ledger": problem.ledger,
        "where": problem.where,
        "record": problem.index,
        "key": problem.key,
        "message": problem.message(lang),
        "remedy": problem.remedy(lang),
    }


if __name__ == "__main__":
    app()
