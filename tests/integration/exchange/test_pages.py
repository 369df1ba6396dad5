"""What people see of the exchange: fingerprints to compare, both ledger records, and why one failed."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.support.exchange_world import LAND, MARKET, FakeNode, grant_row, joined, visitor
from zhengtong.exchange import queries
from zhengtong.exchange.rules import NodeState
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.queries import organization_by_code
from zhengtong.parties.rules import Role
from zhengtong.wire.records import OutcomeKind

pytestmark = pytest.mark.django_db
ASK = "0193b3e0-0000-7000-8000-00000000000a"


def _refused(clock: FixedClock) -> UUID:
    grant = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock)
    provider, consumer = joined(LAND, clock), joined(MARKET, clock)
    facts = {"outcome": OutcomeKind.REFUSED, "refusal": "wire.refused_purpose", "rows": None}
    provider.report(provider.receipt(ASK, side="provider", peer=MARKET, grant=grant, **facts))
    consumer.report(consumer.receipt(ASK, side="consumer", peer=LAND, grant=grant, **facts))
    return grant


def test_a_node_is_invited_and_approved_on_pages_by_two_people(center: Path, clock: FixedClock) -> None:
    system, security = visitor(Role.SYSTEM_ADMIN, clock=clock), visitor(Role.SECURITY_ADMIN, clock=clock)
    form = {"organization": str(organization_by_code(code=LAND).id)}
    answer = system.post("/exchange/nodes/invite", form)
    code = answer.context["invited"].code
    assert code in answer.content.decode()
    node = FakeNode(LAND, clock)
    node.join(code)
    brief = queries.node_by_code(code=LAND)
    page = security.get(f"/exchange/nodes/{brief.id}").content.decode()
    assert node.fingerprint in page
    wrong = security.post(f"/exchange/nodes/{brief.id}/approve", {"fingerprint": "1234-5678"})
    assert wrong.status_code == 422
    assert "指纹不一致" in wrong.content.decode()
    refused = system.post(f"/exchange/nodes/{brief.id}/approve", {"fingerprint": node.fingerprint})
    assert refused.status_code == 403
    done = security.post(f"/exchange/nodes/{brief.id}/approve", {"fingerprint": node.fingerprint})
    assert done.status_code == 302
    assert queries.node_by_code(code=LAND).state is NodeState.ACTIVE


def test_a_node_is_suspended_with_a_reason_and_comes_back(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    security, node = visitor(Role.SECURITY_ADMIN, clock=clock), queries.node_by_code(code=LAND)
    assert security.post(f"/exchange/nodes/{node.id}/suspend", {"reason": " "}).status_code == 200
    assert security.post(f"/exchange/nodes/{node.id}/suspend", {"reason": "检修"}).status_code == 302
    assert "检修" in security.get(f"/exchange/nodes/{node.id}").content.decode()
    assert security.post(f"/exchange/nodes/{node.id}/resume").status_code == 302
    assert queries.node_by_code(code=LAND).state is NodeState.ACTIVE
    assert security.get(f"/exchange/nodes/{node.id}/explode").status_code == 404


def test_one_exchange_shows_both_records_and_why_it_failed(center: Path, clock: FixedClock) -> None:
    _refused(clock)
    engineer = visitor(Role.ENGINEER, of=MARKET, clock=clock)
    listed = engineer.get("/exchange/").content.decode()
    assert "使用用途与共享许可不符" in listed
    page = engineer.get(f"/exchange/records/{ASK}").content.decode()
    assert "为什么失败" in page
    assert "政务数据共享条例第二十五条" in page
    assert "按许可的用途使用" in page
    assert page.count("sha-256:") >= 4
    assert "两侧一致" in page


def test_the_pages_speak_english_too(center: Path, clock: FixedClock) -> None:
    _refused(clock)
    engineer = visitor(Role.ENGINEER, of=MARKET, clock=clock)
    engineer.cookies["django_language"] = "en"
    page = engineer.get(f"/exchange/records/{ASK}").content.decode()
    assert "Why did this fail" in page
    assert "The purpose is not the granted one." in page


def test_the_use_of_a_grant_is_a_fragment_inside_its_page_and_a_page_alone(center: Path, clock: FixedClock) -> None:
    grant = _refused(clock)
    officer = visitor(Role.DATA_OFFICER, of=LAND, clock=clock)
    inside = officer.get(f"/exchange/grants/{grant}/use", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in inside
    assert "使用用途与共享许可不符" in inside
    alone = officer.get(f"/exchange/grants/{grant}/use").content.decode()
    assert "<html" in alone


def test_flows_and_nodes_open_for_those_who_oversee(center: Path, clock: FixedClock) -> None:
    _refused(clock)
    auditor = visitor(Role.AUDITOR, clock=clock)
    for path in ("/exchange/", "/exchange/flows", "/exchange/nodes", f"/exchange/?match=equal&grant={ASK}"):
        assert auditor.get(path).status_code == 200
    assert queries.root_fingerprint() in auditor.get("/exchange/nodes").content.decode()


def test_a_stranger_is_sent_to_sign_in_and_another_organization_sees_nothing(center: Path, clock: FixedClock) -> None:
    _refused(clock)
    other = visitor(Role.ENGINEER, of="wl-police", clock=clock)
    assert other.get(f"/exchange/records/{ASK}").status_code == 404
    assert other.get(f"/exchange/nodes/{queries.node_by_code(code=LAND).id}").status_code == 404
    other.post("/signout")
    assert other.get("/exchange/").status_code == 302
