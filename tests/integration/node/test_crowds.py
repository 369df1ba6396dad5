"""Crowds of half-sent requests and silent lines: bounded for each address, and everybody else is answered."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.wire_city import Place, person_grant, two_departments
from zhengtong.node.gateway import bodies, lines, middleware

HALVES, SILENT = 256, 64


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with two_departments(tmp_path) as made:
        made.city.grant(person_grant())
        made.publish()
        yield made


def line(url: str, said: bytes = b"") -> socket.socket:
    parts = urlsplit(url)
    held = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)
    held.sendall(said)
    return held


def half(path: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n".encode() + b"{"


def answer(held: socket.socket, until: bytes) -> bytes:
    """What comes, until these words or the end of the line."""
    came = b""
    with contextlib.suppress(OSError):
        while until not in came and (part := held.recv(4096)):
            came += part
    return came


def closed_within(held: socket.socket, seconds: float) -> bool:
    """Whether the other side ends the line in time."""
    held.settimeout(seconds)
    try:
        while held.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.fault(
    "node.body_crowded",
    what="一台机器发来 256 个只发一半的请求和 64 条不说话的连接",
    unchanged="对方部门和本部门系统的调用照常答复；每个地址只留 32 个半截请求，不说话的连接到时关闭",
)
@pytest.mark.parametrize("path", ["/wire/v1/service", "/local/v1/query"])
def test_neither_peers_nor_own_systems_notice_a_crowd(place: Place, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "HEAD_S", 3.0)
    with contextlib.ExitStack() as all_lines:
        for node in (place.p, place.c):
            silent = [all_lines.enter_context(line(node.url)) for _ in range(SILENT)]
            halves = [all_lines.enter_context(line(node.url, half(path))) for _ in range(HALVES)]
        began = time.monotonic()
        for _ in range(20):
            assert place.query("0001-1")[0] == 200  # own system → own node → peer's node, all of them crowded
        took = time.monotonic() - began
        assert took < 5, took
        assert b"node.body_crowded" in answer(halves[0], b"node.body_crowded")
        assert all(closed_within(one, 5) for one in silent[:4])


@pytest.mark.fault("node.body_too_slow", what="请求体每秒不足一千字节", unchanged="宽限三秒后拒绝并关闭连接")
def test_a_body_that_drips_is_given_up_and_its_line_closed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_GRACE_S", 0.5)
    with line(place.p.url, half("/wire/v1/service")) as dripping:
        began, stop = time.monotonic(), threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not stop.wait(0.1):
                    dripping.sendall(b" ")

        thread = threading.Thread(target=drip)
        thread.start()
        assert b"node.body_too_slow" in answer(dripping, b"node.body_too_slow")
        assert time.monotonic() - began < 2
        assert closed_within(dripping, 2)
        stop.set()
        thread.join()


def test_a_body_in_pieces_that_keeps_its_pace_is_read_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_GRACE_S", 0.3)
    body = b'{"grant":"' + b"x" * 4000 + b'"}'
    head = f"POST /local/v1/query HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with line(place.c.url, head) as steady:
        for at in range(0, len(body), 500):
            steady.sendall(body[at : at + 500])
            time.sleep(0.1)
        assert b"403" in steady.recv(4096)[:20]  # read whole, and refused for having no token


@pytest.mark.fault("-", what="请求头只发一半，或在用过的连接上再发半个", unchanged="十秒后关闭连接")
def test_a_head_must_come_in_time_first_and_later(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "HEAD_S", 0.5)
    with line(place.p.url, b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ") as first:
        assert closed_within(first, 3)
    with line(place.p.url, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n") as used:
        assert b"200" in used.recv(4096)
        time.sleep(0.8)
        used.sendall(b"GET /healthz HTTP/1.1\r\nx-slow: ")
        assert closed_within(used, 3)


def test_when_all_lines_are_taken_idle_ones_make_room(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CONNECTIONS", 8)
    monkeypatch.setattr(lines, "OWN_CONNECTIONS", 2)
    with contextlib.ExitStack() as all_lines:
        silent = [all_lines.enter_context(line(place.p.url)) for _ in range(20)]
        assert place.query("0001-1")[0] == 200
        assert closed_within(silent[0], 2)
        assert not closed_within(silent[-1], 0.2)


@pytest.mark.fault("node.too_busy", what="对方部门的请求占满名额", unchanged="本部门系统另有名额，照常答复")
def test_own_systems_have_places_of_their_own(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "IN_FLIGHT", 0)
    token = place.provider.secret("admin.token")
    status, _ = place.p.post("/admin/v1/refresh", {}, token=token)
    assert status == 200
    refused = place.query("0001-1")[1]
    assert refused["key"] in {"node.peer_unsigned", "node.too_busy"}


@pytest.mark.parametrize("token", ["密", "\xff\xfe"])
def test_a_token_of_any_octets_is_a_wrong_token(place: Place, token: str) -> None:
    parts = urlsplit(place.c.url)
    for path, method in (("/metrics", "GET"), ("/local/v1/status", "GET")):
        asked = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        asked.putrequest(method, path)
        asked.putheader("authorization", b"Bearer " + token.encode("utf-8" if token == "密" else "latin-1"))
        asked.endheaders()
        assert asked.getresponse().status == 403
        asked.close()


def test_what_a_proxy_field_says_of_the_caller_counts_for_nothing(place: Place) -> None:
    parts = urlsplit(place.c.url)
    asked = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    bearer = f"Bearer {place.consumer.secret('admin.token')}"
    asked.request("GET", "/metrics", headers={"x-forwarded-for": "10.1.2.3", "authorization": bearer})
    assert asked.getresponse().status == 200
    asked.close()
