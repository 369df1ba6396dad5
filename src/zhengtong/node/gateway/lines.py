"""Connections to a node (连接): a head must come in time, and nobody fills the places of the others.

uvicorn waits for a head without end and, with its own bound on connections, answers 503 to
everybody once idle ones have filled it.  Here a line that is silent is closed, and when all places
are taken an idle line of the address that holds most of them makes room.
"""

import asyncio
from collections import Counter
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from zhengtong.node.bounds import CONNECTIONS, HEAD_S, HEADER_B, OWN_CONNECTIONS
from zhengtong.node.pinning import is_loopback


class PatientLine(HttpToolsProtocol):
    """One connection, whose first and later heads must be whole within HEAD_S and HEADER_B."""

    _head_timer: asyncio.TimerHandle | None = None
    _in_head = False
    _head_size = 0
    since = 0.0
    served = False

    def connection_made(self, transport: Any) -> None:  # Any: uvicorn's signature
        super().connection_made(transport)
        self.since = self.loop.time()
        self._arm()
        self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head:
            self._head_size = 0
            return
        self._head_size += len(data)
        if self._head_size > HEADER_B:
            self.transport.abort()
        elif self._head_timer is None:
            self._arm()

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head, self.served = False, True
        self._disarm()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    @property
    def idle(self) -> bool:
        """Whether no request is in hand on this line."""
        held = cast("Any", self.cycle)  # None before the first request, whatever uvicorn's annotation says
        return held is None or bool(held.response_complete)

    @property
    def address(self) -> str:
        """Whose line it is."""
        return self.client[0] if self.client else ""

    def _make_room(self) -> None:
        """If this line is one too many, close an idle one: of whoever holds most, never used before used, oldest."""
        lines = cast("set[PatientLine]", self.connections)
        own = is_loopback(self.address)
        if len(lines) <= CONNECTIONS - (0 if own else OWN_CONNECTIONS):
            return
        others = lines if own else {line for line in lines if not is_loopback(line.address)}
        if len(others) <= CONNECTIONS - (0 if own else OWN_CONNECTIONS):
            return
        many = Counter(line.address for line in others)
        idle = [line for line in others if line.idle and line is not self]
        leaving = min(idle, key=lambda line: (-many[line.address], line.served, line.since), default=self)
        self.connections.discard(leaving)
        leaving.transport.abort()

    def _arm(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_S, self.transport.close)

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
