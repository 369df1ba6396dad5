"""Messages that are not what they should be: one clear refusal, nothing read, an alarm in the ledger."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.wire_city import Place, person_grant, two_departments
from tests.support.wire_ledgers import alarms, outcomes, records
from tests.support.wire_letters import Letter, deliver, letter
from zhengtong.node.bounds import WIRE_BODY_B
from zhengtong.wire.grant import Grant
from zhengtong.wire.records import RecordKind
from zhengtong.wire.suites import SigningKey
from zhengtong.wire.verifier import verify


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with two_departments(tmp_path_factory.mktemp("city")) as made:
        made.city.grant(person_grant())
        made.publish()
        yield made


@pytest.fixture
def grant(place: Place) -> Grant:
    return next(iter(place.city.grants.values()))


def refused(place: Place, sent: Letter, key: str, *, signed: bool, status: int) -> None:
    """The provider refused with this key, answered nothing, and wrote an alarm."""
    before = len(outcomes(place.provider.folder))
    told = deliver(place.p.url, sent)
    assert (told.key, told.signed, told.status) == (key, signed, status), told
    assert len(outcomes(place.provider.folder)) == before
    assert alarms(place.provider.folder)[-1] == key


@pytest.mark.fault("wire.refused_replay", what="截获的请求被重放", unchanged="没有新的结果记录，配额未动，登记告警")
def test_a_captured_request_replayed_is_refused(place: Place, grant: Grant) -> None:
    sent = letter(place, grant)
    assert deliver(place.p.url, sent).status == 200
    refused(place, sent, "wire.refused_replay", signed=True, status=403)


@pytest.mark.fault("wire.refused_replay", what="重放发生在结点重启之后", unchanged="重启不忘记已见过的报文")
def test_a_replay_after_a_restart_is_refused(place: Place, grant: Grant) -> None:
    sent = letter(place, grant)
    assert deliver(place.p.url, sent).status == 200
    place.stop("wl-police")
    place.start("wl-police")
    refused(place, sent, "wire.refused_replay", signed=True, status=403)


@pytest.mark.fault(
    "wire.refused_replay", what="旧的交换编号在重放窗口之后又被使用", unchanged="永不再受理：账本里已有它的记录"
)
def test_an_exchange_id_is_used_once_for_ever(place: Place, grant: Grant) -> None:
    sent = letter(place, grant)
    assert deliver(place.p.url, sent).status == 200
    for node in (place.p, place.c):
        node.call(node.node.core.journal.do(lambda step: step.db.execute("DELETE FROM seen").rowcount))
    again = letter(place, grant, change=lambda e: replace(e, id=sent.envelope.id))
    refused(place, again, "wire.refused_replay", signed=True, status=403)
    status, told = place.query("0001-1")
    assert status == 200
    own = letter(place, grant, change=lambda e: replace(e, id=told["id"]))
    refused(place, own, "wire.refused_replay", signed=True, status=403)


@pytest.mark.fault("node.peer_ledger_forked", what="对方报出的账本树头前后矛盾", unchanged="没有读库，登记告警")
def test_a_false_head_of_a_peers_ledger_is_an_alarm(place: Place, grant: Grant) -> None:
    lawful = letter(place, grant)
    assert deliver(place.p.url, lawful).status == 200
    size = lawful.envelope.ledger_head.partition(":")[0]
    for head in ("0:" + "0" * 64, f"{size}:" + "a" * 64):
        sent = letter(place, grant, change=lambda e, head=head: replace(e, ledger_head=head))
        refused(place, sent, "node.peer_ledger_forked", signed=True, status=403)


@pytest.mark.fault("node.ask_shape", what="数据项名称一栏填了别的内容", unchanged="没有读库，内容不进账本")
def test_text_that_is_no_name_is_refused_before_anything_is_written(place: Place, grant: Grant) -> None:
    refused(place, letter(place, grant, items=["990102198000000001 程二"]), "node.ask_shape", signed=True, status=422)
    told = deliver(place.p.url, letter(place, grant, items=["XM", "990102198000000001"]))
    assert told.key == "wire.refused_field"
    intent = [r for r in records(place.provider.folder) if r.kind is RecordKind.INTENT][-1]
    assert (intent.facts["fields"], intent.facts["unknown_fields"]) == (["XM"], 1)
    log = (place.provider.ledger / "entries.log").read_bytes()
    assert b"990102198000000001" not in log


@pytest.mark.fault("wire.signature_wrong", what="签名用了别人的密钥", unchanged="没有读库，登记告警")
def test_a_signature_of_another_key_is_refused(place: Place, grant: Grant) -> None:
    thief = SigningKey.generate()
    mine = place.c.node.core.key.key_id
    sent = letter(place, grant, key=thief)
    forged = {n: v.replace(thief.key_id, mine) if n == "signature-input" else v for n, v in sent.headers.items()}
    told = deliver(place.p.url, Letter(forged, sent.body, sent.envelope))
    assert told.key in {"wire.signature_wrong", "wire.signature_malformed"}
    refused(place, sent, "wire.directory_unknown_key", signed=False, status=401)


@pytest.mark.fault("wire.unsigned", what="没有签名的请求", unchanged="没有读库，登记告警")
def test_an_unsigned_request_is_refused(place: Place, grant: Grant) -> None:
    sent = letter(place, grant)
    bare = {n: v for n, v in sent.headers.items() if n not in {"signature", "signature-input"}}
    refused(place, Letter(bare, sent.body, sent.envelope), "wire.unsigned", signed=False, status=401)


@pytest.mark.fault("wire.body_differs", what="报文体在途中被改", unchanged="没有读库，登记告警")
def test_an_altered_body_is_refused(place: Place, grant: Grant) -> None:
    sent = letter(place, grant)
    altered = sent.body.replace(b"GMSFHM", b"GMSFHN", 1)
    refused(place, Letter(sent.headers, altered, sent.envelope), "wire.body_differs", signed=False, status=401)


@pytest.mark.fault("wire.envelope_misaddressed", what="报文寄给了别的结点", unchanged="没有结果记录，登记告警")
def test_a_misaddressed_message_is_refused(place: Place, grant: Grant) -> None:
    sent = letter(place, grant, change=lambda e: replace(e, recipient="wl-land"))
    refused(place, sent, "wire.envelope_misaddressed", signed=True, status=403)


@pytest.mark.fault(
    key="wire.envelope_from_another_time", what="报文的时间相差超过五分钟", unchanged="没有结果记录，登记告警"
)
def test_a_message_of_another_time_is_refused(place: Place, grant: Grant) -> None:
    early = timedelta(minutes=10)
    sent = letter(place, grant, change=lambda e: replace(e, created=e.created - early, expires=e.expires - early))
    refused(place, sent, "wire.envelope_from_another_time", signed=False, status=401)


@pytest.mark.fault("wire.too_long", what="请求体超过上限", unchanged="收满上限即拒绝，结点照常工作")
def test_an_oversized_body_is_refused(place: Place, grant: Grant) -> None:
    sent = letter(place, grant)
    told = deliver(place.p.url, Letter(sent.headers, b"x" * (WIRE_BODY_B + 1), sent.envelope))
    assert (told.status, told.key) == (422, "wire.too_long")
    assert place.query("0001-1")[0] == 200


@pytest.mark.fault("wire.refused_no_grant", what="许可编号不存在", unchanged="双方都有拒绝记录，没有读库")
def test_an_unknown_grant_is_refused_and_recorded(place: Place, grant: Grant) -> None:
    told = deliver(place.p.url, letter(place, person_grant()))
    assert (told.key, told.signed) == ("wire.refused_no_grant", True)
    assert outcomes(place.provider.folder)[-1].refusal == "wire.refused_no_grant"


@pytest.mark.fault("node.ask_shape", what="请求内容形式不对", unchanged="没有读库")
def test_a_local_call_of_another_form_is_refused(place: Place) -> None:
    for body in ({}, {"grant": "0001-1"}, {"grant": "0001-1", "purpose": "x", "lookup": {"GMSFHM": 1}}):
        status, told = place.c.post("/local/v1/query", body, token=place.token)
        assert (status, told["key"]) == (422, "node.ask_shape")


@pytest.mark.fault("node.system_unknown", what="没有登记的系统调用本机接口", unchanged="没有报文发出")
def test_an_unregistered_system_is_refused(place: Place) -> None:
    status, told = place.c.post("/local/v1/query", {}, token="guess")
    assert (status, told["key"]) == (403, "node.system_unknown")


def test_the_ledger_with_all_these_alarms_still_verifies(place: Place) -> None:
    report = verify([place.provider.folder], root_fingerprint=place.city.fingerprint)
    assert report.ok, report.problems
    assert report.ledgers[0].alarms >= 5
    assert Path
