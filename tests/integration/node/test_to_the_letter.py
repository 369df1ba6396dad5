"""What docs/protocol says of one message, held to the letter: time, contract, version, replay."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.wire_city import Place
from tests.support.wire_ledgers import outcomes, records
from tests.support.wire_letters import Told
from tests.support.wire_runs import hundred_a_parcel, opened
from zhengtong.node import incoming
from zhengtong.node.consumer import Sent
from zhengtong.node.core import About, compose
from zhengtong.node.incoming import SERVICE_TYPE
from zhengtong.wire.envelope import SALT_BYTES, Envelope, Kind, parse_envelope, parse_service_body, service_body
from zhengtong.wire.envelope import to_bytes as envelope_bytes
from zhengtong.wire.grant import Grant, GrantStatus
from zhengtong.wire.http_signature import sign_request
from zhengtong.wire.records import OutcomeKind, RecordKind
from zhengtong.wire.suites import digest_text

OTHER = digest_text(b"another")
ENDED = {"rows": 0, "quarantined": 0, "fingerprint": "0" * 32}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Three hundred rows in three parcels; afterwards both ledgers verify."""
    with hundred_a_parcel(tmp_path, rows=300) as made:
        yield made


@pytest.fixture
def grant(place: Place) -> Grant:
    return next(iter(place.city.grants.values()))


def close_own(place: Place, sent: Sent, key: str) -> None:
    """The consumer's own side of a run that its test left open."""
    place.c.call(place.c.node.pulls._give_up(sent.exchange, key))  # pyright: ignore[reportPrivateUsage]


def say(place: Place, sent: Sent, kind: Kind, *, seq: int | None = None, content: Any = None, **about: Any) -> Any:
    """A signed message about a run, ready to be sent (once, or again)."""
    core = place.c.node.core
    body = b"" if content is None else service_body(content, salt=os.urandom(SALT_BYTES))
    path = f"/wire/v1/runs/{sent.exchange}/" + ("ack" if seq is None else f"parcels/{seq}")
    told = About(
        grant=sent.grant.id, grant_digest=sent.view.digests[sent.grant.id], contract=sent.grant.contract_digest,
        run=sent.exchange, seq=seq,
    )  # fmt: skip
    raw = compose(core, kind, to=sent.grant.provider, body=body, about=replace(told, **about))
    method = "GET" if content is None else "POST"
    message = sign_request(
        method=method, path=path, content_type=SERVICE_TYPE, body=body, envelope=raw, key=core.key, created=core.now()
    )
    return method, path, message.headers, body


def send(place: Place, said: Any) -> Told:
    """What the provider answers; a parcel's content is {}."""
    method, path, headers, body = said
    peers = place.c.node.peers
    answer = place.c.call(peers.call(place.p.url, method, path, headers=headers, body=body, peer="wl-police"))
    signed = "zhengtong-envelope" in answer.headers
    return Told(answer.status, signed, dict(parse_service_body(answer.body)) if signed else {})


def fetch(place: Place, sent: Sent, seq: int, **about: Any) -> Told:
    """One parcel, asked for until it is made."""
    for _ in range(50):
        told = send(place, say(place, sent, Kind.PULL, seq=seq, **about))
        if told.key != "node.run_not_ready":
            return told
    raise AssertionError("the parcel was never ready")


# ── the consumer is a receiver too ──────────────────────────────────────────


@pytest.mark.fault(
    "wire.envelope_expired", what="答复的信封已过期，签名却是新的", unchanged="答复不交给系统，双方有记录"
)
@pytest.mark.parametrize(
    ("key", "created", "expires"),
    [
        ("wire.envelope_expired", -200, -10),
        ("wire.envelope_from_another_time", -900, 900),
        ("wire.envelope_from_another_time", 600, 900),
    ],
)
def test_an_answer_of_another_time_is_not_taken(
    place: Place, monkeypatch: pytest.MonkeyPatch, key: str, created: int, expires: int
) -> None:
    def late(*args: Any, **more: Any) -> bytes:
        e: Envelope = parse_envelope(compose(*args, **more))
        moved = replace(
            e, created=e.created + timedelta(seconds=created), expires=e.created + timedelta(seconds=expires)
        )
        return envelope_bytes(moved)

    monkeypatch.setattr(incoming, "compose", late)
    status, told = place.query("0001-1")
    assert (status, told["key"], told["at"]) == (403, key, "consumer"), told
    assert outcomes(place.consumer.folder)[-1].refusal == key


# ── the contract ────────────────────────────────────────────────────────────


@pytest.mark.fault(
    "wire.refused_contract", what="请求写的数据契约不是许可所附的", unchanged="没有读库，双方都有拒绝记录"
)
@pytest.mark.parametrize("contract", [OTHER, None])
def test_an_ask_under_another_contract_is_refused_and_recorded(
    place: Place, monkeypatch: pytest.MonkeyPatch, contract: str | None
) -> None:
    def strange(*args: Any, about: About, **more: Any) -> bytes:
        return compose(*args, about=replace(about, contract=contract), **more)

    monkeypatch.setattr("zhengtong.node.consumer.compose", strange)
    pulled = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}
    for told in (
        place.query("0001-1"),
        place.verify("0001-1"),
        place.c.post("/local/v1/pull", pulled, token=place.token),
    ):
        assert (told[0], told[1]["key"], told[1]["at"]) == (403, "wire.refused_contract", "provider"), told
    for home in (place.provider, place.consumer):
        ended = [(r.outcome, r.refusal) for r in outcomes(home.folder)]
        assert ended == [(OutcomeKind.REFUSED, "wire.refused_contract")] * 3, home.code


# ── runs: one message, or the whole run ─────────────────────────────────────


@pytest.mark.fault(
    "node.grant_versions_differ", what="一次取包写错许可版本", unchanged="只拒绝这一次取包，批量照常继续"
)
def test_one_pull_with_a_wrong_version_does_not_end_the_run(place: Place) -> None:
    sent = opened(place)
    assert fetch(place, sent, 1).status == 200
    for wrong in (OTHER, None):
        told = fetch(place, sent, 2, grant_digest=wrong)
        assert (told.status, told.key, told.signed) == (409, "node.grant_versions_differ", True)
    assert [r.kind for r in records(place.provider.folder)][-1] is RecordKind.INTENT
    assert fetch(place, sent, 2).status == 200
    close_own(place, sent, "node.run_superseded")


@pytest.mark.fault(
    "wire.refused_revoked", what="批量已按撤销关闭，使用方仍送来核对", unchanged="答复关闭的原因，不再核对"
)
def test_reconciling_a_run_that_was_refused_is_told_why_it_was_closed(place: Place, grant: Grant) -> None:
    sent = opened(place)
    assert fetch(place, sent, 1).status == 200
    place.city.grants[grant.id] = replace(grant, status=GrantStatus.REVOKED)
    place.city.publish()
    place.p.refresh()
    assert fetch(place, sent, 2).key == "wire.refused_revoked"
    closed = outcomes(place.provider.folder)[-1]
    told = send(place, say(place, sent, Kind.ACK, content=ENDED))
    assert (told.status, told.key, told.signed) == (403, "wire.refused_revoked", True)
    assert told.content["facts"] == {"number": "0001-1"}
    assert records(place.provider.folder)[told.content["record"]] == closed
    close_own(place, sent, "wire.refused_revoked")


@pytest.mark.fault(
    "node.run_superseded", what="批量已被新的批量取代，使用方仍送来核对", unchanged="答复关闭的原因，不再核对"
)
def test_reconciling_a_run_that_another_replaced_is_told_so(place: Place) -> None:
    first = opened(place)
    second = opened(place)
    assert fetch(place, second, 1).status == 200
    told = send(place, say(place, first, Kind.ACK, content=ENDED))
    assert (told.status, told.key, told.signed) == (404, "node.run_superseded", True)
    for sent in (first, second):
        close_own(place, sent, "node.run_superseded")


@pytest.mark.fault("wire.refused_replay", what="取包或确认的报文被重放", unchanged="批量照常继续，登记告警")
def test_a_pull_or_ack_replayed_is_refused_like_a_call(place: Place) -> None:
    sent = opened(place)
    assert fetch(place, sent, 1).status == 200
    for said in (
        say(place, sent, Kind.PULL, seq=1),
        say(place, sent, Kind.ACK, content={"through": 0}),
    ):
        assert send(place, said).status == 200
        told = send(place, said)
        assert (told.status, told.key, told.signed) == (403, "wire.refused_replay", True)
    assert fetch(place, sent, 2).status == 200
    close_own(place, sent, "node.run_superseded")
