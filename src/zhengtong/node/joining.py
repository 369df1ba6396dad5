"""Joining (入网): the node pins the root, shows its own fingerprint, asks, and waits for two people."""

import asyncio
import json
from dataclasses import dataclass

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.bounds import JOIN_POLL_S
from zhengtong.node.center import CenterClient
from zhengtong.node.home import NodeHome
from zhengtong.wire.acceptance import accept_roots
from zhengtong.wire.canonical import to_millisecond
from zhengtong.wire.directory import ROOTS_BYTES_MAX
from zhengtong.wire.documents import parse_document
from zhengtong.wire.join import JoinRequest, join_document, join_fingerprint

ACTIVE, PENDING = "active", "pending"


@dataclass(frozen=True, slots=True)
class Joining:
    """Where a join stands, and the fingerprint to be read to the security administrator."""

    state: str
    fingerprint: str


def request_of(home: NodeHome, clock: Clock) -> JoinRequest:
    """What this node says of itself."""
    settings = home.settings
    return JoinRequest(
        node=home.code,
        organization=settings.organization or home.code,
        addresses=(settings.address,) if settings.address else (),
        tls_pins=(settings.tls_pin,) if settings.tls_pin else (),
        sign_key=home.sign_key().public,
        seal_key=home.seal_key().public,
        created=to_millisecond(clock.now()),
    )


async def join(
    home: NodeHome, *, center: str, one_time_code: str, root: str, wait_s: float, clock: Clock, pin: str = ""
) -> Joining:  # fmt: skip
    """Ask to be let in and poll until approved or `wait_s` has passed.

    Raises NotAllowed for a root other than the pinned one or a refused request, Unreachable for a center that is away.
    """
    pinned = pin or home.settings.center_pin
    client = CenterClient(center, node=home.code, key=home.sign_key(), clock=clock, pin=pinned)
    try:
        answer = await client.call("GET", "/roots", signed=False)
        document = parse_document(answer.body, kind="roots", max_bytes=ROOTS_BYTES_MAX)
        accept_roots(document, held=None, pinned=root, now=clock.now())
        asked = request_of(home, clock)
        fingerprint = join_fingerprint(asked)
        if one_time_code:
            body = join_document(asked, one_time_code=one_time_code, key=home.sign_key()).to_bytes()
            told = (await client.call("POST", "/join", body=body, signed=False)).json()
            if told.get("fingerprint") not in {None, fingerprint}:
                raise RuleBroken("node.join_fingerprint", here=fingerprint, there=str(told.get("fingerprint")))
        home.joined(center=center, root=root, organization=asked.organization, pin=pinned)
        return Joining(await _poll(client, wait_s), fingerprint)
    finally:
        await client.close()


async def announce(home: NodeHome, *, code: str, name: str, public: str, clock: Clock) -> None:
    """Publish a system's key in the directory, so that others may check what it signed."""
    settings = home.settings
    client = CenterClient(settings.center, node=home.code, key=home.sign_key(), clock=clock, pin=settings.center_pin)
    try:
        body = json.dumps({"id": code, "name": name or code, "suite": home.settings.suite, "public": public}).encode()
        await client.call("POST", "/systems", body=body)
    finally:
        await client.close()


async def _poll(client: CenterClient, wait_s: float) -> str:
    waited = 0.0
    while True:
        state = str((await client.call("GET", "/join")).json().get("state", PENDING))
        if state != PENDING or waited >= wait_s:
            return state
        await asyncio.sleep(JOIN_POLL_S)
        waited += JOIN_POLL_S
