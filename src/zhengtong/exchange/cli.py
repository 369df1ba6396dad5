"""zhengtong exchange …"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from zhengtong.exchange import queries, services
from zhengtong.exchange.queries.heads import exported_heads
from zhengtong.exchange.rules.receipts import Match
from zhengtong.journal.door import center_home, current_clock
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.messages import Lang, terminal_language
from zhengtong.parties.queries import actor_by_login, organization_by_code

app = typer.Typer(help="Nodes, keys, directory and receipts of the exchange (交换体系).", no_args_is_help=True)
keys = typer.Typer(help="The keys that sign the directory (签名密钥).", no_args_is_help=True)
epoch = typer.Typer(help="Epochs of the directory (纪元).", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(epoch, name="epoch")
heads = typer.Typer(help="Ledger heads that the center co-signed (会签树头).", no_args_is_help=True)
app.add_typer(heads, name="heads")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
As = Annotated[str, typer.Option("--as", help="Login of the account that acts; its seat must hold the role.")]
Offline = Annotated[
    Path | None, typer.Option(help="Folder of the offline root keys; HOME/center/root-offline if left out.")
]
Reason = Annotated[str, typer.Option(help="Why, in one sentence.")]

_INVITED: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "入网码：{code}（只显示一次，{until:%Y-%m-%d %H:%M}前有效）",
        "根指纹：{root}",
        "两者当面或者电话告知结点管理人员，在结点运行：",
        "  zhengtong node join --center 中心地址 --code {code} --root {root}",
    ),
    "en": (
        "one-time code:    {code} (shown once; valid until {until:%Y-%m-%d %H:%M} Beijing time)",
        "root fingerprint: {root}",
        "Tell both to the node's engineer by another way than the network.  On the node:",
        "  zhengtong node join --center URL --code {code} --root {root}",
    ),
}
_MOVE: dict[Lang, str] = {
    "zh": "离线根密钥目录须移到不联网的介质：一钥一介质，各由一人保管。",
    "en": "Move the offline folder to media that are not in this machine: one key, one medium, one keeper.",
}


@app.command()
def nodes(as_json: AsJson = False) -> None:
    """List nodes with state, last contact and fingerprint (结点)."""
    for row in queries.nodes(actor=SYSTEM, clock=current_clock()):
        if as_json:
            _say({**asdict(row), "state": row.state.value})
        else:
            heard = "heard" if row.heard else "silent"
            typer.echo(f"{row.code:20} {row.state_label:8} {heard:7} {row.fingerprint or '-':40} {row.address}")


@app.command()
def invite(
    organization: Annotated[str, typer.Argument(help="Code of the organization; its node has the same code.")],
    as_login: As,
    hosted: Annotated[bool, typer.Option(help="On a machine shared with other departments.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a one-time code for an organization's node (邀请结点).  The code is shown once."""
    card = organization_by_code(code=organization)
    found = services.invite(
        organization=card.id, node_code=card.code, actor=_actor(as_login), clock=current_clock(), hosted=hosted
    )
    root = queries.root_fingerprint()
    if as_json:
        _say({**asdict(found), "root_fingerprint": root})
        return
    until = found.expires_at.astimezone(BEIJING)
    for line in _INVITED[terminal_language()]:
        typer.echo(line.format(code=found.code, until=until, root=root))


@app.command()
def approve(
    node: Annotated[str, typer.Argument(help="Code of the node.")],
    fingerprint: Annotated[str, typer.Option(help="The fingerprint as the node's own screen shows it.")],
    as_login: As,
    as_json: AsJson = False,
) -> None:
    """Let a node in after comparing fingerprints (批准接入)."""
    brief = queries.node_by_code(code=node)
    state = services.approve_node(node=brief.id, fingerprint=fingerprint, actor=_actor(as_login), clock=current_clock())
    _done({"node": node, "state": state.value}, as_json=as_json)


@app.command()
def reject(node: str, reason: Reason, as_login: As, as_json: AsJson = False) -> None:
    """Keep a node out (不予接入)."""
    _change(services.reject_node, node, reason, as_login, as_json=as_json)


@app.command()
def suspend(node: str, reason: Reason, as_login: As, as_json: AsJson = False) -> None:
    """Take a node out of the directory for a time (暂停结点)."""
    _change(services.suspend_node, node, reason, as_login, as_json=as_json)


@app.command()
def retire(node: str, reason: Reason, as_login: As, as_json: AsJson = False) -> None:
    """Take a node out for good (注销结点)."""
    _change(services.retire_node, node, reason, as_login, as_json=as_json)


@app.command()
def resume(node: str, as_login: As, as_json: AsJson = False) -> None:
    """Put a suspended node back (恢复结点)."""
    brief = queries.node_by_code(code=node)
    state = services.resume_node(node=brief.id, actor=_actor(as_login), clock=current_clock())
    _done({"node": node, "state": state.value}, as_json=as_json)


@app.command()
def publish(
    force: Annotated[bool, typer.Option(help="Sign anew even if nothing changed.")] = False, as_json: AsJson = False
) -> None:
    """Sign and publish the directory now (发布名录)."""
    found = services.publish(clock=current_clock(), force=force)
    _done({**asdict(found), "bundles": list(found.bundles)}, as_json=as_json)


@app.command()
def flows(as_json: AsJson = False) -> None:
    """List flows, the stalest first (交换流程)."""
    for row in queries.flows(actor=SYSTEM, clock=current_clock()):
        if as_json:
            _say(asdict(row))
        else:
            last = row.last_success_at.isoformat(timespec="seconds") if row.last_success_at else "never"
            counts = f"answered {row.answered} refused {row.refused} failed {row.failed} rows {row.rows}"
            typer.echo(f"{row.grant_number:10} {row.provider} → {row.consumer}  last success {last}  {counts}")


@app.command()
def exchanges(
    match: Annotated[Match | None, typer.Option(help="Only with this result.")] = None,
    rows: Annotated[int, typer.Option(help="How many, at most 200.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List exchanges as both sides report them, latest first (交换记录)."""
    for row in queries.exchanges(actor=SYSTEM, clock=current_clock(), match=match or "", rows=rows).rows:
        if as_json:
            _say({**asdict(row), "match": row.match.value})
        else:
            at = row.at.isoformat(timespec="seconds")
            typer.echo(f"{at} {row.grant_number:10} {row.outcome_label} {row.match_label} {row.rows:7} {row.why}")


@app.command()
def receipts(as_json: AsJson = False) -> None:
    """Count the receipts of provider, consumer and center (三方回执).  Exit status 1 if they do not agree."""
    found = queries.three_sides(actor=SYSTEM)
    _done({**asdict(found), "agree": found.agree}, as_json=as_json)
    raise typer.Exit(code=0 if found.agree else 1)


@app.command()
def disputed(
    rows: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List receipts the center did not believe, latest first (存疑回执).  Exit status 1 if there are any."""
    found = queries.disputed(actor=SYSTEM, rows=rows)
    for row in found:
        if as_json:
            _say(asdict(row))
        else:
            at = row.received_at.isoformat(timespec="seconds")
            typer.echo(f"{at} {row.node} {row.kind_label} {row.exchange} record {row.record} batch {row.batch}")
    raise typer.Exit(code=1 if found else 0)


@keys.command("init")
def keys_init(
    count: Annotated[int, typer.Option("--keys", help="Offline root keys to make.")] = 1,
    threshold: Annotated[int, typer.Option(help="How many of them must sign.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Hold the key ceremony: offline root keys and the online key (密钥仪式)."""
    found = services.init_keys(center=center_home(), clock=current_clock(), keys=count, threshold=threshold)
    facts = {
        "root_fingerprint": found.fingerprint,
        "offline_folder": str(found.offline_folder),
        "online_file": str(found.online_file),
    }
    _done(facts, as_json=as_json)
    if not as_json:
        typer.echo(_MOVE[terminal_language()])


@keys.command("show")
def keys_show(as_json: AsJson = False) -> None:
    """Show fingerprints and the directory in force."""
    found = asdict(queries.directory_state(clock=current_clock()))
    _done({**found, "online_fingerprints": list(found["online_fingerprints"])}, as_json=as_json)


@keys.command("rotate")
def keys_rotate(as_login: As, offline: Offline = None, as_json: AsJson = False) -> None:
    """Have the offline keys name a fresh online key (更换在线签名密钥)."""
    found = services.rotate_online_key(
        center=center_home(), actor=_actor(as_login), clock=current_clock(), offline=offline
    )
    _done({"root_fingerprint": found.fingerprint, "online_file": str(found.online_file)}, as_json=as_json)


@epoch.command("new")
def epoch_new(reason: Reason, as_login: As, offline: Offline = None, as_json: AsJson = False) -> None:
    """Open a new epoch after the center was restored from a backup (开启新纪元)."""
    number = services.open_epoch(
        center=center_home(), reason=reason, actor=_actor(as_login), clock=current_clock(), offline=offline
    )
    _done({"epoch": number}, as_json=as_json)


@heads.command("export")
def heads_export(
    file: Annotated[Path, typer.Argument(help="File to write, for `zhengtong verify --heads FILE`.", dir_okay=False)],
    ledger: Annotated[
        int | None, typer.Option(min=0, help="Of earlier ledgers: 0 is what a node kept before it first joined anew.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the center's own copy of the ledger heads it co-signed, for an auditor (导出会签树头)."""
    found = exported_heads(ledger=ledger)
    file.write_bytes(found.content)
    _done({"file": str(file), **found.sizes}, as_json=as_json)


def _actor(login: str) -> Actor:
    return actor_by_login(login=login, on=current_clock().today())


def _change(act: Any, node: str, reason: str, as_login: str, *, as_json: bool) -> None:  # Any: three alike services
    brief = queries.node_by_code(code=node)
    state = act(node=brief.id, reason=reason, actor=_actor(as_login), clock=current_clock())
    _done({"node": node, "state": state.value}, as_json=as_json)


def _say(row: dict[str, Any]) -> None:  # Any: values of any record
    typer.echo(json.dumps(row, ensure_ascii=False, default=str))


def _done(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _say(facts)
        return
    for name, value in facts.items():
        typer.echo(f"{name:20} {', '.join(map(str, value)) if isinstance(value, list | tuple) else value}")
