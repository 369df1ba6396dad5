"""Who is calling from inside (本机调用方): systems by token or key, the engineer by the admin token.

Local and admin endpoints answer loopback only, whatever address the gateway listens on.
"""

import hashlib
import hmac

from starlette.requests import Request

from zhengtong.kernel.errors import NotAllowed
from zhengtong.node import accounts
from zhengtong.node.core import Core
from zhengtong.node.pinning import is_loopback
from zhengtong.node.service import Node
from zhengtong.wire.http_signature import verify_local
from zhengtong.wire.suites import key_id

SYSTEM_FIELD = "zhengtong-system"


def node_of(request: Request) -> Node:
    """The node that answers."""
    node: Node = request.app.state.node
    return node


async def system_of(request: Request) -> str:
    """The registered system that calls.  Raises NotAllowed for anybody else."""
    _loopback(request)
    core = node_of(request).core
    token = _bearer(request)
    if token and _same(token, core.home.secret("admin.token")):
        return _named(request, core)
    if token:
        digest = hashlib.sha256(token.encode()).hexdigest()
        row = core.reader.execute("SELECT code FROM system WHERE token_digest = ?", (digest,)).fetchone()
        if row is None:
            raise NotAllowed("node.system_unknown")
        return str(row["code"])
    return await _signed_by(request, core)


def engineer(request: Request) -> None:
    """Refuse whoever does not hold this node's admin token."""
    _loopback(request)
    if not _same(_bearer(request), node_of(request).core.home.secret("admin.token")):
        raise NotAllowed("node.admin_token")


def _named(request: Request, core: Core) -> str:
    """The engineer at the command line speaks for a registered system, by name."""
    code = request.headers.get(SYSTEM_FIELD, "")
    if core.reader.execute("SELECT 1 FROM system WHERE code = ?", (code,)).fetchone() is None:
        raise NotAllowed("node.system_unknown")
    return code


async def _signed_by(request: Request, core: Core) -> str:
    found: list[str] = []

    def key_for(key: str) -> str:
        for row in core.reader.execute("SELECT code, public FROM system WHERE public <> ''"):
            if key_id(row["public"]) == key:
                found.append(row["code"])
                return str(row["public"])
        raise NotAllowed("node.system_unknown")

    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
    call = verify_local(
        method=request.method, path=request.url.path, headers=headers, body=request.scope["body"],
        key_for=key_for, now=core.clock.now(),
    )  # fmt: skip
    code = found[0]
    fresh = await core.journal.do(
        lambda step: accounts.first_time(step.db, peer=f"system:{code}", message=call.nonce, now=core.clock.now())
    )
    if not fresh:
        raise NotAllowed("wire.refused_replay", id=call.nonce)
    return code


def _loopback(request: Request) -> None:
    if not is_loopback(request.client.host if request.client else ""):
        raise NotAllowed("node.loopback_only")


def _same(one: str, other: str) -> bool:
    """Whether two secrets are the same, as bytes: a header may hold any octet, `hmac` takes no text but ASCII."""
    return hmac.compare_digest(one.encode(), other.encode())


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
