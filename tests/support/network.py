"""The network is off in tests: only loopback and local sockets may be reached."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any


class NetworkIsOff(RuntimeError):
    """A test tried to leave this machine."""


def is_loopback(address: object) -> bool:
    """Whether an address of `socket.connect` stays on this machine."""
    if not isinstance(address, tuple):
        return True  # a local socket's path
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def close_network() -> Callable[[], None]:
    """Refuse every connect that leaves the machine; returns the function that opens it again."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:  # Any: socket's own signature
        _refuse_outside(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:  # Any: socket's own signature
        _refuse_outside(address)
        return connect_ex(self, address)

    socket.socket.connect, socket.socket.connect_ex = guarded, guarded_ex

    def reopen() -> None:
        socket.socket.connect, socket.socket.connect_ex = connect, connect_ex

    return reopen


def _refuse_outside(address: object) -> None:
    if not is_loopback(address):
        raise NetworkIsOff(f"the network is off in tests; {address!r} is not on this machine")
