"""Peers as a node calls them (对端客户端): one pooled session, every answer bounded in size and time."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from yarl import URL

from zhengtong.kernel.errors import NotAllowed, RuleBroken, Unreachable
from zhengtong.node.bounds import ANSWER_BODY_B, PARCEL_FETCH_S, PEER_ANSWER_S, PEER_CONNECT_S, PEER_CONNECTIONS
from zhengtong.node.pinning import origin


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """What a peer answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Peers:
    """Signed messages out, raw answers back; trust is the caller's question."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self, address: str, method: str, path: str, *, headers: Mapping[str, str], body: bytes, peer: str,
        pins: tuple[str, ...] = (), limit: int = ANSWER_BODY_B, seconds: float = PEER_ANSWER_S,
    ) -> PeerAnswer:  # fmt: skip
        """One request.

        Raises Unreachable for no answer in time, RuleBroken for one beyond the bound, NotAllowed for a server
        whose key is none of `pins` (or a plain line to another machine): nothing was sent then.
        """
        wait = aiohttp.ClientTimeout(total=seconds, connect=PEER_CONNECT_S)
        there = origin(address, pins)
        url = URL(there.url + path, encoded=True)
        try:
            async with self._open().request(
                method, url, data=body, headers=headers, timeout=wait, allow_redirects=False, ssl=there.ssl
            ) as answer:
                raw = await _bounded(answer, limit, peer)
        except aiohttp.ServerFingerprintMismatch as error:
            raise NotAllowed("node.pin_differs", address=there.url) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable("node.peer_unreachable", peer=peer, reason=type(error).__name__) from error
        return PeerAnswer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, raw)

    @asynccontextmanager
    async def download(
        self, address: str, path: str, *, headers: Mapping[str, str], peer: str, pins: tuple[str, ...] = ()
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer to be read piece by piece (parcels)."""
        wait = aiohttp.ClientTimeout(total=PARCEL_FETCH_S, connect=PEER_CONNECT_S)
        there = origin(address, pins)
        url = URL(there.url + path, encoded=True)
        try:
            async with self._open().get(
                url, headers=headers, timeout=wait, allow_redirects=False, ssl=there.ssl
            ) as answer:
                yield answer
        except aiohttp.ServerFingerprintMismatch as error:
            raise NotAllowed("node.pin_differs", address=there.url) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable("node.peer_unreachable", peer=peer, reason=type(error).__name__) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=PEER_CONNECTIONS)
            self._session = aiohttp.ClientSession(
                connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._session


async def _bounded(answer: aiohttp.ClientResponse, limit: int, peer: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_chunked(64 << 10):
        size += len(part)
        if size > limit:
            raise RuleBroken("node.peer_oversized", peer=peer, limit=limit)
        parts.append(part)
    return b"".join(parts)
