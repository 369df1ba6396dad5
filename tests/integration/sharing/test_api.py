"""The life of each thing of sharing over HTTP: by the seats that may, refused to those that may not, once per key."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any, cast
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted, received
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.offers import offer
from zhengtong.sharing.rules import Mode, TakeoverRow

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
SignIn = Callable[[Actor], Client]
API = "/api/sharing"
KEY = "990102001001GB00017F00010001"


class Caller:
    """Somebody who calls the interface, each write with a key of its own."""

    def __init__(self, client: Client) -> None:
        self.client, self.calls = client, 0

    def get(self, path: str, *, status: int = 200) -> Any:
        answer = cast(HttpResponse, self.client.get(f"{API}{path}"))
        assert answer.status_code == status, answer.content.decode()
        return json.loads(answer.content)

    def post(self, path: str, body: object = None, *, status: int = 200, key: str = "") -> Any:
        self.calls += 1
        answer = cast(
            HttpResponse,
            self.client.post(
                f"{API}{path}", json.dumps(body or {}), content_type="application/json",
                headers={"Idempotency-Key": key or f"call-{id(self)}-{self.calls:04}"},
            ),
        )  # fmt: skip
        assert answer.status_code == status, answer.content.decode()
        return json.loads(answer.content)


@pytest.fixture
def caller(sign_in: SignIn) -> Callable[[Actor], Caller]:
    callers = dict[Actor, Caller]()

    def of(actor: Actor) -> Caller:
        if actor not in callers:
            callers[actor] = Caller(sign_in(actor))
        return callers[actor]

    return of


Calls = Callable[[Actor], Caller]


def test_a_correction_from_filing_to_the_reading(hall: Hall, today: FixedClock, caller: Calls) -> None:
    grant = granted(hall)
    land, market = caller(hall.officer("wl-land")), caller(hall.officer("tl-market"))
    delivered = land.post(f"/grants/{grant}/steps/deliver")
    assert (delivered["state"], delivered["consumer"]["code"]) == ("active", "tl-market")
    said = {
        "entry": str(hall.entries["R03"]), "item": "usage", "record_key": KEY, "value_seen": "住宅",
        "value_claimed": "商业服务", "evidence": "证书记载为商业服务", "cases": ["餐0017"],
    }  # fmt: skip
    made = market.post("/corrections", said, key="the-same-key-twice")
    assert market.post("/corrections", said, key="the-same-key-twice") == made
    assert market.post("/corrections", {**said, "item": "area"}, key="the-same-key-twice", status=422)
    path = f"/corrections/{made['id']}"
    assert (made["state"], made["cases"], KEY in json.dumps(made)) == ("filed", ["餐0017"], False)
    assert land.post(f"{path}/value")["record_key"] == KEY
    caller(hall.officer("wl-tax")).post(f"{path}/value", status=404)
    caller(hall.officer("wl-tax")).get(path, status=404)
    market.post(f"{path}/answer", {"outcome": "corrected", "cause": "使用方自行更正"}, status=404)
    answered = land.post(f"{path}/answer", {"outcome": "corrected", "cause": "迁移时翻译错误", "others_found": 37})
    assert (answered["state"], answered["others_found"], answered["verbs"]) == ("corrected", 37, [])
    assert [line["number"] for line in market.get("/corrections?state=corrected")["rows"]] == ["C01"]
    assert [flag["case"] for flag in market.get("/flagged-cases?case=0017")["rows"]] == ["餐0017"]


def test_a_persons_request_from_the_counter_to_the_answer(hall: Hall, today: FixedClock, caller: Calls) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=today)
    market, land = caller(hall.officer("tl-market")), caller(hall.head("wl-land"))
    said = {
        "entry": str(hall.entries["R03"]), "item": "usage", "name": "林芸帆", "identifier": "证件", "contact": "地址",
        "record_key": KEY, "value_seen": "住宅", "value_claimed": "商业服务", "evidence": "证书记载为商业服务",
    }  # fmt: skip
    made = market.post("/persons", said)
    assert "林芸帆" not in json.dumps(made, ensure_ascii=False)
    path = f"/persons/{made['id']}"
    assert market.post(f"{path}/value")["name"] == "林芸帆"
    land.get(path, status=404)
    market.post(f"{path}/steps/tell", {"text": "还没有结果"}, status=409)
    market.post(f"{path}/steps/nonsense", {"text": "什么也不是"}, status=404)
    passed = market.post(f"{path}/steps/pass_on")
    answer = {"outcome": "not_corrected", "cause": "与登记簿一致"}
    land.post(f"/corrections/{passed['correction']}/answer", answer)
    told = market.post(f"{path}/steps/tell", {"text": "登记簿记载无误，可以投诉", "channel": "letter"})
    assert (told["state"], told["is_corrected"], told["cause"]) == ("told", False, "与登记簿一致")
    assert [line["number"] for line in market.get("/persons?state=told")["rows"]] == ["G01"]


def test_a_demand_from_need_to_entry(hall: Hall, today: FixedClock, caller: Calls) -> None:
    market, authority = caller(hall.officer("tl-market")), caller(hall.holder("wl-data", Role.AUTHORITY_REVIEWER))
    made = market.post(
        "/demands",
        {
            "what": "燃气用户信息",
            "items": ["户号"],
            "matter": "餐饮许可",
            "legal_basis": "燃气管理条例",
            "holder_name": "市燃气公司",
        },
    )
    path = f"/demands/{made['id']}"
    market.post(f"{path}/steps/coordinate", {"text": "自己协调"}, status=404)
    authority.post(f"{path}/steps/name_source", {"text": "由其编目"}, status=422)
    named = authority.post(
        f"{path}/steps/name_source",
        {"text": "由其编目", "source": str(hall.organs["wl-land"]), "catalog_by": "2026-10-16"},
    )
    assert (named["state"], named["source"]) == ("coordinating", "市自然资源和规划局")
    helped = {"text": "派人指导编目", "contact": "数据科", "day": "2026-09-20"}
    authority.post(f"{path}/steps/offer_help", helped)
    market.post(f"{path}/steps/read_help")
    linked = authority.post(f"{path}/steps/link", {"entry": str(hall.entries["R03"])})
    assert linked["met_by"] == str(hall.entries["R03"])
    (line,) = market.get("/board")
    assert (line["number"], line["stage"]) == ("D1", linked["stage"])
    caller(hall.officer("wl-tax")).get(path, status=404)


def test_a_change_a_takeover_and_a_maintenance(hall: Hall, today: FixedClock, caller: Calls) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=today)
    head, consumer = caller(hall.head("wl-land")), caller(hall.head("tl-market"))
    made = head.post(
        f"/grants/{grant}/changes", {"kind": "stop", "reason": "系统并入省级平台", "effective_on": "2027-03-01"}
    )
    assert consumer.post(f"/changes/{made['id']}/steps/agree")["state"] == "agreed"
    consumer.post(f"/changes/{made['id']}/steps/nonsense", status=404)
    assert [one["number"] for one in consumer.get(f"/grants/{grant}/changes")] == ["B01"]
    caller(hall.officer("wl-tax")).get(f"/changes/{made['id']}", status=404)
    existing = TakeoverRow(
        1, offer(entry=hall.entries["R03"]).code, "tl-market", ("located", "unit_no"), (Mode.QUERY,), "tl-market-food",
        "既有核验", "食品经营许可和备案管理办法", ("unit_no",), 100, 100, date(2027, 12, 31), date(2027, 3, 1),
    )  # fmt: skip
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    (taken,) = services.file_takeovers(rows=(existing,), actor=reviewer, clock=today)
    consumer.post(f"/takeovers/{taken}/steps/confirm", status=404)
    assert head.post(f"/takeovers/{taken}/steps/confirm")["grant"] is not None
    window = {
        "entry": str(hall.entries["R03"]), "begins_at": "2026-10-16T22:00:00+08:00",
        "ends_at": "2026-10-17T02:00:00+08:00", "reason": "升级数据库",
    }  # fmt: skip
    officer = caller(hall.officer("wl-land"))
    officer.post("/maintenance", {**window, "begins_at": "2026-10-16T22:00:00"}, status=422)
    planned = officer.post("/maintenance", window)["maintenance"]
    assert [one["id"] for one in consumer.get("/maintenance")] == [planned]
    officer.post(f"/maintenance/{planned}/cancel")


def test_a_grant_is_suspended_ended_and_its_data_disposed_of(hall: Hall, today: FixedClock, caller: Calls) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=today)
    head, consumer = caller(hall.head("wl-land")), caller(hall.officer("tl-market"))
    consumer.post(f"/grants/{grant}/steps/suspend", {"text": "自己暂停自己"}, status=404)
    suspended = head.post(f"/grants/{grant}/steps/suspend", {"text": "用于短信推广", "rectify_by": "2026-09-30"})
    assert suspended["state"] == "suspended"
    head.post(f"/grants/{grant}/steps/terminate", {"text": "拒不整改到位"}, status=422)
    assert head.post(f"/grants/{grant}/steps/lift", {"text": "整改到位，已核查"})["state"] == "active"
    assert consumer.post(f"/grants/{grant}/steps/relinquish", {"text": "不再需要"})["state"] == "terminated"
    owed = consumer.get(f"/grants/{grant}/disposal")
    assert (owed["state"], owed["verbs"]) == ("owed", ["report"])
    consumer.post(f"/grants/{grant}/disposal", {"method": "destroyed", "evidence": "清除记录〔2026〕1号"})
    caller(hall.officer("wl-land")).post(f"/grants/{grant}/disposal/again", {"reason": "没有写明备份"})
    consumer.post(f"/grants/{grant}/disposal", {"method": "destroyed", "evidence": "清除记录〔2026〕2号，含备份"})
    accepted = caller(hall.officer("wl-land")).post(f"/grants/{grant}/disposal/accept")
    assert (accepted["state"], accepted["verbs"]) == ("accepted", [])
    caller(hall.officer("wl-tax")).get(f"/grants/{grant}/disposal", status=404)


def test_lists_page_sort_and_hide(hall: Hall, today: FixedClock, caller: Calls) -> None:
    for n, day in enumerate((3, 1, 2)):
        received(hall, FixedClock.on(date(2026, 9, day)), purpose=f"用途{n}")
    grant = granted(hall)
    market = caller(hall.officer("tl-market"))
    (line,) = market.get("/grants?role=consumer&sort=-until")["rows"]
    assert UUID(line["id"]) == grant
    assert "ETag" in market.client.get(f"{API}/grants/{grant}").headers
    assert market.get("/takeovers")["rows"] == []
    for path in ("/grants", "/corrections", "/persons", "/demands", "/takeovers", "/flagged-cases"):
        assert caller(hall.officer("wl-tax")).get(path)["rows"] == []
        assert market.client.get(f"{API}{path}?rows=100000").status_code == 200
    assert queries.grants(actor=hall.officer("tl-market"), on=today.today()).rows[0].id == grant


def test_a_write_without_a_key_is_refused_and_a_stranger_signs_in_first(hall: Hall, today: FixedClock) -> None:
    for path in ("/demands", "/corrections", "/persons", "/maintenance"):
        answer = Client().post(f"{API}{path}", "{}", content_type="application/json")
        assert answer.status_code in (401, 403)
