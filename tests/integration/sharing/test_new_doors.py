"""Disputes and emergency stops over HTTP: pages without scripts, JSON with idempotency keys, nothing for strangers."""

import json
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.test import Client

from tests.support.sharing_forms import HOUSES
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted, received
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role
from zhengtong.sharing import services
from zhengtong.sharing.rules import Ground, ItemAnswer, Outcome, ReplyForm

pytestmark = pytest.mark.django_db
SignIn = Callable[[Actor], Client]


def _sent(client: Client, path: str, body: dict[str, object], key: str) -> tuple[int, dict[str, Any]]:
    token = client.get("/signin").cookies.get("csrftoken")
    assert token is None or token.value
    answer = client.post(
        path, json.dumps(body), content_type="application/json", headers={"idempotency-key": f"attempt-{key}-0001"}
    )
    return answer.status_code, cast("dict[str, Any]", answer.json())


def _refused(hall: Hall, clock: FixedClock) -> UUID:
    made = received(hall, clock)
    answers = tuple(ItemAnswer(code, Outcome.REFUSE, ground=Ground.OTHER, reason="系统升级") for code in HOUSES)
    services.prepare_reply(request=made, reply=ReplyForm(answers), actor=hall.officer("wl-land"), clock=clock)
    services.sign_reply(request=made, actor=hall.head("wl-land"), clock=clock)
    return made


def test_a_dispute_is_raised_once_however_often_it_is_sent(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    consumer, about = sign_in(hall.officer("tl-market")), str(_refused(hall, today))
    body: dict[str, object] = {"kind": "request", "about": about, "claim": "“系统升级”不是依据"}
    status, first = _sent(consumer, "/api/sharing/disputes", body, "k-1")
    assert (status, first["state"]) == (200, "negotiating"), first
    assert _sent(consumer, "/api/sharing/disputes", body, "k-1") == (200, first)
    status, problem = _sent(consumer, "/api/sharing/disputes", body, "k-2")
    assert status == 422
    assert problem["remedy"]
    step = f"/api/sharing/disputes/{first['dispute']}/steps"
    assert _sent(consumer, f"{step}/fail", {"text": "协商不成"}, "k-3")[1]["state"] == "mediation_asked"
    assert _sent(consumer, f"{step}/settle", {"text": "不归我办"}, "k-4")[0] == 404
    assert _sent(consumer, f"{step}/dance", {"text": "没有这一步"}, "k-5")[0] == 404
    assert len(consumer.get("/api/sharing/disputes?state=open").json()["rows"]) == 1
    stranger = sign_in(hall.officer("wl-tax"))
    assert stranger.get("/api/sharing/disputes").json()["rows"] == []
    assert stranger.get(f"/sharing/disputes/{first['dispute']}").status_code == 404


def test_a_resource_is_halted_on_the_page_and_the_grant_says_so(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    grant = granted(hall)
    head, consumer = sign_in(hall.head("wl-land")), sign_in(hall.officer("tl-market"))
    shown = head.get(f"/sharing/grants/{grant}").content.decode()
    address = next(part for part in shown.split('"') if "stops/new?code=" in part)
    assert "立即停用" in head.get(address).content.decode()
    said = {"scope": "resource", "code": unquote(address.partition("code=")[2]), "organization": ""}
    assert head.post("/sharing/stops/new", {**said, "reason": ""}).status_code == 422
    made = head.post("/sharing/stops/new", {**said, "reason": "发现异常批量查询"})
    assert made.status_code == 302
    for words in ("停用中", "发现异常批量查询", "另一名有权人员"):
        assert words in consumer.get(made["Location"]).content.decode()
    assert "紧急停用中，结点拒绝使用" in consumer.get(f"/sharing/grants/{grant}").content.decode()
    assert head.post(f"{made['Location']}/lift", {"report": "已查明"}).status_code == 422
    leader = sign_in(hall.holder("wl-data", Role.AUTHORITY_LEADER))
    assert "恢复" in leader.get(made["Location"]).content.decode()
    assert leader.post(f"{made['Location']}/lift", {"report": "查明为误报，已恢复"}).status_code == 302
    assert "紧急停用中" not in consumer.get(f"/sharing/grants/{grant}").content.decode()
    assert "已恢复" in leader.get("/sharing/stops").content.decode()


def test_who_may_halt_nothing_gets_no_form_and_no_door(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    officer = sign_in(hall.officer("tl-market"))
    assert officer.get("/sharing/stops/new").status_code == 404
    body: dict[str, object] = {"scope": "node", "target": str(hall.organs["wl-land"]), "reason": "试一试"}
    assert _sent(officer, "/api/sharing/stops", body, "k-1")[0] == 403
    assert officer.get("/api/sharing/stops").json()["rows"] == []
    assert "stops/new" not in officer.get(f"/sharing/grants/{granted(hall)}").content.decode()
    head = sign_in(hall.head("wl-land"))
    for wrong in ({"scope": "resource", "code": "没有"}, {"scope": "node", "organization": ""}):
        assert head.post("/sharing/stops/new", {**wrong, "reason": "试一试停用"}).status_code == 404
    assert Client().get("/sharing/stops").status_code == 302


def test_a_stop_over_the_interface(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    granted(hall)
    head, leader = sign_in(hall.head("wl-land")), sign_in(hall.holder("wl-data", Role.AUTHORITY_LEADER))
    body: dict[str, object] = {"scope": "node", "target": str(hall.organs["wl-land"]), "reason": "主机失陷"}
    status, told = _sent(head, "/api/sharing/stops", body, "k-1")
    assert (status, told["state"]) == (200, "in_force")
    assert _sent(head, "/api/sharing/stops", body, "k-2")[0] == 409
    (row,) = leader.get("/api/sharing/stops?state=in_force").json()["rows"]
    assert (row["number"], row["organ"]["code"], row["grants"]) == (told["number"], "wl-land", 1)
    lift = f"/api/sharing/stops/{told['stop']}/lift"
    assert _sent(head, lift, {"report": "自己恢复"}, "k-3")[0] == 422
    assert _sent(leader, lift, {"report": "已重装主机"}, "k-4")[1]["state"] == "lifted"
