"""Endpoints for this department's systems (本机接口): one local call, a typed answer, a clear refusal."""

import time
from collections.abc import Awaitable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.node import refusals as kept
from zhengtong.node.bounds import REFUSALS_KEPT, REFUSALS_SHOWN, RUNS_KEPT_SHOWN, RUNS_SHOWN, TEXT_CHARS
from zhengtong.node.consumer import LocalAsk
from zhengtong.node.gateway.callers import node_of, system_of
from zhengtong.node.refusals import Refusal, Refuse
from zhengtong.node.runs import listed
from zhengtong.node.standing import standing
from zhengtong.wire.canonical import instant
from zhengtong.wire.envelope import Kind

Body = dict[str, Any]  # Any: JSON as a system sent it or as it is answered; parts are checked where they are read


async def query(request: Request) -> Response:
    """Rows of one subject under a grant."""
    return await _ask(request, Kind.QUERY)


async def verify(request: Request) -> Response:
    """Whether claimed values are right, and no more."""
    return await _ask(request, Kind.VERIFY)


async def pull(request: Request) -> JSONResponse:
    """Pull everything a grant covers into the bound target."""
    system = await system_of(request)
    body = _body(request)
    asked = LocalAsk(
        kind=Kind.RUN, grant=_text(body, "grant"), system=system, purpose=_text(body, "purpose"),
        case_ref=_text(body, "case_ref", empty=True) or None, increment=_mode(body), full_days=_days(body),
    )  # fmt: skip
    pulls = node_of(request).pulls
    if body.get("wait", True):
        return JSONResponse(await _remembered(request, pulls.pull(asked)))
    return JSONResponse({"run": pulls.start(asked)}, 202)


async def run(request: Request) -> JSONResponse:
    """Where a pull stands."""
    await system_of(request)
    return JSONResponse(node_of(request).pulls.progress(request.path_params["run"]))


async def runs(request: Request) -> JSONResponse:
    """Runs of both sides, newest first, each with the figures of both."""
    await system_of(request)
    limit = _limit(request, usual=RUNS_SHOWN, most=RUNS_KEPT_SHOWN)
    return JSONResponse({"runs": listed(node_of(request).core.reader, limit=limit)})


async def status(request: Request) -> JSONResponse:
    """How this node stands."""
    await system_of(request)
    core = node_of(request).core
    return JSONResponse(standing(core.home, core.reader, now=core.clock.now(), ledger=core.ledger.head_text))


async def refusals(request: Request) -> JSONResponse:
    """Why calls failed, newest first."""
    await system_of(request)
    limit = _limit(request, usual=REFUSALS_SHOWN, most=REFUSALS_KEPT)
    return JSONResponse({"refusals": kept.last(node_of(request).core.reader, limit=limit)})


async def _ask(request: Request, kind: Kind) -> Response:
    began = time.perf_counter()
    system = await system_of(request)
    body = _body(request)
    asked = LocalAsk(
        kind=kind,
        grant=_text(body, "grant"),
        system=system,
        purpose=_text(body, "purpose"),
        case_ref=_text(body, "case_ref", empty=True) or None,
        officer_ref=_text(body, "officer_ref", empty=True) or None,
        lookup=_values(body, "lookup"),
        claims=_values(body, "claims") if kind is Kind.VERIFY else {},
        items=_list(body, "items"),
    )
    answer = await _remembered(request, node_of(request).consumer.ask(asked))
    said = orjson.dumps({**answer, "ms": round((time.perf_counter() - began) * 1000)})
    return Response(said, media_type="application/json")


async def _remembered(request: Request, asking: Awaitable[Body]) -> Body:
    """Await an answer; a refusal before any peer was involved is remembered here."""
    try:
        return await asking
    except Refuse as stop:
        if stop.refusal.here is None:
            await _keep(request, stop.refusal)
        raise
    except PlatformError as error:
        await _keep(request, kept.of_error(error, at="consumer"))
        raise


async def _keep(request: Request, refusal: Refusal) -> None:
    core = node_of(request).core
    at = instant(core.now())
    await core.journal.do(lambda step: kept.keep(step.db, refusal, at=at))


def _body(request: Request) -> Body:
    try:
        held = orjson.loads(request.scope["body"])
    except orjson.JSONDecodeError:
        raise RuleBroken("node.ask_shape", part="body") from None
    if not isinstance(held, dict):
        raise RuleBroken("node.ask_shape", part="body")
    return held


def _limit(request: Request, *, usual: int, most: int) -> int:
    limit = request.query_params.get("limit", str(usual))
    if not limit.isdigit() or not 0 < int(limit) <= most:
        raise RuleBroken("node.ask_shape", part="limit")
    return int(limit)


def _mode(body: Body) -> bool:
    mode = body.get("mode", "full")
    if mode not in {"full", "increment"}:
        raise RuleBroken("node.ask_shape", part="mode")
    return mode == "increment"


def _days(body: Body) -> int | None:
    days = body.get("full_every")
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 1):
        raise RuleBroken("node.ask_shape", part="full_every")
    return days


def _text(body: Body, name: str, *, empty: bool = False) -> str:
    value = body.get(name)
    if value is None and empty:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_CHARS or not (value or empty):
        raise RuleBroken("node.ask_shape", part=name)
    return value


def _values(body: Body, name: str) -> dict[str, str]:
    held = body.get(name)
    if not isinstance(held, dict) or not held:
        raise RuleBroken("node.ask_shape", part=name)
    if not all(isinstance(value, str) and len(value) <= TEXT_CHARS for value in held.values()):
        raise RuleBroken("node.ask_shape", part=name)
    return held


def _list(body: Body, name: str) -> tuple[str, ...]:
    held = body.get(name) or []
    if not isinstance(held, list) or not all(isinstance(item, str) and len(item) <= TEXT_CHARS for item in held):
        raise RuleBroken("node.ask_shape", part=name)
    return tuple(held)
