"""The center as a node calls it (中心客户端): every call bounded in time and size, signed, idempotent."""

import json
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

import aiohttp

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import Fact, NotAllowed, PlatformError, RuleBroken, Unreachable
from zhengtong.node.bounds import CENTER_ANSWER_S, DIRECTORY_B, PEER_CONNECT_S
from zhengtong.node.pinning import origin
from zhengtong.wire.canonical import Json
from zhengtong.wire.http_signature import sign_local
from zhengtong.wire.suites import SigningKey

PREFIX = "/api/exchange"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class CenterAnswer:
    """What the center said."""

    status: int
    body: bytes

    def json(self) -> dict[str, Json]:
        """The body as an object."""
        held = json.loads(self.body or b"{}")
        if not isinstance(held, dict):
            raise RuleBroken("node.center_answer", status=self.status)
        return cast("dict[str, Json]", held)


class CenterClient:
    """Signed calls of one node to the center."""

    def __init__(self, base: str, *, node: str, key: SigningKey, clock: Clock, pin: str = "") -> None:
        self._base = base
        self._pin = pin
        self._node = node
        self._key = key
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def document(self, kind: str, *, etag: str) -> bytes | None:
        """The newest signed document of a kind; None if the one of this digest is the newest."""
        answer = await self.call("GET", f"/{kind}", etag=etag, signed=not kind.startswith("roots"))
        return None if answer.status == 304 else answer.body

    async def call(
        self, method: str, path: str, *, body: bytes = b"", etag: str = "", signed: bool = True
    ) -> CenterAnswer:  # fmt: skip
        """One call; redirects are not followed, signed fields go to nobody else.

        Raises Unreachable (retry later) for no answer or 5xx, the center's own refusal for 4xx, NotAllowed for
        a server whose key is not the pinned one.
        """
        there = origin(self._base, (self._pin,))
        headers = {"content-type": _JSON, "zhengtong-node": self._node}
        full = PREFIX + path
        if signed:
            headers |= sign_local(
                method=method, path=full.partition("?")[0], content_type=_JSON, body=body,
                nonce=str(uuid4()), key=self._key, created=self._clock.now(),
            )  # fmt: skip
        if etag:
            headers["if-none-match"] = f'"{etag}"'
        try:
            async with self._open().request(
                method, there.url + full, data=body, headers=headers, allow_redirects=False, ssl=there.ssl
            ) as answer:
                raw = await _bounded(answer)
        except aiohttp.ServerFingerprintMismatch as error:
            raise NotAllowed("node.pin_differs", address=there.url) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable("node.center_unreachable", reason=type(error).__name__) from error
        if answer.status >= 500:
            raise Unreachable("node.center_unreachable", reason=f"HTTP {answer.status}")
        if answer.status >= 400 or 300 <= answer.status != 304:
            raise _refusal(answer.status, raw)
        return CenterAnswer(answer.status, raw)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            wait = aiohttp.ClientTimeout(total=CENTER_ANSWER_S, connect=PEER_CONNECT_S)
            self._session = aiohttp.ClientSession(
                timeout=wait, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._session


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_chunked(64 << 10):
        size += len(part)
        if size > DIRECTORY_B:
            raise RuleBroken("wire.too_long", thing="center answer", size=size, limit=DIRECTORY_B)
        parts.append(part)
    return b"".join(parts)


def _refusal(status: int, raw: bytes) -> PlatformError:
    """The center's problem+json as an error of ours; its words travel as facts because its keys may be unknown here."""
    try:
        held = json.loads(raw)
        facts: dict[str, Fact] = {
            "status": status,
            "said": str(held.get("detail") or held.get("title", ""))[:200],
            "center_key": str(held.get("key", "")),
        }
        facts["remedy"] = str(held.get("remedy", ""))[:200]
    except (ValueError, AttributeError):
        facts = {"status": status, "said": "-", "center_key": "-", "remedy": "-"}
    return NotAllowed("node.center_refused", **facts)
