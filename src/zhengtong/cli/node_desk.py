"""zhengtong node person | contract | upload | backup | restore (结点工作台、备份)."""

import getpass
import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from zhengtong.cli.exits import Exit, language
from zhengtong.cli.node_options import HOME, AsJson, Home, NodeCode, open_home
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.messages import Lang
from zhengtong.node import backup as backups
from zhengtong.node import contracts, sheets
from zhengtong.node.desk import people

PassphraseFile = Annotated[Path | None, typer.Option(help="File with the passphrase; none: it is asked for.")]


_UPLOADED: dict[Lang, dict[str, str]] = {
    "zh": {
        "unchanged": "与上次相同", "dry_run": "试运行，未写入", "taken_in": "已收下",
        "rows": "{0}：共 {1} 行 · 收下 {2} · 隔离 {3}", "row": "  第{0}行：{1}",
    },
    "en": {
        "unchanged": "unchanged", "dry_run": "dry run", "taken_in": "taken in",
        "rows": "{0}: {1} rows, {2} accepted, {3} put aside", "row": "  row {0}: {1}",
    },
}  # fmt: skip


def person(
    name: Annotated[str, typer.Argument(help="The person's own name.")] = "",
    role: Annotated[str, typer.Option(help="officer (sees rows) or engineer (does not).")] = "officer",
    until: Annotated[str, typer.Option(help="Last day the link holds, YYYY-MM-DD; 30 days.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the person's links and sessions away.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Everybody who has or had a link.")] = False,
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Let a person sit at the node's desk: prints their sign-in link, once (结点人员)."""
    held = open_home(home, node)
    clock = held.clock()
    if list_:
        found = people.listed(held, clock=clock)
        rows = [
            {"id": p.id, "name": p.name, "role": p.role.value, "until": p.until, "removed": p.removed} for p in found
        ]
        for row in rows if not as_json else []:
            typer.echo(f"{row['id']}  {row['name']}  {row['role']}  {row['until']}{'  -' if row['removed'] else ''}")
        if as_json:
            typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if remove:
        count = people.remove(held, name=name, clock=clock)
        typer.echo(json.dumps({"removed": count}) if as_json else f"removed {count}")
        return
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        raise typer.BadParameter("--until is YYYY-MM-DD") from None
    url = people.add(held, name=name, role=role, until=last, clock=clock)
    typer.echo(json.dumps({"name": name, "role": role, "url": url}, ensure_ascii=False) if as_json else url)


def contract(
    file: Annotated[Path, typer.Argument(help="JSON: resource, title, items.")],
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Tell the node which items a resource has: rules of uploads, titles on pages (数据契约)."""
    held = open_home(home, node)
    if not file.is_file() or file.stat().st_size > contracts.CONTRACT_B:
        raise RuleBroken("node.contract_shape", part=file.name)
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise RuleBroken("node.contract_shape", part=file.name) from None
    learnt = contracts.contract_from_json(told)
    contracts.learn(held, learnt, clock=held.clock())
    said = {"resource": learnt.resource, "title": learnt.title, "items": len(learnt.items)}
    typer.echo(json.dumps(said, ensure_ascii=False) if as_json else f"{learnt.resource}  {len(learnt.items)}")


def upload(
    resource: Annotated[str, typer.Argument(help="Resource code.")],
    file: Annotated[Path, typer.Argument(help="csv (UTF-8, GB18030), xlsx, xls or ods.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look; save nothing.")] = False,
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Take a spreadsheet in for a resource; exit 1 if rows were put aside (上传表格)."""
    held = open_home(home, node)
    report = sheets.upload(held, resource=resource, file=file, by="command", clock=held.clock(), dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        for column in report.columns:
            typer.echo(f"{column.source} → {column.item or '-'}")
        words = _UPLOADED[language()]
        state = words["unchanged" if report.unchanged else ("dry_run" if dry_run else "taken_in")]
        typer.echo(words["rows"].format(state, report.total, report.accepted, report.quarantined))
        for bad in report.bad:
            problems = [f"{one.message(language())} → {one.remedy(language())}" for one in bad.problems]
            typer.echo(words["row"].format(bad.row, "; ".join(problems)))
    if report.quarantined:
        raise typer.Exit(Exit.FOUND)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    passphrase_file: PassphraseFile = None,
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Write keys, databases and ledger into one sealed file; the node may go on serving (备份)."""
    held = open_home(home, node)
    done = backups.backup(held, file.resolve(), passphrase=_passphrase(passphrase_file), clock=held.clock())
    told = {"node": held.code, "file": str(done.file), "files": done.files, "ledger_size": done.ledger_size}
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else f"{held.code}  {done.ledger_size}  {done.file}")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup of a node.")],
    home: Home = HOME,
    passphrase_file: PassphraseFile = None,
    ledger: Annotated[Path | None, typer.Option(help="The old machine's ledger folder, if it was saved.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="New keys, empty ledger; join again afterwards.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a node back, unless its ledger is behind what the center co-signed (恢复)."""
    if ledger is not None and anew:
        raise typer.BadParameter("give one of --ledger, --anew")
    back = backups.restore(
        file.resolve(), home.resolve(), passphrase=_passphrase(passphrase_file),
        ledger=ledger.resolve() if ledger else None, anew=anew,
    )  # fmt: skip
    told = {"node": back.code, "ledger_size": back.ledger_size, "taken_at": back.taken_at, "join_again": back.anew}
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else f"{back.code}  {back.ledger_size}")


def _passphrase(file: Path | None) -> str:
    if file is None:
        return getpass.getpass("Passphrase: ")
    if not file.is_file():
        raise typer.BadParameter(f"no such file: {file}")
    return file.read_text(encoding="utf-8").strip("\r\n")
