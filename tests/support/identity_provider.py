"""A conforming identity provider as a process of its own (the package oidc-provider-mock, on Authlib's server)."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

READY_S_MAX = 20


@dataclass(frozen=True, slots=True)
class Provider:
    """Where it listens, and what it answered when a client registered."""

    port: int
    client: str = ""
    secret: str = ""

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def running(port: int, *options: str) -> Iterator[Provider]:
    """The provider on a port; started anew it has another signing key."""
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield Provider(port)
    finally:
        process.terminate()
        process.wait(10)


def registered(provider: Provider, *, back: str) -> Provider:
    """The provider with a client that it knows (RFC 7591): it then demands the secret and this very address."""
    said = json.loads(_call(provider.port, "POST", "/oauth2/clients", json.dumps({"redirect_uris": [back]}), "json")[1])
    return Provider(provider.port, said["client_id"], said["client_secret"])


def agree(address: str, *, subject: str) -> str:
    """Sign in at the provider as somebody would in a browser; gives the address it sends the browser back to."""
    parts = urlsplit(address)
    path, body = f"{parts.path}?{parts.query}", urlencode({"sub": subject})
    status, _, headers = _call(parts.port or 80, "POST", path, body, "form")
    assert status == 302, status
    return str(headers["location"])


def _call(port: int, method: str, path: str, body: str, kind: str) -> tuple[int, bytes, Any]:
    link = HTTPConnection("127.0.0.1", port, timeout=10)
    types = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
    link.request(method, path, body, {"Content-Type": types[kind], "Host": f"localhost:{port}"})
    answer = link.getresponse()
    held = answer.status, answer.read(), answer.headers
    link.close()
    return held


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + READY_S_MAX
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the identity provider did not come up")
