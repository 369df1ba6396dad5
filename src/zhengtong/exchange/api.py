"""The exchange over HTTP for nodes (结点接口): signed requests in, signed documents out.

A node signs each request with its own key (wire.http_signature, local profile): no session,
no cookie.  A repeated call changes nothing: it is idempotent, or its nonce is taken once (`first`).
"""

from collections.abc import Mapping
from typing import cast

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from zhengtong.exchange import queries, services
from zhengtong.exchange.queries import NodeIdentity, StoredDocument
from zhengtong.exchange.rules import NodeState
from zhengtong.exchange.services.nodes import node_actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken
from zhengtong.wire.canonical import Json
from zhengtong.wire.http_signature import verify_local

BODY_BYTES_MAX = 1 << 20
JSON_TYPE = "application/json"
_HEARD = frozenset({NodeState.ACTIVE, NodeState.SUSPENDED})

router = Router(tags=["exchange"])


@router.get("/roots", auth=None, operation_id="exchange_roots")
def roots(request: HttpRequest, version: int = 0) -> HttpResponse:
    """The signed roots: the latest, or those of a version."""
    return _document(request, queries.stored_roots(version=version))


@router.post("/join", auth=None, operation_id="exchange_join")
def join(request: HttpRequest) -> HttpResponse:
    """Ask to be let in, with a one-time code (wire.join)."""
    joined = services.join(document=_body(request), clock=_clock(request))
    identity = queries.node_identity(code=joined.code)
    return JsonResponse(_standing(identity), status=202)


@router.get("/join", auth=None, operation_id="exchange_join_state")
def join_state(request: HttpRequest) -> HttpResponse:
    """Where the node stands; open to a node that waits."""
    return JsonResponse(_standing(_signed(request, states=frozenset(NodeState))))


@router.get("/members", auth=None, operation_id="exchange_members")
def members(request: HttpRequest, since: str = "") -> HttpResponse:
    """The members document, or what changed since a serial the center still holds."""
    node = _signed(request, states=_HEARD)
    found = queries.stored_members(since=since)
    services.heard(node=node.id, clock=_clock(request), directory=found.known_as)
    answer = _document(request, found)
    if found.is_delta and answer.status_code == 200:
        answer["zhengtong-delta"] = "1"
    return answer


@router.get("/grants", auth=None, operation_id="exchange_grants")
def grants(request: HttpRequest) -> HttpResponse:
    """The calling node's own bundle, nobody else's."""
    node = _signed(request, states=_HEARD)
    return _document(request, queries.stored_bundle(node_code=node.code))


@router.post("/receipts", auth=None, operation_id="exchange_receipts")
def receipts(request: HttpRequest) -> HttpResponse:
    """Report a batch of receipts (wire.records)."""
    node = _signed(request, states=_HEARD)
    answer = services.accept_receipts(node=node.id, document=_body(request), clock=_clock(request))
    refused = [{"index": one.index, "key": one.key, "message": one.message} for one in answer.refused]
    return JsonResponse(
        {
            "number": answer.number,
            "through": answer.through,
            "accepted": answer.accepted,
            "known": answer.known,
            "refused": refused,
        }
    )


@router.get("/heads", auth=None, operation_id="exchange_last_head")
def last_head(request: HttpRequest) -> HttpResponse:
    """The size and root of the last head co-signed for the node."""
    node = _signed(request, states=_HEARD)
    held = services.last_cosigned(node=node.id)
    return JsonResponse({"size": held.size, "root": held.root})


@router.post("/heads", auth=None, operation_id="exchange_cosign_head")
def cosign_head(request: HttpRequest) -> HttpResponse:
    """Have a ledger head co-signed."""
    node = _signed(request, states=_HEARD)
    told = _object(request)
    proof = told.get("proof", [])
    if not isinstance(proof, list) or not all(isinstance(one, str) for one in proof):
        raise RuleBroken("exchange.body_malformed", field="proof")
    signed = services.cosign_head(
        node=node.id, head=told.get("head"), proof=tuple(cast(list[str], proof)), clock=_clock(request)
    )
    cosigned = signed.document.to_json() if signed.document else None
    return JsonResponse({"size": signed.size, "root": signed.root, "cosigned": cosigned})


@router.post("/status", auth=None, operation_id="exchange_status")
def status(request: HttpRequest) -> HttpResponse:
    """Say how the node is doing."""
    node = _signed(request, states=frozenset({NodeState.ACTIVE}))
    told = _object(request)
    report = services.StatusReport(
        software=_text(told, "software", most=80),
        directory=_text(told, "directory", most=40),
        queue=_number(told, "queue"),
        ledger_size=_number(told, "ledger_size"),
        disk_free_bytes=_number(told, "disk_free_bytes"),
        address=_text(told, "address", most=200),
    )
    services.report_status(node=node.id, report=report, clock=_clock(request))
    return HttpResponse(status=204)


@router.post("/systems", auth=None, operation_id="exchange_system")
def systems(request: HttpRequest) -> HttpResponse:
    """Register or retire a system of the node's own organization."""
    node = _signed(request, states=frozenset({NodeState.ACTIVE}), first=True)
    told = _object(request)
    code = _text(told, "id", most=40) or ""
    actor = node_actor(node_code=node.code, organization=node.organization)
    if told.get("retire") is True:
        services.retire_system(organization=node.organization, code=code, actor=actor, clock=_clock(request))
        return JsonResponse({"id": code, "retired": True})
    services.register_system(
        organization=node.organization,
        code=code,
        name=_text(told, "name", most=100) or code,
        public=_text(told, "public", most=200) or "",
        actor=actor,
        clock=_clock(request),
    )
    return JsonResponse({"id": code, "retired": False}, status=201)


@router.post("/keys", auth=None, operation_id="exchange_offer_key")
def keys(request: HttpRequest) -> HttpResponse:
    """Offer the node's next signing key; a person approves it."""
    node = _signed(request, states=frozenset({NodeState.ACTIVE}), first=True)
    told = _object(request)
    services.offer_key(
        node=node.id,
        public=_text(told, "public", most=200) or "",
        proof=_text(told, "proof", most=200) or "",
        clock=_clock(request),
    )
    return JsonResponse({"state": "offered"}, status=202)


# ── who calls, and what it sent ─────────────────────────────────────────────


def _signed(request: HttpRequest, *, states: frozenset[NodeState], first: bool = False) -> NodeIdentity:
    """The node that signed this request; notes that it was heard.

    Raises NotAllowed, with `first` also for a signed request that came before.
    """
    clock, body = _clock(request), _body(request)
    found: list[NodeIdentity] = []

    def key_for(key: str) -> str:
        found.append(queries.node_identity(key_id=key))
        return found[0].public

    try:
        call = verify_local(
            method=request.method or "",
            path=request.path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            key_for=key_for,
            now=clock.now(),
        )
    except PlatformError as refused:
        raise NotAllowed("exchange.signature_bad", why=refused.key) from None
    node = found[0]
    if node.state not in states:
        raise NotAllowed("exchange.node_not_active", code=node.code)
    if first and not services.first_time(node=node.code, organization=node.organization, nonce=call.nonce, clock=clock):
        raise NotAllowed("exchange.signature_bad", why="wire.refused_replay")
    services.heard(node=node.id, clock=clock)
    return node


def _clock(request: HttpRequest) -> Clock:
    return cast(Clock, request.clock)  # pyright: ignore[reportAttributeAccessIssue] -- set by the middleware


def _body(request: HttpRequest) -> bytes:
    told = request.headers.get("Content-Length") or "0"
    if not told.isdigit() or int(told) > BODY_BYTES_MAX:
        raise RuleBroken("exchange.body_too_large", limit=BODY_BYTES_MAX)
    return request.body


def _object(request: HttpRequest) -> Mapping[str, Json]:
    try:
        value = cast(Json, orjson.loads(_body(request)))
    except orjson.JSONDecodeError:
        raise RuleBroken("exchange.body_malformed", field="JSON") from None
    if not isinstance(value, dict):
        raise RuleBroken("exchange.body_malformed", field="JSON")
    return value


def _text(told: Mapping[str, Json], name: str, *, most: int) -> str | None:
    value = told.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > most):
        raise RuleBroken("exchange.body_malformed", field=name)
    return value


def _number(told: Mapping[str, Json], name: str) -> int | None:
    value = told.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 62):
        raise RuleBroken("exchange.body_malformed", field=name)
    return value


def _standing(node: NodeIdentity) -> dict[str, object]:
    found = queries.stored_roots(version=0)
    return {
        "state": node.state.value,
        "node": node.code,
        "organization": node.organization_code,
        "fingerprint": node.fingerprint,
        "root_fingerprint": queries.root_fingerprint(),
        "roots": orjson.loads(found.body),
    }


def _document(request: HttpRequest, found: StoredDocument) -> HttpResponse:
    """Signed bytes as they are, or 304 when the caller holds them."""
    etag = f'"{found.etag}"'
    if found.is_held or etag in {one.strip() for one in request.headers.get("If-None-Match", "").split(",")}:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(found.body, content_type=JSON_TYPE)
    answer["ETag"] = etag
    answer["Cache-Control"] = "no-cache"
    return answer
