"""The command line's way to a running node (命令行调用): loopback, with the admin token of the home."""

import json
from typing import Any

import aiohttp

from zhengtong.kernel.errors import Unreachable
from zhengtong.node.bounds import PEER_CONNECT_S, PULL_WAIT_S
from zhengtong.node.gateway.callers import SYSTEM_FIELD
from zhengtong.node.home import NodeHome


async def call_node(
    home: NodeHome, method: str, path: str, body: dict[str, Any] | None = None, *, system: str = ""
) -> tuple[int, dict[str, Any]]:  # Any: JSON that is printed as it is
    """One call to the node that serves this home.  Raises Unreachable if none does."""
    try:
        url = json.loads(home.serving.read_text(encoding="utf-8"))["url"]
    except FileNotFoundError:
        raise Unreachable("node.not_serving", code=home.code) from None
    headers = {"authorization": f"Bearer {home.secret('admin.token')}", SYSTEM_FIELD: system}
    wait = aiohttp.ClientTimeout(total=PULL_WAIT_S, connect=PEER_CONNECT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=wait) as session,
            session.request(method, url + path, json=body or {}, headers=headers) as answer,
        ):
            return answer.status, await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreachable("node.not_serving", code=home.code) from error
