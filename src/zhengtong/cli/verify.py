"""`zhengtong verify PATH… --root FINGERPRINT`: check ledgers offline (离线核验账本).

Needs no database, no network and no Django.  Exit 0: everything holds.  Exit 1: something does
not; the first bad record is named.
"""

import json
import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from zhengtong.kernel.errors import PlatformError
from zhengtong.kernel.messages import Lang
from zhengtong.wire.audit import Problem
from zhengtong.wire.verifier import Report, verify

PROBLEMS_SHOWN_MAX = 10
REREAD_S = 0.2  # before a ledger in use is read again

app = typer.Typer(help="Check ledgers offline: root, signatures, tree, both sides (离线核验账本).")


@app.command("verify")
def check(
    paths: Annotated[list[Path], typer.Argument(help="Ledgers, nodes' homes, or a home of nodes.")],
    root: Annotated[str, typer.Option("--root", help="The root fingerprint, eight groups, as agreed at the join.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check ledgers offline; exit 0 if all holds, 1 if not (离线核验账本)."""
    lang: Lang = "en" if os.environ.get("LANG", "").startswith("en") else "zh"
    try:
        report = verify(paths, root_fingerprint=root.strip().lower(), pause=lambda: time.sleep(REREAD_S))
    except PlatformError as bad:
        typer.echo(f"✗ {bad.message(lang)}\n  → {bad.remedy(lang)}", err=True)
        raise typer.Exit(code=1) from None
    if as_json:
        typer.echo(json.dumps(_as_json(report, lang), ensure_ascii=False, indent=1))
    else:
        _show(report, lang)
    raise typer.Exit(code=0 if report.ok else 1)


def _show(report: Report, lang: Lang) -> None:
    console = Console()
    table = Table("node", "records", "heads", "exchanges", "open", "alarms", "root")
    for ledger in report.ledgers:
        counts = (ledger.records, ledger.heads, ledger.exchanges, len(ledger.open_intents), ledger.alarms)
        table.add_row(ledger.node or ledger.name, *(str(count) for count in counts), ledger.root[:16])
    console.print(table)
    for pair in report.pairs:
        console.print(f"{pair.nodes[0]} ⇄ {pair.nodes[1]}: {pair.both} = , {pair.unfinished} …")
    for problem in report.problems[:PROBLEMS_SHOWN_MAX]:
        console.print(f"✗ {problem.ledger}, {problem.where}: {problem.message(lang)}", markup=False, soft_wrap=True)
        console.print(f"  → {problem.remedy(lang)}", markup=False, soft_wrap=True)
    if report.ok:
        console.print("✓ " + ("every ledger holds" if lang == "en" else "账本全部核验通过"))


def _as_json(report: Report, lang: Lang) -> dict[str, object]:
    return {
        "ok": report.ok,
        "ledgers": [
            {
                "path": ledger.name,
                "node": ledger.node,
                "records": ledger.records,
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
