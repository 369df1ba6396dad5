"""Reading bodies (读取请求体): whole, bounded in bytes, time and rate, and in number for each address.

A half-sent body holds a place here and nowhere else.  Whoever sends more halves than an address may
have loses the oldest of them, so that one machine cannot fill the places of all.
"""

import asyncio

from starlette.types import Receive

from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.bounds import BODY_GRACE_S, BODY_RATE_BS, BODY_READ_S, HALF_READ, HALF_READ_AN_ADDRESS


class _Body:
    """One body that is being read."""

    __slots__ = ("address", "crowded", "timer")

    def __init__(self, address: str, timer: asyncio.Timeout) -> None:
        self.address = address
        self.timer = timer
        self.crowded = False


class Bodies:
    """All bodies being read now, by address, oldest first."""

    def __init__(self) -> None:
        self._by_address: dict[str, dict[_Body, None]] = {}
        self._count = 0

    async def read(self, receive: Receive, *, limit: int, address: str) -> bytes:
        """The whole body.

        Raises RuleBroken for one that is too long, too slow (BODY_RATE_BS after BODY_GRACE_S, BODY_READ_S in
        all), cut off, or given up for a newer one of the same address.
        """
        began = asyncio.get_running_loop().time()
        body: _Body | None = None
        try:
            async with asyncio.timeout(min(BODY_GRACE_S, BODY_READ_S)) as timer:
                body = self._enter(_Body(address, timer))
                try:
                    return await _parts(receive, limit, timer, began=began)
                finally:
                    self._leave(body)
        except TimeoutError:
            if body is not None and body.crowded:
                raise RuleBroken("node.body_crowded") from None
            raise RuleBroken("node.body_too_slow", limit_s=int(BODY_READ_S)) from None

    def _enter(self, body: _Body) -> _Body:
        mine = self._by_address.get(body.address, {})
        if len(mine) >= HALF_READ_AN_ADDRESS:
            self._give_up(mine)
        elif self._count >= HALF_READ:
            self._give_up(max(self._by_address.values(), key=len))
        self._by_address.setdefault(body.address, {})[body] = None
        self._count += 1
        return body

    def _give_up(self, held: dict[_Body, None]) -> None:
        oldest = next(iter(held))
        oldest.crowded = True
        self._leave(oldest)
        oldest.timer.reschedule(asyncio.get_running_loop().time())

    def _leave(self, body: _Body) -> None:
        mine = self._by_address.get(body.address)
        if mine is None or body not in mine:
            return  # given up before
        del mine[body]
        self._count -= 1
        if not mine:
            del self._by_address[body.address]


async def _parts(receive: Receive, limit: int, timer: asyncio.Timeout, *, began: float) -> bytes:
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
        timer.reschedule(began + min(BODY_READ_S, BODY_GRACE_S + size / BODY_RATE_BS))
