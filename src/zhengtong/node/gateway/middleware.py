"""What every request passes (中间件): bounds on body, time and concurrency; errors said plainly."""

import asyncio
import logging

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhengtong.kernel.errors import PlatformError, RuleBroken, Unreachable
from zhengtong.node import refusals
from zhengtong.node.bounds import BODY_READ_S, HEADER_B, IN_FLIGHT, LOCAL_BODY_B, WIRE_BODY_B
from zhengtong.node.refusals import Refuse

_log = logging.getLogger("zhengtong.node.gateway")
_ALWAYS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


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


class BoundedConcurrency:
    """Refuse what is beyond IN_FLIGHT instead of queueing without end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._now >= IN_FLIGHT and scope["path"] != "/healthz":
            raise Unreachable("node.too_busy")
        self._now += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now -= 1


class BoundedBody:
    """Read the body whole before anything else happens; the handler finds it in scope["body"]."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = WIRE_BODY_B if scope["path"].startswith("/wire/") else LOCAL_BODY_B
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_B:
            raise RuleBroken("node.headers_too_long", limit=HEADER_B)
        try:
            async with asyncio.timeout(BODY_READ_S):
                scope["body"] = await _read(receive, limit)
        except TimeoutError:
            raise RuleBroken("node.body_too_slow", limit_s=int(BODY_READ_S)) from None
        await self._app(scope, receive, send)


async def _read(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RuleBroken("node.body_cut")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise RuleBroken("wire.too_long", thing="body", size=size, limit=limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def problem(refusal: refusals.Refusal) -> JSONResponse:
    """A refusal as an answer to somebody of this department."""
    retry = {"retry-after": "1"} if refusal.status == 503 else {}
    return JSONResponse(refusal.problem(), refusal.status, headers=retry, media_type="application/problem+json")
