"""zhengtong node … : a department's node, from its engineer's chair; needs no Django (结点)."""

import asyncio
import contextlib
import json
import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from zhengtong.cli import node_desk, node_runs
from zhengtong.cli import profile as profiles
from zhengtong.cli.exits import Exit
from zhengtong.cli.node_options import HOME, AsJson, Home, NodeCode, Pairs, ask, line, open_home
from zhengtong.node import bindings, joining, serving, standing, store, systems
from zhengtong.node.bounds import OVERLAP
from zhengtong.node.calling import call_node
from zhengtong.node.home import UMASK, NodeHome, Settings

app = typer.Typer(help="A department's node (结点): make, join, bind, serve, ask.", no_args_is_help=True)
app.command()(profiles.profile)
for _command in (
    node_runs.pull, node_runs.recheck, node_runs.schedule,
    node_desk.person, node_desk.contract, node_desk.upload, node_desk.backup, node_desk.restore,
):  # fmt: skip
    app.command()(_command)


@app.callback()
def private() -> None:
    """A department's node (结点): make, join, bind, serve, ask."""
    os.umask(UMASK)


@app.command()
def init(
    code: Annotated[str, typer.Option(help="Node code: lower-case letters, digits, hyphens.")],
    home: Home = HOME,
    listen: Annotated[str, typer.Option(help="HOST:PORT; port 0 picks a free one.")] = "127.0.0.1:0",
    address: Annotated[str, typer.Option(help="Address peers use, e.g. https://node.example:8443.")] = "",
    organization: Annotated[str, typer.Option(help="Organization code, if it differs from the node's.")] = "",
    tls_pin: Annotated[str, typer.Option(help="sha-256:… of the public key of its TLS front; none on loopback.")] = "",
    clock: Annotated[str, typer.Option(help="Story clock file (demo only).")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a node's folder and keys (新建结点)."""
    host, number = serving.listen_at(listen)
    made = NodeHome.create(
        home.resolve(),
        Settings(
            code=code, organization=organization or code, host=host, port=number,
            address=address or f"http://{host}:{number}", tls_pin=tls_pin, clock=clock,
        ),
    )  # fmt: skip
    fingerprint = joining.join_fingerprint(joining.request_of(made, made.clock()))
    _say(as_json, node=code, folder=str(made.folder), address=made.settings.address, fingerprint=fingerprint)


@app.command()
def join(
    center: Annotated[str, typer.Option(help="The center's address.")] = "",
    code: Annotated[str, typer.Option(help="One-time code from the center; leave out to ask how it stands.")] = "",
    root: Annotated[str, typer.Option(help="Fingerprint of the root keys, from paper.")] = "",
    pin: Annotated[str, typer.Option(help="sha-256:… of the center's TLS public key, from paper too.")] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for approval.")] = 0.0,
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Ask to be let in; exit 0 approved, 4 still waiting (入网)."""
    held = open_home(home, node)
    found = asyncio.run(
        joining.join(
            held, center=center or held.settings.center, one_time_code=code, root=root or held.settings.root,
            wait_s=wait, clock=held.clock(), pin=pin,
        )
    )  # fmt: skip
    _say(as_json, node=held.code, state=found.state, fingerprint=found.fingerprint)
    if found.state != joining.ACTIVE:
        raise typer.Exit(Exit.TRY_AGAIN if found.state == joining.PENDING else Exit.REFUSED)


@app.command()
def system(
    name: Annotated[str, typer.Argument(help="Code of the system as it stands in grants.")],
    public_key: Annotated[str, typer.Option(help="Its own public key (base64); none: a bearer token is made.")] = "",
    title: Annotated[str, typer.Option(help="Its name for people.")] = "",
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Register a system of this department (登记业务系统)."""
    held = open_home(home, node)
    with contextlib.closing(store.connect(held.database)) as db:
        token = systems.register(db, name, public=public_key)
    if public_key and held.settings.center:
        asyncio.run(joining.announce(held, code=name, name=title, public=public_key, clock=held.clock()))
    _say(as_json, node=held.code, system=name, token=token)


@app.command()
def bind(
    resource: Annotated[str, typer.Argument(help="Resource code, e.g. 306001002/000123.")],
    source: Annotated[str, typer.Option(help="URL of the database that is read (read-only role).")] = "",
    target: Annotated[str, typer.Option(help="URL of the database that pulled rows go to.")] = "",
    table: Annotated[str, typer.Option(help="Table or view.")] = "",
    map_: Annotated[list[str] | None, typer.Option("--map", help="item=column; repeat.")] = None,
    watermark: Annotated[str, typer.Option(help="Source: column that grows with every change, for increments.")] = "",
    overlap: Annotated[int, typer.Option(help="Read again before the watermark: seconds, or units.")] = OVERLAP,
    key: Annotated[list[str] | None, typer.Option(help="Target: item that names a row; repeat.")] = None,
    ceiling: Annotated[Path | None, typer.Option(help="TOML file with the local ceiling.")] = None,
    max_rows_day: Annotated[int | None, typer.Option(help="Ceiling: rows a day.")] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="Ceiling: purposes; repeat; none: any.")] = None,
    mask: Annotated[list[str] | None, typer.Option(help="Ceiling: item=mask; repeat.")] = None,
    accept: Annotated[str, typer.Option(help="Ceiling: auto or confirm.")] = "confirm",
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Bind a resource to a table that is read, or to one that receives it (绑定)."""
    held = open_home(home, node)
    columns = bindings.named_pairs(map_)
    if bool(source) == bool(target) or not table:
        raise typer.BadParameter("give --table and one of --source, --target")
    with contextlib.closing(store.connect(held.database)) as db:
        if target:
            bindings.bind_target(
                db,
                bindings.TargetBinding(
                    resource=resource, url=target, table=table, columns=columns, keys=tuple(key or ())
                ),
            )
            _say(as_json, node=held.code, resource=resource, target=table)
            return
        word = (
            bindings.ceiling_from_file(ceiling, resource)
            if ceiling
            else bindings.ceiling_of(
                resource,
                columns,
                masks=bindings.named_pairs(mask),
                purposes=tuple(purpose or ()),
                rows_a_day=max_rows_day,
                accept=accept,
            )
        )
        made = bindings.SourceBinding(
            resource=resource, url=source, table=table, columns=columns, ceiling=word, watermark=watermark,
            overlap=overlap,
        )  # fmt: skip
        bindings.bind_source(db, made)
    _say(as_json, node=held.code, resource=resource, source=table, accept=word.accept.value)


@app.command()
def serve(
    home: Home = HOME,
    node: NodeCode = "",
    directory_every: Annotated[float, typer.Option(help="Seconds between two looks at the directory.")] = 30.0,
) -> None:
    """Serve peers and systems until SIGTERM (运行)."""
    held = open_home(home, node)
    typer.echo(f"{held.code}  http://{held.settings.host}:{held.settings.port}")
    serving.run(held, every_s=directory_every)


@app.command()
def query(
    grant: Annotated[str, typer.Option(help="Grant number or id.")],
    purpose: Annotated[str, typer.Option(help="Purpose code of the grant.")],
    system_: Annotated[str, typer.Option("--system", help="Registered system that asks.")],
    lookup: Pairs = None,
    verify: Pairs = None,
    case: Annotated[str, typer.Option(help="Case number.")] = "",
    item: Annotated[list[str] | None, typer.Option(help="Item wanted; repeat; none: all granted.")] = None,
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Ask a peer through the running node; exit 3 if refused (查询、核验)."""
    body: dict[str, Any] = {
        "grant": grant,
        "purpose": purpose,
        "lookup": bindings.named_pairs(lookup),
        "items": item or [],
    }
    body |= {"case_ref": case} if case else {}
    body |= {"claims": bindings.named_pairs(verify)} if verify else {}
    ask(open_home(home, node), "/local/v1/verify" if verify else "/local/v1/query", body, system_, as_json)


@app.command()
def confirm(
    grant: Annotated[str, typer.Argument(help="Grant number or id; left out: list those asked for.")] = "",
    home: Home = HOME,
    node: NodeCode = "",
    as_json: AsJson = False,
) -> None:
    """Let a grant take effect at this node, where the ceiling says confirm (本机确认)."""
    held = open_home(home, node)
    path = "/admin/v1/confirmations" + (f"/{quote(grant, safe='')}" if grant else "")
    code, answer = asyncio.run(call_node(held, "POST" if grant else "GET", path))
    if code == 200 and not grant and not as_json:
        for row in answer["confirmations"]:
            said = f"confirmed {row['confirmed_at']}" if row["confirmed_at"] else "waits"
            typer.echo(f"{row['grant_id']}  {row['resource']} → {row['consumer']}  asked {row['asked_at']}  {said}")
        return
    typer.echo(json.dumps(answer, ensure_ascii=False) if as_json or code == 200 else line(answer))
    if code != 200:
        raise typer.Exit(Exit.TRY_AGAIN if code == 503 else Exit.REFUSED)


@app.command()
def status(home: Home = HOME, node: NodeCode = "", as_json: AsJson = False) -> None:
    """How the node stands, and why calls failed; works with the node stopped too (状况)."""
    held = open_home(home, node)
    if not held.database.exists():
        store.connect(held.database).close()
    with contextlib.closing(store.connect_reader(held.database)) as db:
        found = standing.standing(held, db, now=held.clock().now())
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        if name != "refusals":
            typer.echo(f"{name:17} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    for refusal in found["refusals"] if isinstance(found["refusals"], list) else []:
        typer.echo(line(refusal))


def _say(as_json: bool, **told: str) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        typer.echo(f"{name:12} {value}")
