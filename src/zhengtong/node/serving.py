"""One process, one port (服务进程): the gateway on uvicorn, with every wait bounded."""

import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from zhengtong.kernel.errors import RuleBroken, WrongState
from zhengtong.node.bounds import KEEP_ALIVE_S, LISTEN_QUEUE, STOP_S
from zhengtong.node.gateway import build
from zhengtong.node.gateway.lines import PatientLine
from zhengtong.node.home import UMASK, NodeHome, write_private
from zhengtong.node.service import Node

_GARBAGE = 10_000  # new objects between two collections of the young


PORT_MAX = 65_535


def free_port(host: str) -> int:
    """A port nobody listens on now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def listen_at(words: str) -> tuple[str, int]:
    """HOST:PORT as host and port, a free one for 0 (监听地址).  Raises RuleBroken for another shape."""
    host, _, port = words.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > PORT_MAX:
        raise RuleBroken("node.listen_shape", listen=words[:60])
    return host, int(port) or free_port(host)


def listen(home: NodeHome) -> socket.socket:
    """Open the node's port.  Raises WrongState if somebody else has it."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited; 40 ms a reply where uvloop is absent
    try:
        listener.bind((home.settings.host, home.settings.port))
    except OSError as error:
        listener.close()
        raise WrongState("node.port_taken", host=home.settings.host, port=home.settings.port) from error
    listener.listen(LISTEN_QUEUE)
    return listener


async def serve(node: Node, listener: socket.socket, *, ready: Callable[[uvicorn.Server], None] | None = None) -> None:
    """Serve until told to stop (SIGTERM, SIGINT or `server.should_exit`); the home says where meanwhile."""
    config = uvicorn.Config(
        build(node),
        http=PatientLine,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="none",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        proxy_headers=False,  # who calls is who is connected: loopback is a right here
        timeout_graceful_shutdown=STOP_S,
    )
    server = _Quiet(config)
    _stop_on_signals(server)
    await node.start()
    home = node.core.home
    host, port = listener.getsockname()[:2]
    write_private(home.serving, json.dumps({"pid": os.getpid(), "url": f"http://{host}:{port}"}).encode())
    try:
        if ready is not None:
            ready(server)
        await server.serve(sockets=[listener])
    finally:
        home.serving.unlink(missing_ok=True)
        await node.stop()


class _Quiet(uvicorn.Server):
    """uvicorn without its own signal handling, which ends the process before a node has closed its ledger."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _stop_on_signals(server: uvicorn.Server) -> None:
    def stop() -> None:
        server.should_exit = True

    with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):  # not in the main thread (tests), Windows
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)


def run(home: NodeHome, *, every_s: float) -> None:
    """Open and serve a node in this process, with uvloop where there is one."""
    os.umask(UMASK)
    listener = listen(home)
    with contextlib.closing(listener), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        gc.freeze()  # what was imported stays; a full collection would walk all of it again and again
        gc.set_threshold(_GARBAGE, 20, 50)
        runner.run(_whole(home, listener, every_s))


async def _whole(home: NodeHome, listener: socket.socket, every_s: float) -> None:
    await serve(Node.open(home, every_s=every_s), listener)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.new_event_loop
    return uvloop.new_event_loop
