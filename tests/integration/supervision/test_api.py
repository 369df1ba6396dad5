"""Orders, meetings, bulletins, quality, projects and money over HTTP."""

import json
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.integration.supervision.conftest import Late, SignIn
from tests.support.sharing_hall import Hall
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db
API = "/api/supervision"


def get(client: Client, path: str, *, status: int = 200) -> Any:
    answer = cast(HttpResponse, client.get(f"{API}{path}"))
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content)


def post(client: Client, path: str, body: object, key: str, *, status: int = 200) -> Any:
    answer = cast(
        HttpResponse,
        client.post(
            f"{API}{path}", json.dumps(body), content_type="application/json", headers={"Idempotency-Key": key}
        ),
    )
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content)


def test_an_order_from_issue_to_acceptance(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    leader, land = sign_in(hall.holder("wl-data", Role.AUTHORITY_LEADER)), sign_in(hall.officer("wl-land"))
    said = {"organization": str(hall.organs["wl-land"]), "text": "说明逾期原因", "due_on": "2026-11-01"}
    post(land, "/directives", said, "order-by-nobody", status=403)
    made = post(leader, "/directives", said, "order-once-0001")
    assert post(leader, "/directives", said, "order-once-0001") == made
    path = f"/directives/{made['id']}/steps"
    post(leader, f"{path}/report_directive", {"text": "自己报告"}, "report-by-issuer", status=404)
    reported = post(land, f"{path}/report_directive", {"text": "已经补办并说明"}, "report-0001")
    assert (reported["state"], reported["report"]) == ("reported", "已经补办并说明")
    post(leader, f"{path}/nonsense", {"text": "什么也不是"}, "nonsense-0001", status=404)
    again = post(leader, f"{path}/ask_directive_again", {"text": "还缺附件", "due_on": "2026-11-08"}, "again-0001")
    assert (again["state"], again["due_on"]) == ("owed", "2026-11-08")
    post(land, f"{path}/report_directive", {"text": "附件已经补上"}, "report-0002")
    assert post(leader, f"{path}/accept_directive", {"text": "同意办结"}, "accept-0001")["state"] == "accepted"
    assert [line["number"] for line in get(land, "/directives?sort=due")["rows"]] == [made["number"]]
    get(sign_in(hall.officer("wl-tax")), f"/directives/{made['id']}", status=404)


def test_minutes_and_the_months_bulletin(hall: Hall, late: Late, today: FixedClock, sign_in: SignIn) -> None:
    leader, land = sign_in(hall.holder("wl-data", Role.AUTHORITY_LEADER)), sign_in(hall.officer("wl-land"))
    minutes = {
        "title": "第三次联席会议", "held_on": "2026-10-12", "text": "研究管线数据共享",
        "present": [str(hall.organs["wl-land"])],
        "conclusions": [
            {"organization": str(hall.organs["wl-land"]), "text": "十一月前编制目录", "due_on": "2026-11-01"}
        ],
    }  # fmt: skip
    made = post(leader, "/meetings", minutes, "meeting-0001")
    assert [one["organization_name"] for one in made["directives"]] == ["市自然资源和规划局"]
    assert get(land, f"/meetings/{made['id']}")["title"] == "第三次联席会议"
    assert [one["number"] for one in get(land, "/meetings")["rows"]] == [made["number"]]
    issued = post(leader, "/bulletins", {"month": "2026-09", "text": "请各部门对照"}, "bulletin-0001")
    assert (issued["month"], len(issued["digest"]) > 60) == ("2026-09", True)
    assert post(land, f"/bulletins/{issued['id']}/read", {}, "read-0001")["read"] == issued["read"] + 1
    assert [one["number"] for one in get(land, "/bulletins")["rows"]] == [issued["number"]]
    post(leader, "/bulletins", {"month": "2026-13"}, "bulletin-0002", status=422)


def test_what_is_only_read(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    leader = sign_in(hall.holder("wl-data", Role.AUTHORITY_LEADER))
    names = {line["name"] for line in get(leader, "/quality?department=wl-land")}
    assert "不动产登记（房屋）信息" in names
    one = get(leader, f"/quality/{hall.entries['R03']}")
    assert set(one["parts"]) == {"metadata", "data", "timeliness"}
    assert one["checks"]["filled"] is None
    assert get(leader, "/projects")["rows"] == []
    assert get(leader, "/budget?year=2027")["rows"] == []
    assert "wl-land" in {row["code"] for row in get(leader, "/guarantee/2026")}
    get(leader, "/quality?department=nowhere", status=404)
