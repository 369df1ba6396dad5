"""Serving the gate (对外服务): uvicorn in this very process, on loopback unless told otherwise.

uvicorn waits for the head of a request without end; `Patient` gives it a bound.
"""

import asyncio
import os
import socket
import sys
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from zhengtong.config import gate
from zhengtong.kernel.errors import WrongState

HEAD_S_MAX = 15.0  # from the opening of a connection to the end of its first request's head
KEEP_ALIVE_S = 15
BACKLOG = 256
STOP_S = 5  # requests at hand may end; half-sent ones are cut


class Patient(HttpToolsProtocol):
    """uvicorn's protocol with an end to its patience for heads that do not come."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # Any: uvicorn's signature
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_S_MAX, transport.close)

    def on_headers_complete(self) -> None:
        self._disarm()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def server(app: gate.Gate | None = None) -> uvicorn.Server:
    """A server ready to `run(sockets=…)`; it stops at SIGTERM or SIGINT after the requests at hand."""
    return uvicorn.Server(
        uvicorn.Config(
            app or gate.build(),
            http=Patient,
            ws="none",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=STOP_S,
            backlog=BACKLOG,
        )
    )


def run(*, host: str, port: int) -> None:
    """Listen, say where, and serve until a signal ends it."""
    try:
        listener = socket.create_server((host, port), family=_family(host), backlog=BACKLOG, reuse_port=False)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise WrongState("config.port_taken", host=host, port=port, why=why) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited; 40 ms a page where uvloop is absent
    serving = server()
    with listener:
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"http://{shown}:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        serving.run(sockets=[listener])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
