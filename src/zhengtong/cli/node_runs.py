"""zhengtong node pull, recheck, schedule: runs from the engineer's chair (批量、复核、定时)."""

import asyncio
import contextlib
import json
from datetime import datetime
from typing import Annotated, Any

import typer

from zhengtong.cli.exits import Exit
from zhengtong.cli.node_options import HOME, AsJson, Home, NodeCode, ask, line, open_home
from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.errors import NotFound
from zhengtong.node import schedules, store
from zhengtong.node.bounds import FULL_EVERY_DAYS
from zhengtong.node.calling import call_node
from zhengtong.node.recheck import granted
from zhengtong.node.recheck import recheck as read_again
from zhengtong.node.schedules import AT_NIGHT, Every, Schedule

GrantName = Annotated[str, typer.Option("--grant", help="Grant number or id.")]


def pull(
    grant: GrantName = "",
    purpose: Annotated[str, typer.Option(help="Purpose code of the grant.")] = "",
    system_: Annotated[str, typer.Option("--system", help="Registered system that asks.")] = "",
    case: Annotated[str, typer.Option(help="Case number.")] = "",
    increment: Annotated[bool, typer.Option(help="Only what changed since the last run, if that can be told.")] = False,
    resume: Annotated[bool, typer.Option(help="Take up now every run that broke off; no --grant.")] = False,
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Pull everything a grant covers, or what changed, into the bound target (批量拉取)."""
    held = open_home(home, node)
    if resume:
        code, answer = asyncio.run(call_node(held, "POST", "/admin/v1/resume"))
        typer.echo(json.dumps(answer, ensure_ascii=False) if as_json or code == 200 else line(answer))
        if code != 200 or answer["open"]:
            raise typer.Exit(Exit.TRY_AGAIN if code in {200, 503} else Exit.REFUSED)
        return
    if not (grant and purpose and system_):
        raise typer.BadParameter("give --grant, --purpose and --system, or --resume")
    body: dict[str, Any] = {"grant": grant, "purpose": purpose, "wait": True} | ({"case_ref": case} if case else {})
    ask(held, "/local/v1/pull", body | ({"mode": "increment"} if increment else {}), system_, as_json)


def recheck(
    grant: GrantName = "",
    run: Annotated[str, typer.Option(help="Run id.")] = "",
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Read the target again; exit 1 and name the run if it no longer is what was received (复核)."""
    held = open_home(home, node)
    with contextlib.closing(store.connect_reader(held.database)) as db:
        found = read_again(held, db, run=run, grant=grant)
    if as_json:
        typer.echo(json.dumps({"rechecks": [one.to_json() for one in found]}, ensure_ascii=False))
    for one in () if as_json else found:
        sign, word = ("✓", "一致") if one.same else ("✗", "不一致")
        typer.echo(f"{sign} {one.grant}  {one.table}  {one.rows} → {one.rows_now}  {word}  run {one.run}")
    if not all(one.same for one in found):
        raise typer.Exit(1)


def schedule(
    grant: GrantName = "",
    system_: Annotated[str, typer.Option("--system", help="Registered system that asks.")] = "",
    purpose: Annotated[str, typer.Option(help="Purpose code of the grant.")] = "",
    case: Annotated[str, typer.Option(help="Case number.")] = "",
    every: Annotated[Every, typer.Option(help="Update cycle.")] = Every.DAILY,
    at: Annotated[str, typer.Option(help="Beijing time, HH:MM.")] = AT_NIGHT,
    full_every: Annotated[int, typer.Option(help="Days after which the whole comes again.")] = FULL_EVERY_DAYS,
    off: Annotated[bool, typer.Option("--off", help="End the schedule of --grant.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Only list.")] = False,
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Pull a grant again and again by the update cycle; without --grant, list (定时拉取)."""
    held = open_home(home, node)
    with contextlib.closing(store.connect(held.database)) as db:
        if grant and off and not schedules.drop(db, grant):
            raise NotFound("node.no_schedule", grant=grant[:40])
        if grant and not off and not list_:
            made = Schedule(
                grant=grant, system=system_, purpose=purpose, case_ref=case, every=every, at=at, full_every=full_every
            )
            granted(held, db, grant=grant)
            schedules.keep(db, made, now=held.clock().now())
        found = schedules.listed(db)
    if as_json:
        typer.echo(json.dumps({"schedules": found}, ensure_ascii=False))
        return
    for one in found:
        why = str(one["reason"]["text"]) if isinstance(one["reason"], dict) else ""
        due = datetime.fromisoformat(str(one["next_at"])).astimezone(BEIJING) if one["next_at"] else None
        told = [str(one[part] or "") for part in ("grant", "every_label", "at", "state_label")]
        typer.echo("  ".join([*told, f"{due:%Y-%m-%d %H:%M}" if due else "-", why]).rstrip())
