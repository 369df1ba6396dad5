"""Routes and middleware of a node, in the order they run (中间件次序)."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from zhengtong.node.desk.routes import DESK
from zhengtong.node.desk.sign_in import Tries
from zhengtong.node.gateway import admin, local, wire
from zhengtong.node.gateway.middleware import BoundedBody, BoundedConcurrency, DirectCalls, PlainErrors, SecureAnswers
from zhengtong.node.service import Node

MIDDLEWARE = [
    Middleware(SecureAnswers),  # 1 every answer: no caching, no sniffing, no server name
    Middleware(PlainErrors),  # 2 an error of ours becomes problem+json, a bug a bare 500 with its trace in the log
    Middleware(BoundedBody),  # 3 a body is read whole within its bytes and seconds, or refused
    Middleware(BoundedConcurrency),  # 4 at most IN_FLIGHT whole calls, the rest are told to come back
]
_SERVICE = frozenset({"/wire/v1/service", "/local/v1/query", "/local/v1/verify"})

ROUTES = [
    Route("/healthz", admin.health, methods=["GET"]),
    Route("/metrics", admin.metrics, methods=["GET"]),
    Route("/wire/v1/service", wire.service, methods=["POST"]),
    Route("/wire/v1/runs", wire.open_run, methods=["POST"]),
    Route("/wire/v1/runs/{run}/parcels/{seq:int}", wire.parcel, methods=["GET"]),
    Route("/wire/v1/runs/{run}/ack", wire.acknowledge, methods=["POST"]),
    Route("/local/v1/query", local.query, methods=["POST"]),
    Route("/local/v1/verify", local.verify, methods=["POST"]),
    Route("/local/v1/pull", local.pull, methods=["POST"]),
    Route("/local/v1/runs", local.runs, methods=["GET"]),
    Route("/local/v1/runs/{run}", local.run, methods=["GET"]),
    Route("/local/v1/status", local.status, methods=["GET"]),
    Route("/local/v1/refusals", local.refusals, methods=["GET"]),
    Route("/admin/v1/refresh", admin.refresh, methods=["POST"]),
    Route("/admin/v1/receipts", admin.receipts, methods=["POST"]),
    Route("/admin/v1/resume", admin.resume, methods=["POST"]),
    Route("/admin/v1/confirmations", admin.confirmations, methods=["GET"]),
    Route("/admin/v1/confirmations/{grant:path}", admin.confirm, methods=["POST"]),
    *DESK,
]


# Service calls are most of what a node answers: the innermost middleware hands them to their endpoint itself.
DIRECT = {("POST", route.path): route.endpoint for route in ROUTES if route.path in _SERVICE}


def build(node: Node) -> Starlette:
    """The application of a node that is open."""
    app = Starlette(routes=ROUTES, middleware=[*MIDDLEWARE, Middleware(DirectCalls, calls=DIRECT)])
    app.state.node = node
    app.state.tries = Tries()
    return app
