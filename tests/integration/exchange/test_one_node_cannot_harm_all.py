"""What one node says of itself cannot mislead or stop the others: addresses, systems, keys."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.exchange_world import LAND, MARKET, FakeNode, joined, visitor
from zhengtong.exchange import queries, services
from zhengtong.exchange.models import NodeKey, System
from zhengtong.exchange.services.systems import rotation_text
from zhengtong.journal.queries import events_of
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role
from zhengtong.wire.directory import parse_members
from zhengtong.wire.documents import parse_document
from zhengtong.wire.suites import SigningKey, b64, key_id

pytestmark = pytest.mark.django_db
NEW = "https://10.1.2.3:8443"


def _address(code: str) -> tuple[str, ...]:
    document = parse_document(queries.stored_members(since="").body, kind="members", max_bytes=1 << 20)
    return next(node.addresses for node in parse_members(document.payload_bytes).nodes if node.id == code)


def test_a_node_moves_only_with_the_security_administrators_approval(center: Path, clock: FixedClock) -> None:
    node = joined(LAND, clock)
    services.publish(clock=clock)
    before = _address(LAND)
    assert node.say("status", {"address": NEW}).status_code == 204
    services.publish(clock=clock, force=True)
    assert _address(LAND) == before
    id_ = queries.node_by_code(code=LAND).id
    assert [one.name for one in events_of(id_)].count("exchange.node.address-asked") == 1
    node.say("status", {"address": NEW})  # told with every report: asked once
    assert [one.name for one in events_of(id_)].count("exchange.node.address-asked") == 1
    security, engineer = visitor(Role.SECURITY_ADMIN, clock=clock), visitor(Role.ENGINEER, of=LAND, clock=clock)
    assert NEW in security.get("/").content.decode() or "10.1.2.3" in security.get("/").content.decode()
    assert NEW in security.get(f"/exchange/nodes/{id_}").content.decode()
    assert engineer.post(f"/exchange/nodes/{id_}/address", {"address": NEW}).status_code == 403
    other = security.post(f"/exchange/nodes/{id_}/address", {"address": "https://10.9.9.9"})  # not the one seen
    assert other.status_code == 422
    assert security.post(f"/exchange/nodes/{id_}/address", {"address": NEW}).status_code == 302
    services.publish(clock=clock, force=True)
    assert _address(LAND) == (NEW,)
    assert "exchange.node.moved" in [one.name for one in events_of(id_)]


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254:80",
        "http://\x00aaa",
        "http://user@10.0.0.1",
        "https://10.0.0.1/a?b",
        "https://10.0.0.1/#x",
        "ftp://10.0.0.1",
        "https://",
        "https://10.0.0.1:99999",
        "https://[fe80::1]",
        "https://0.0.0.0",
        "https://224.0.0.1",
        "https://a b",
        "https://10.0.0.1/../x",
    ],
)
@pytest.mark.fault(
    "exchange.address_malformed",
    what="a node gives an address that is none, or that points its peers at something else",
    unchanged="the old address stands",
)
def test_a_strange_address_is_refused(center: Path, clock: FixedClock, address: str) -> None:
    node = joined(LAND, clock)
    answer = node.say("status", {"address": address})
    assert (answer.status_code, json.loads(answer.content)["key"]) == (422, "exchange.address_malformed")


def _system(node: FakeNode, code: str) -> str:
    answer = node.say("systems", {"id": code, "name": code, "suite": "intl", "public": SigningKey.generate().public})
    return "" if answer.status_code == 201 else json.loads(answer.content)["key"]


@pytest.mark.fault(
    "exchange.system_code_foreign",
    what="a node registers a system under another organization's name",
    unchanged="the name stays free",
)
def test_a_system_bears_its_organizations_code(center: Path, clock: FixedClock) -> None:
    node = joined(MARKET, clock)
    assert _system(node, "wl-police-residence") == "exchange.system_code_foreign"
    assert _system(node, f"{MARKET}x") == "exchange.system_code_foreign"
    assert _system(node, f"{MARKET}-licensing") == ""


@pytest.mark.fault(
    "exchange.systems_too_many", what="a node registers systems without end", unchanged="the directory stays readable"
)
def test_an_organization_has_a_bounded_number_of_systems(
    center: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhengtong.exchange.rules.joining.SYSTEMS_AN_ORGANIZATION", 3)
    node = joined(MARKET, clock)
    told = [_system(node, f"{MARKET}-{number}") for number in range(4)]
    assert told == ["", "", "", "exchange.systems_too_many"]


@pytest.mark.fault(
    "exchange.signature_bad",
    what="a node's signed registration or key offer is sent again by somebody who overheard it",
    unchanged="the retired system stays retired, nothing is offered again",
)
def test_a_signed_act_is_taken_once(center: Path, clock: FixedClock) -> None:
    node = joined(MARKET, clock)
    code, nonces = f"{MARKET}-licensing", (str(uuid4()), str(uuid4()))
    entered = json.dumps({"id": code, "name": code, "public": SigningKey.generate().public}).encode()
    assert node.call("POST", "systems", entered, nonce=nonces[0]).status_code == 201
    assert node.say("systems", {"id": code, "retire": True}).status_code == 200
    again = node.call("POST", "systems", entered, nonce=nonces[0])
    assert (again.status_code, json.loads(again.content)["key"]) == (403, "exchange.signature_bad")
    assert not System.objects.filter(code=code, retired_at=None).exists()
    assert node.call("POST", "systems", entered).status_code == 201  # the node itself changed its mind
    fresh, old = SigningKey.generate(), NodeKey.objects.get(state="current").public
    proof = b64(fresh.sign(rotation_text(node_code=MARKET, old_public=old)))
    offered = json.dumps({"public": fresh.public, "proof": proof}).encode()
    assert node.call("POST", "keys", offered, nonce=nonces[1]).status_code == 202
    assert node.call("POST", "keys", offered, nonce=nonces[1]).status_code == 403


def test_many_changes_of_key_leave_the_directory_readable(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    node = queries.node_by_code(code=LAND).id
    current = NodeKey.objects.get(node=node, state="current")
    for number in range(40):
        public = SigningKey.generate().public
        at = clock.now() - timedelta(days=number + 1)
        NodeKey.objects.create(
            id=new_id(at), node_id=node, state="former", suite="intl", key_id=key_id(public), public=public,
            sealing=current.sealing, fingerprint="f", since=at, until=at,
        )  # fmt: skip
    services.publish(clock=clock, force=True)
    document = parse_document(queries.stored_members(since="").body, kind="members", max_bytes=1 << 20)
    (found,) = parse_members(document.payload_bytes).nodes
    assert current.public in {key.public for key in found.keys}
    assert len(found.keys) <= 2 * 9


@pytest.mark.fault(
    "exchange.directory_unreadable",
    what="the directory about to be signed would be refused by every node",
    unchanged="the last good one stays in force",
)
def test_a_directory_that_nodes_would_refuse_is_not_published(center: Path, clock: FixedClock) -> None:
    from zhengtong.exchange.models import Node
    from zhengtong.kernel.errors import RuleBroken

    joined(LAND, clock)
    good = services.publish(clock=clock)
    Node.objects.update(address="http://" + "a" * 190, tls_pin="p")
    Node.objects.update(code="n" * 40)
    NodeKey.objects.update(public="k" * 100)
    with pytest.raises(RuleBroken, match="directory_unreadable"):
        services.publish(clock=clock, force=True)
    assert queries.directory_state(clock=clock).known_as == good.known_as


def test_a_foreign_nodes_state_is_not_told(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    node = queries.node_by_code(code=LAND).id
    stranger = visitor(Role.ENGINEER, of=MARKET, clock=clock)
    assert stranger.post(f"/exchange/nodes/{node}/resume").status_code == 404
    assert stranger.post(f"/exchange/nodes/{node}/approve", {"fingerprint": "x"}).status_code == 404


def test_receipts_signed_by_a_key_long_replaced_are_refused(center: Path, clock: FixedClock) -> None:
    node = joined(LAND, clock)
    old = node.batch()
    row = NodeKey.objects.get(state="current")
    clock.move(timedelta(hours=2))
    fresh = SigningKey.generate()
    NodeKey.objects.filter(pk=row.pk).update(state="former", until=clock.now() - timedelta(hours=2))
    NodeKey.objects.create(
        id=new_id(clock.now()), node_id=row.node_id, state="current", suite="intl", key_id=key_id(fresh.public),
        public=fresh.public, sealing=row.sealing, fingerprint="g", since=clock.now(),
    )  # fmt: skip
    node.sign = fresh
    answer = node.call("POST", "receipts", old)
    assert (answer.status_code, json.loads(answer.content)["key"]) == (403, "exchange.receipt_tampered")
