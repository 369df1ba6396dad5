"""Endpoints for the department's engineer (运维接口): refresh, receipts, confirmations, metrics, health."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from zhengtong.kernel.errors import NotFound
from zhengtong.node.gateway.callers import engineer, node_of
from zhengtong.node.journal_thread import Step
from zhengtong.wire.canonical import instant


async def health(request: Request) -> JSONResponse:
    """Whether the node is up; whose it is is no secret to a peer."""
    node = node_of(request)
    return JSONResponse({"node": node.core.code, "ready": node.core.directory.last_view() is not None})


async def metrics(request: Request) -> PlainTextResponse:
    """Counts since the process started, in the Prometheus text form; the seam for more."""
    engineer(request)
    core = node_of(request).core
    lines = ["# TYPE zhengtong_node_total counter"]
    lines += [f'zhengtong_node_total{{what="{what}"}} {count}' for what, count in sorted(core.counts.items())]
    lines += ["# TYPE zhengtong_ledger_records gauge", f"zhengtong_ledger_records {core.ledger.size}"]
    return PlainTextResponse("\n".join(lines) + "\n")


async def refresh(request: Request) -> JSONResponse:
    """Pull the directory now."""
    engineer(request)
    node = node_of(request)
    changed = await node.refresh()
    view = node.core.directory.last_view()
    return JSONResponse(
        {"changed": changed, "serial": view.members.known_as if view else "", "grants": len(view.grants) if view else 0}
    )


async def receipts(request: Request) -> JSONResponse:
    """Send waiting receipts now."""
    engineer(request)
    node = node_of(request)
    sent = await node.receipts.send_all()
    return JSONResponse({"sent": sent, "waiting": node.receipts.waiting()})


async def resume(request: Request) -> JSONResponse:
    """Take up broken runs now and wait for them; says how many are still open."""
    engineer(request)
    node = node_of(request)
    found = await node.pulls.resume(now=True)
    await node.pulls.settled()
    left = node.core.reader.execute(
        "SELECT count(*) FROM run WHERE side = 'consumer' AND state IN ('open', 'applied')"
    ).fetchone()[0]
    return JSONResponse({"taken_up": found, "open": left})


async def confirmations(request: Request) -> JSONResponse:
    """Grants that wait for this department's word."""
    engineer(request)
    rows = node_of(request).core.reader.execute("SELECT * FROM confirmation ORDER BY asked_at").fetchall()
    return JSONResponse({"confirmations": [dict(row) for row in rows]})


async def confirm(request: Request) -> JSONResponse:
    """Let a grant take effect here (exactly as it is now)."""
    engineer(request)
    node = node_of(request)
    view = node.core.directory.view(node.core.now())
    grant = view.grant(request.path_params["grant"])
    if grant is None or grant.provider != node.core.code:
        raise NotFound("node.no_such_grant", grant=request.path_params["grant"])
    at, digest = instant(node.core.now()), view.digests[grant.id]

    def word(step: Step) -> None:
        step.db.execute(
            "INSERT OR REPLACE INTO confirmation VALUES (?, ?, ?, ?, ?, ?)",
            (grant.id, digest, grant.resource, grant.consumer, at, at),
        )

    await node.core.journal.do(word)
    return JSONResponse({"grant": grant.number, "confirmed_at": at})
