"""A real server on a free port, and clients that behave badly."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn

from zhengtong.config import serve
from zhengtong.config.gate import Gate

START_WAIT_S = 20.0
READ_BYTES_MAX = 1 << 20


@contextlib.contextmanager
def serving(app: Gate) -> Iterator[int]:
    """Serve a gate in a thread of this process; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=serve.BACKLOG)
    server: uvicorn.Server = serve.server(app)
    server.config.timeout_graceful_shutdown = 1
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_WAIT_S
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def half_sent_post(port: int, path: str = "/") -> socket.socket:
    """A POST that promises a kilobyte and sends ten bytes."""
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n"
    client.sendall(head.encode() + b"0123456789")
    return client


def half_sent_head(port: int) -> socket.socket:
    """A request whose head never ends."""
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    return client


def stalled_get(port: int, path: str) -> socket.socket:
    """A download that asks and then reads nothing; its receive buffer is small."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return client


def answer_of(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    parts = b""
    while len(parts) < READ_BYTES_MAX and (part := client.recv(65536)):
        parts += part
    return parts


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One whole request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()
