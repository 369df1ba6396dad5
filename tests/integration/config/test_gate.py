"""The gate under hostile clients, on real sockets."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from tests.support import sockets
from zhengtong.config import gate, serve
from zhengtong.config.gate import Bounds, Gate
from zhengtong.journal import downloads

BIG_BYTES = 48 * 1024 * 1024
HOSTILE = 16
PAGES = 60
P95_S_MAX = 1.0


def page(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Stands where Django stands: 5 ms of work and an answer that says what came."""
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.6)
    if environ["PATH_INFO"] == "/large":
        body = b"x" * (8 * 1024 * 1024)
    time.sleep(0.005)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body or environ["PATH_INFO"].encode("latin-1")]


def _p95(port: int, path: str = "/page") -> float:
    taken = []
    for _ in range(PAGES):
        began = time.monotonic()
        status, _, _ = sockets.get(port, path)
        taken.append(time.monotonic() - began)
        assert status == 200
    return sorted(taken)[int(PAGES * 0.95)]


@pytest.fixture
def export(tmp_path: Path, settings: LazySettings) -> Path:
    settings.ZHENGTONG_HOME = tmp_path
    made = downloads.folder() / "目录.bin"
    made.write_bytes(bytes(range(256)) * 4096)
    return made


def _offer(path: Path) -> str:
    return downloads.offer(path, filename="目录.bin", content_type="application/octet-stream")


def test_half_sent_posts_and_stalled_downloads_do_not_slow_a_page(export: Path) -> None:
    export.write_bytes(b"\0" * BIG_BYTES)
    with sockets.serving(Gate(page, threads=4)) as port, contextlib.ExitStack() as held:
        for _ in range(HOSTILE):
            held.enter_context(sockets.half_sent_post(port))
            held.enter_context(sockets.half_sent_head(port))
            held.enter_context(sockets.stalled_get(port, _offer(export)))
            held.enter_context(sockets.stalled_get(port, "/large"))
        assert _p95(port) <= P95_S_MAX


@pytest.mark.fault(
    "config.body_too_slow",
    what="a request promises a body and does not send it",
    unchanged="no thread is spent and nothing reaches Django",
)
def test_a_body_that_does_not_come_is_refused_in_time() -> None:
    with sockets.serving(Gate(page, bounds=Bounds(body_s=0.3))) as port, sockets.half_sent_post(port) as client:
        began = time.monotonic()
        said = sockets.answer_of(client)
        assert time.monotonic() - began < 5
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"config.body_too_slow" in said
    assert b"application/problem+json" in said


def test_a_trickled_body_does_not_win_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with sockets.serving(Gate(page, bounds=Bounds(body_s=0.5))) as port, sockets.half_sent_post(port) as client:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            for _ in range(40):
                client.sendall(b"x")
                time.sleep(0.05)
                if time.monotonic() - began > 1.5:
                    break
        assert sockets.answer_of(client).startswith(b"HTTP/1.1 408 ")


@pytest.mark.fault(
    "config.body_too_large",
    what="a body over the bound, its length told or not",
    unchanged="it is not read to the end and nothing reaches Django",
)
@pytest.mark.parametrize("told", [True, False])
def test_an_oversized_body_is_refused_told_or_untold(told: bool) -> None:
    head = "Content-Length: 5000" if told else "Transfer-Encoding: chunked"
    begun = f"POST / HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode()
    app = Gate(page, bounds=Bounds(body_bytes=1000))
    with sockets.serving(app) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(begun if told else begun + b"7d0\r\n" + b"x" * 2000 + b"\r\n")
        said = sockets.answer_of(client)
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"config.body_too_large" in said


def test_bodies_together_have_a_bound() -> None:
    app = Gate(page, bounds=Bounds(bodies_bytes=15))
    with sockets.serving(app) as port, sockets.half_sent_post(port), sockets.half_sent_post(port) as second:
        assert sockets.answer_of(second).startswith(b"HTTP/1.1 503 ")


@pytest.mark.fault(
    "config.busy",
    what="more whole requests than may wait for a thread",
    unchanged="the refused requests never began; the others are answered",
)
def test_a_full_queue_is_refused_at_once_with_a_time_to_come_back() -> None:
    with sockets.serving(Gate(page, threads=1, bounds=Bounds(waiting=2))) as port:
        answers: list[tuple[int, dict[str, str], bytes]] = []
        threads = [threading.Thread(target=lambda: answers.append(sockets.get(port, "/slow"))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused = [a for a in answers if a[0] == 503]
        assert len([a for a in answers if a[0] == 200]) == 2
        assert len(refused) == 4
        assert refused[0][1]["retry-after"] == "2"
        assert sockets.get(port, "/after")[0] == 200


def test_a_head_that_does_not_end_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "HEAD_S_MAX", 0.3)
    with sockets.serving(Gate(page)) as port, sockets.half_sent_head(port) as client:
        assert sockets.answer_of(client) == b""


def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Gate(page, bounds=Bounds(send_s=0.3))
    with sockets.serving(app) as port, sockets.stalled_get(port, "/large"):
        deadline = time.monotonic() + 10
        while app._open == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        while app._open and time.monotonic() < deadline:
            time.sleep(0.05)
        assert app._open == 0


def test_the_body_path_and_query_arrive_whole() -> None:
    with sockets.serving(Gate(page)) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"POST /%E7%9B%AE?q=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nab")
        time.sleep(0.05)
        client.sendall(b"cdef")
        assert b"\r\n\r\nabcdef" in client.recv(65536)


def test_a_refusal_is_said_in_the_callers_language() -> None:
    with sockets.serving(Gate(page, bounds=Bounds(connections=0))) as port:
        english = json.loads(sockets.get(port, "/api/", Accept_Language="en")[2])
        chinese = json.loads(sockets.get(port, "/api/")[2])
        chosen = json.loads(sockets.get(port, "/", Cookie="django_language=en")[2])
        shipped = json.loads(sockets.get(port, "/", Accept_Language="en")[2])  # a browser's, not its reader's
    assert english["title"] == "The system is busy; this request was not taken in."
    assert chinese["title"] == shipped["title"] == "系统正忙，本次请求没有受理"
    assert chosen["title"] == english["title"]
    assert english["key"] == chinese["key"] == "config.busy"


@pytest.mark.parametrize(
    ("wanted", "status", "first", "size"),
    [
        ("", 200, 0, 1024 * 1024),
        ("bytes=0-9", 206, 0, 10),
        ("bytes=1048570-", 206, 1048570, 6),
        ("bytes=-16", 206, 1048560, 16),
        ("bytes=10-99999999", 206, 10, 1048566),
        ("bytes=2000000-", 416, 0, 0),
        ("bytes=9-3", 416, 0, 0),
        ("lines=1-2", 200, 0, 1024 * 1024),
    ],
)
def test_a_file_is_served_whole_or_by_range(export: Path, wanted: str, status: int, first: int, size: int) -> None:
    with sockets.serving(Gate(page)) as port:
        answer = sockets.get(port, _offer(export), **({"Range": wanted} if wanted else {}))
    assert (answer[0], len(answer[2])) == (status, size)
    assert answer[2] == export.read_bytes()[first : first + size]
    if status == 206:
        assert answer[1]["content-range"] == f"bytes {first}-{first + size - 1}/{1024 * 1024}"


def test_a_changed_file_is_not_resumed(export: Path) -> None:
    with sockets.serving(Gate(page)) as port:
        address = _offer(export)
        etag = sockets.get(port, address, Range="bytes=0-9")[1]["etag"]
        export.write_bytes(b"new" * 100)
        assert sockets.get(port, address, Range="bytes=10-", If_Range=etag)[0] == 200


@pytest.mark.parametrize("spoil", ["forged", "late", "gone", "outside"])
@pytest.mark.fault(
    "journal.link_expired",
    what="a download address that is forged, too old, or points outside the exports",
    unchanged="no byte of any file is sent",
)
def test_a_bad_address_serves_nothing(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    address = _offer(export)
    if spoil == "forged":
        address = address.replace("/files/", "/files/x")
    elif spoil == "late":
        monkeypatch.setattr(downloads, "LINK_S", -1)
    elif spoil == "gone":
        export.unlink()
    else:
        export.unlink()
        (tmp_path / "secret").write_text("key")
        export.symlink_to(tmp_path / "secret")
    with sockets.serving(Gate(page)) as port:
        status, _, body = sockets.get(port, address)
    assert (status, json.loads(body)["key"]) == (404, "journal.link_expired")


def test_named_bounds_are_what_the_deployment_gets() -> None:
    assert Gate(page).bounds == Bounds(
        gate.BODY_BYTES_MAX, gate.BODIES_BYTES_MAX, gate.BODY_S_MAX, gate.CONNECTIONS_MAX, gate.WAITING_MAX,
        gate.WAIT_S_MAX, gate.SEND_S_MAX, gate.BODY_GRACE_S, gate.BODIES_A_CLIENT,
    )  # fmt: skip


def test_a_body_slower_than_the_slowest_line_is_given_up_early() -> None:
    with sockets.serving(Gate(page, bounds=Bounds(body_grace_s=0.3))) as port, sockets.half_sent_post(port) as client:
        began = time.monotonic()
        assert sockets.answer_of(client).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 5  # not body_s


def test_one_machines_slow_bodies_push_out_each_other_and_nobody_else() -> None:
    bounds = Bounds(body_s=30, body_grace_s=30, bodies_a_client=4, connections=8)
    with sockets.serving(Gate(page, bounds=bounds)) as port, contextlib.ExitStack() as held:
        slow = [held.enter_context(sockets.half_sent_post(port)) for _ in range(12)]
        assert sockets.answer_of(slow[0]).startswith(b"HTTP/1.1 408 ")
        assert sockets.get(port, "/page")[0] == 200


def test_a_full_house_still_says_that_it_lives() -> None:
    with sockets.serving(Gate(page, bounds=Bounds(connections=2))) as port, contextlib.ExitStack() as held:
        for _ in range(3):
            held.enter_context(sockets.half_sent_post(port))
        time.sleep(0.2)
        assert sockets.get(port, "/page")[0] == 503
        assert sockets.get(port, "/livez")[0] == 200
