"""Endpoints for peers (结点间接口): bytes in, signed bytes out; `provider` and `outbound` decide."""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from zhengtong.node import failpoints
from zhengtong.node.incoming import Call, Reply
from zhengtong.node.outbound import ParcelFile
from zhengtong.node.service import Node
from zhengtong.wire.parcel import MEDIA_TYPE


async def service(request: Request) -> Response:
    """A verify or query call."""
    return _response(await _node(request).provider.service(_call(request)))


async def open_run(request: Request) -> Response:
    """Open a batch run."""
    return _response(await _node(request).runs.open(_call(request)))


async def parcel(request: Request) -> Response:
    """One parcel, with Range; the signed manifest after the last one."""
    found = await _node(request).runs.parcel(
        _call(request), run=request.path_params["run"], seq=request.path_params["seq"]
    )
    if isinstance(found, ParcelFile):
        there = found.path.stat()  # at once: a run closed while a thread looks would be an error of ours
        return FileResponse(
            found.path,
            media_type=MEDIA_TYPE,
            headers={"etag": f'"{found.digest}"'},
            stat_result=there,
            background=BackgroundTask(failpoints.reached, failpoints.PROVIDER_AFTER_SERVE),
        )
    return _response(found)


async def acknowledge(request: Request) -> Response:
    """Parcels are durable at the consumer, or the run is reconciled."""
    return _response(await _node(request).runs.acknowledge(_call(request), run=request.path_params["run"]))


def _node(request: Request) -> Node:
    node: Node = request.app.state.node
    return node


def _call(request: Request) -> Call:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
    path = request.scope["raw_path"].decode("ascii", "replace") + ("?" if request.scope["query_string"] else "")
    body: bytes = request.scope["body"]
    return Call(request.method, path, headers, body)


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, headers=dict(reply.headers))
