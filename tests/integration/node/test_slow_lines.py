"""Slow, broken and crowded lines: bounded waits, resumed downloads, a node that goes on answering."""

import http.client
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.support.wire_city import person_grant, two_departments
from zhengtong.node.fetching import Fetcher
from zhengtong.node.gateway import bodies, middleware


@pytest.mark.fault(
    "node.body_too_slow", what="十六个只发一半的请求占住连接", unchanged="其他请求照常答复；半截请求到时被拒绝"
)
def test_half_sent_posts_do_not_stop_a_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_READ_S", 1.5)
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        parts = urlsplit(place.p.url)
        slow = [socket.create_connection((parts.hostname or "", parts.port or 0)) for _ in range(16)]
        try:
            for line in slow:
                line.sendall(b"POST /wire/v1/service HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
            assert place.query("0001-1")[0] == 200
            time.sleep(2)
            for line in slow:
                line.settimeout(10)
                answer = http.client.HTTPResponse(line)
                answer.begin()
                assert b"node.body_too_slow" in answer.read()
        finally:
            for line in slow:
                line.close()


@pytest.mark.fault("-", what="数据包下载中途断线", unchanged="从断处续传，内容逐字节相同，核对一致")
def test_a_broken_download_is_taken_up_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep, starts = Fetcher.keep_pieces, list[tuple[bool, int]]()

    async def broken_once(self: Fetcher, answer: Any, part: Path, *, from_start: bool) -> bytes:
        starts.append((from_start, answer.status))
        if len(starts) == 1:
            with open(part, "wb") as out:  # noqa: ASYNC230, PTH123
                out.write(await answer.content.read(1000))
            raise aiohttp.ClientPayloadError("cable pulled")
        return await keep(self, answer, part, from_start=from_start)

    monkeypatch.setattr(Fetcher, "keep_pieces", broken_once)
    with two_departments(tmp_path, rows=500) as place:
        place.city.grant(person_grant())
        place.publish()
        body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}
        status, told = place.c.post("/local/v1/pull", body, token=place.token)
        assert (status, told["rows"], told["reconciled"]) == (200, 500, True), told
    assert starts[:2] == [(True, 200), (False, 206)]


@pytest.mark.fault("node.too_busy", what="同时到来的请求超过上限", unchanged="超出的立即得到“稍后再试”，其余照常")
def test_what_is_beyond_the_bound_is_told_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "OWN_IN_FLIGHT", 0)
    with two_departments(tmp_path) as place:
        status, told = place.c.post("/local/v1/query", {}, token=place.token)
        assert (status, told["key"]) == (503, "node.too_busy")


def test_every_answer_forbids_caching_and_names_no_server(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        parts = urlsplit(place.p.url)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        line.request("GET", "/healthz")
        answer = line.getresponse()
        assert answer.status == 200
        assert b'"ready":true' in answer.read()
        assert answer.getheader("cache-control") == "no-store"
        assert answer.getheader("server") is None
        line.request("GET", "/metrics", headers={"authorization": f"Bearer {place.provider.secret('admin.token')}"})
        assert b"zhengtong_ledger_records" in line.getresponse().read()
        line.close()
