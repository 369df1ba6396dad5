"""The gate (入口闸): a small ASGI shell that keeps slow clients away from Django's few threads.

A request's body is read whole here, under a byte and a time bound, before a thread is spent
on it; the answer is taken whole from the thread and sent at the client's own pace.  Files
and exports are read and sent here too, with Range, by short-lived signed address.  Nothing
in this file decides anything; Django stays synchronous behind it.
"""

import asyncio
import gc
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.config.settings")

from zhengtong.config import env, gate_files, gate_http
from zhengtong.config.gate_http import Answer, refusal

BODY_BYTES_MAX = 16 * 1024 * 1024  # one request's body
BODIES_BYTES_MAX = 128 * 1024 * 1024  # all bodies being read at once
BODY_S_MAX = 20.0  # from the first byte of a body to its last
BODY_GRACE_S = 3.0  # how long a body may come slower than BODY_BYTES_A_S
BODY_BYTES_A_S = 1024  # the slowest line that is served
BODIES_A_CLIENT = 64  # bodies being read from one address; one more, and its oldest is given up
CONNECTIONS_MAX = 512
ALWAYS_ANSWERED = "/livez"  # a full house is no dead house
WAITING_MAX = 64  # whole requests waiting for a thread
WAIT_S_MAX = 30.0  # how long one may wait and run
SEND_S_MAX = 60.0  # how long a client may take for one chunk of its answer
CHUNK_BYTES = 256 * 1024

Scope = MutableMapping[str, Any]  # Any: ASGI messages are open dictionaries
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]  # Any: a WSGI environ holds strings, streams and tuples
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

logger = logging.getLogger("zhengtong.gate")


class Gone(Exception):
    """The client went away; there is nobody to answer."""


@dataclass(slots=True)
class Bounds:
    """The gate's limits, as values, so that tests can be quick."""

    body_bytes: int = BODY_BYTES_MAX
    bodies_bytes: int = BODIES_BYTES_MAX
    body_s: float = BODY_S_MAX
    connections: int = CONNECTIONS_MAX
    waiting: int = WAITING_MAX
    wait_s: float = WAIT_S_MAX
    send_s: float = SEND_S_MAX
    body_grace_s: float = BODY_GRACE_S
    bodies_a_client: int = BODIES_A_CLIENT


@dataclass(slots=True)
class Gate:
    """An ASGI application in front of one WSGI application."""

    wsgi: Wsgi
    threads: int = 4
    bounds: Bounds = field(default_factory=Bounds)
    _pool: ThreadPoolExecutor = field(init=False)
    _open: int = 0
    _reading_bytes: int = 0
    _waiting: int = 0
    _bodies: dict[str, dict[int, asyncio.Timeout]] = field(default_factory=dict)  # by address, the oldest first

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="django")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            self._open += 1
            try:
                await self._answer(scope, receive, send)
            except Gone:
                pass
            finally:
                self._open -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = gate_http.language(scope)
        if self._open > self.bounds.connections and scope["path"] != ALWAYS_ANSWERED:
            await self._send(send, refusal("config.busy", 503, lang=language))
            return
        if scope["path"].startswith(gate_files.PREFIX) and scope["method"] in {"GET", "HEAD"}:
            await self._send_file(scope, send, language)
            return
        held = await self._read(scope, receive)
        if isinstance(held, Answer):
            await self._send(send, held)
            return
        await self._send(send, await self._through_django(scope, held, language))

    async def _read(self, scope: Scope, receive: Receive) -> bytes | Answer:
        """The whole body, or the refusal of one that is too large, too slow or one too many."""
        language, bounds = gate_http.language(scope), self.bounds
        told = gate_http.content_length(scope)
        if told is not None and told > bounds.body_bytes:
            return refusal("config.body_too_large", 413, lang=language)
        began, address = asyncio.get_running_loop().time(), str((scope.get("client") or ("",))[0])
        parts: list[bytes] = []
        taken = 0
        mark: asyncio.Timeout | None = None
        try:
            async with asyncio.timeout(min(bounds.body_s, bounds.body_grace_s)) as mark:
                self._admit(address, mark)
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    part = message.get("body", b"")
                    taken += len(part)
                    self._reading_bytes += len(part)
                    if taken > bounds.body_bytes:
                        return refusal("config.body_too_large", 413, lang=language)
                    if self._reading_bytes > bounds.bodies_bytes:
                        return refusal("config.busy", 503, lang=language)
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
                    mark.reschedule(began + min(bounds.body_s, bounds.body_grace_s + taken / BODY_BYTES_A_S))
        except TimeoutError:
            return refusal("config.body_too_slow", 408, lang=language)
        finally:
            self._reading_bytes -= taken
            self._leave(address, mark)

    def _admit(self, address: str, mark: asyncio.Timeout) -> None:
        """Count a body that is being read; one machine's slow bodies push out each other, not other people's."""
        held = self._bodies.setdefault(address, {})
        if len(held) >= self.bounds.bodies_a_client:
            held.pop(next(iter(held))).reschedule(asyncio.get_running_loop().time())
        held[id(mark)] = mark

    def _leave(self, address: str, mark: asyncio.Timeout | None) -> None:
        held = self._bodies.get(address, {})
        held.pop(id(mark), None)
        if not held:
            self._bodies.pop(address, None)

    async def _through_django(self, scope: Scope, body: bytes, language: gate_http.Lang) -> Answer:
        if self._waiting >= self.bounds.waiting:
            return refusal("config.busy", 503, lang=language)
        self._waiting += 1
        running = self._pool.submit(run_wsgi, self.wsgi, gate_http.environ(scope, body))
        try:
            async with asyncio.timeout(self.bounds.wait_s):
                return await asyncio.wrap_future(running)
        except TimeoutError:
            running.cancel()  # still queued: never starts; begun: its answer is dropped
            return refusal("config.busy", 503, lang=language)
        except Exception:
            logger.exception("Django could not answer %s", scope["path"])
            return refusal("config.internal", 500, lang=language)
        finally:
            self._waiting -= 1

    async def _send(self, send: Send, answer: Answer) -> None:
        await self._send_one(send, {"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        body = memoryview(answer.body)
        for at in range(0, max(len(body), 1), CHUNK_BYTES):
            more = at + CHUNK_BYTES < len(body)
            part = bytes(body[at : at + CHUNK_BYTES])
            await self._send_one(send, {"type": "http.response.body", "body": part, "more_body": more})

    async def _send_file(self, scope: Scope, send: Send, language: gate_http.Lang) -> None:
        wanted, if_range = gate_http.header(scope, b"range"), gate_http.header(scope, b"if-range")
        part = gate_files.part_of(scope["path"], wanted=wanted, if_range=if_range, lang=language)
        if isinstance(part, Answer):
            await self._send(send, part)
            return
        await self._send_one(send, {"type": "http.response.start", "status": part.status, "headers": part.headers})
        at = part.start if scope["method"] == "GET" else part.end
        with part.path.open("rb", buffering=0) as source:
            while at < part.end:
                chunk = os.pread(source.fileno(), min(CHUNK_BYTES, part.end - at), at)
                if not chunk:
                    raise Gone  # the file shrank under us: break off, the client sees a short answer
                at += len(chunk)
                await self._send_one(send, {"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send_one(send, {"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_one(self, send: Send, message: Message) -> None:
        try:
            async with asyncio.timeout(self.bounds.send_s):
                await send(message)
        except (TimeoutError, OSError):
            raise Gone from None

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self._pool.shutdown(wait=False, cancel_futures=True)
                await send({"type": "lifespan.shutdown.complete"})
                return


def run_wsgi(wsgi: Wsgi, environ: Mapping[str, Any]) -> Answer:
    """Run one request to its end in this thread and keep the whole answer."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:  # noqa: ARG001
        begun.append((status, headers))

    out = BytesIO()
    found = wsgi(dict(environ), start_response)
    try:
        for part in found:
            out.write(part)
    finally:
        if (close := getattr(found, "close", None)) is not None:
            close()
    status, headers = begun[-1]
    return gate_http.answer(int(status[:3]), headers, out.getvalue())


def build() -> Gate:
    """The gate in front of this deployment's Django."""
    from zhengtong.config.wsgi import application

    gc.freeze()  # what is loaded now stays: a collection that walks all dictionaries of words is a pause of 0.15 s
    return Gate(application, threads=env.settings().web_threads)
