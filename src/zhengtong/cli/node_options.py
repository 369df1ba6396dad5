"""What the node's commands share (结点命令选项): options, the home, an ask through the running node and its refusal."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from zhengtong.cli.exits import Exit, language
from zhengtong.node.calling import call_node
from zhengtong.node.home import NodeHome

Home = Annotated[Path, typer.Option("--home", help="Home folder of the deployment.", envvar="ZHENGTONG_HOME")]
NodeCode = Annotated[str, typer.Option("--node", help="Node code; may be left out if the home holds one node.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Pairs = Annotated[list[str] | None, typer.Option(help="name=value; repeat.")]

HOME = Path("zhengtong-home")  # as the center


def ask(held: NodeHome, path: str, body: dict[str, Any], system_: str, as_json: bool) -> None:
    """Ask the running node and say its answer; the exit code says what came of it."""
    code, answer = asyncio.run(call_node(held, "POST", path, body, system=system_))
    typer.echo(json.dumps(answer, ensure_ascii=False) if as_json or code == 200 else line(answer))
    if code != 200:
        raise typer.Exit(Exit.TRY_AGAIN if code == 503 else Exit.REFUSED)


def line(refusal: Any) -> str:  # Any: JSON as the node answered it
    """A refusal for people: what, what next, where it is recorded."""
    zh = language() == "zh"
    said, remedy = (refusal["detail"], refusal["remedy"]) if zh else (refusal["detail_en"], refusal["remedy_en"])
    return f"✗ {refusal.get('when', '')} {said}\n  → {remedy}  [{refusal['key']}] {json.dumps(refusal['record'])}"


def open_home(home: Path, node: str) -> NodeHome:
    """The node's home that the options name."""
    return NodeHome.open(home.resolve(), node)
