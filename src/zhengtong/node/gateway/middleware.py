"""What every request passes (中间件): bounds on body, time and concurrency; errors said plainly."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhengtong.kernel.errors import PlatformError, RuleBroken, Unreachable
from zhengtong.node import refusals
from zhengtong.node.bounds import HEADER_B, IN_FLIGHT, LOCAL_BODY_B, OWN_IN_FLIGHT, UPLOAD_BODY_B, WIRE_BODY_B
from zhengtong.node.gateway.bodies import Bodies
from zhengtong.node.pinning import is_loopback
from zhengtong.node.refusals import Refuse

Endpoint = Callable[[Request], Awaitable[Response]]
_log = logging.getLogger("zhengtong.node.gateway")
_ALWAYS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
_OWN = ("/local/", "/admin/", "/desk")
_UPLOAD = "/desk/upload"  # the one page that takes a file, from this machine only


class SecureAnswers:
    """Add the headers every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_ALWAYS]
            await send(message)

        await self._app(scope, receive, answer if scope["type"] == "http" else send)


class PlainErrors:
    """Turn errors into problem+json."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Refuse as stop:
            await problem(stop.refusal)(scope, receive, send)
        except PlatformError as error:
            await problem(refusals.of_error(error, at="node"))(scope, receive, send)
        except asyncio.CancelledError:
            raise
        except Exception:  # a bug: the caller learns nothing of it, the log everything
            _log.exception("unexpected error on %s", scope.get("path"))
            await JSONResponse({"type": "about:blank", "status": 500}, 500)(scope, receive, send)


class BoundedBody:
    """Read the body whole before anything else happens; the handler finds it in scope["body"]."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _check_head(scope)
            scope["body"] = await self._bodies.read(receive, limit=_limit(scope), address=_address(scope))
        except RuleBroken as error:  # what is still to come on this line would only be thrown away
            await problem(refusals.of_error(error, at="node"), close=True)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BoundedConcurrency:
    """Refuse what is beyond IN_FLIGHT instead of queueing without end; this department's own calls have own places."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._now = {True: 0, False: 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["path"].startswith(_OWN) and is_loopback(_address(scope))
        if self._now[own] >= (OWN_IN_FLIGHT if own else IN_FLIGHT) and scope["path"] != "/healthz":
            raise Unreachable("node.too_busy")
        self._now[own] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now[own] -= 1


class DirectCalls:
    """Hand the calls that are most of a node's work to their endpoint without asking every route."""

    def __init__(self, app: ASGIApp, calls: Mapping[tuple[str, str], Endpoint]) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._calls.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        answer = await endpoint(Request(scope, receive))
        await answer(scope, receive, send)


def _limit(scope: Scope) -> int:
    """How long a body may be, by where it goes and whence it comes."""
    if scope["path"].startswith("/wire/"):
        return WIRE_BODY_B
    return UPLOAD_BODY_B if scope["path"] == _UPLOAD and is_loopback(_address(scope)) else LOCAL_BODY_B


def _check_head(scope: Scope) -> None:
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_B:
        raise RuleBroken("node.headers_too_long", limit=HEADER_B)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def problem(refusal: refusals.Refusal, *, close: bool = False) -> JSONResponse:
    """A refusal as an answer to somebody of this department; `close` ends the line with it."""
    fields = {"retry-after": "1"} if refusal.status == 503 else {}
    if close:
        fields["connection"] = "close"
    return JSONResponse(refusal.problem(), refusal.status, headers=fields, media_type="application/problem+json")
