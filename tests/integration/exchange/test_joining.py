"""A node joins with a one-time code and is let in by another person who compared its fingerprint."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.exchange_world import LAND, MARKET, FakeNode, actor, grant_row, joined
from zhengtong.exchange import queries, services
from zhengtong.exchange.queries.heads import exported_heads
from zhengtong.exchange.rules import NodeState
from zhengtong.journal.queries import events_of
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.queries import organization_by_code
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db
FIRST_ASK, SECOND_ASK = "0193b3e0-0000-7000-8000-00000000000a", "0193b3e0-0000-7000-8000-00000000000b"


def _invited(clock: FixedClock, *, code: str = LAND, officer=None) -> services.Invited:
    return services.invite(
        organization=organization_by_code(code=code).id,
        node_code=code,
        actor=actor(Role.SYSTEM_ADMIN, officer=officer),
        clock=clock,
    )


def test_a_node_joins_waits_and_is_let_in(center: Path, clock: FixedClock) -> None:
    invited, node = _invited(clock), FakeNode(LAND, clock)
    answer = node.join(invited.code)
    said = json.loads(answer.content)
    assert (answer.status_code, said["state"]) == (202, "pending")
    assert said["root_fingerprint"] == queries.root_fingerprint()
    assert said["fingerprint"] == node.fingerprint
    assert node.call("GET", "members").status_code == 403  # not yet a member
    assert json.loads(node.call("GET", "join").content)["state"] == "pending"

    state = services.approve_node(
        node=invited.node, fingerprint=node.fingerprint, actor=actor(Role.SECURITY_ADMIN), clock=clock
    )
    assert state is NodeState.ACTIVE
    services.publish(clock=clock)
    assert node.call("GET", "members").status_code == 200
    names = [one.name for one in events_of(invited.node)]
    assert names == ["exchange.node.invited", "exchange.node.joined", "exchange.node.approved"]


@pytest.mark.fault(
    "exchange.code_wrong",
    what="a node joins with a wrong one-time code",
    unchanged="the invitation stays open; nobody joined",
)
def test_a_wrong_code_is_refused_and_leaves_the_invitation_open(center: Path, clock: FixedClock) -> None:
    invited, node = _invited(clock), FakeNode(LAND, clock)
    refused = node.join("A" * 20)
    assert refused.status_code == 403
    assert json.loads(refused.content)["key"] == "exchange.code_wrong"
    assert node.join(invited.code).status_code == 202


@pytest.mark.fault(
    "exchange.code_used",
    what="a one-time code is used a second time",
    unchanged="the first node keeps its place; the second key is not known",
)
def test_a_code_cannot_be_used_twice(center: Path, clock: FixedClock) -> None:
    invited = _invited(clock)
    assert FakeNode(LAND, clock).join(invited.code).status_code == 202
    again = FakeNode(LAND, clock).join(invited.code)
    assert (again.status_code, json.loads(again.content)["key"]) == (403, "exchange.code_used")


@pytest.mark.fault(
    "exchange.code_expired", what="a one-time code is used after 72 hours", unchanged="the node stays invited"
)
def test_a_code_runs_out(center: Path, clock: FixedClock) -> None:
    invited = _invited(clock)
    clock.move(timedelta(hours=72))
    late = FakeNode(LAND, clock).join(invited.code)
    assert (late.status_code, json.loads(late.content)["key"]) == (403, "exchange.code_expired")


def test_a_renewed_invitation_makes_the_old_code_void(center: Path, clock: FixedClock) -> None:
    old, new = _invited(clock), _invited(clock)
    assert FakeNode(LAND, clock).join(old.code).status_code == 403
    assert FakeNode(LAND, clock).join(new.code).status_code == 202


def test_a_code_of_another_organization_does_not_let_a_node_in(center: Path, clock: FixedClock) -> None:
    invited = _invited(clock, code=MARKET)
    _invited(clock, code=LAND)
    assert FakeNode(LAND, clock).join(invited.code).status_code == 403


@pytest.mark.fault(
    "exchange.fingerprint_differs",
    what="the fingerprint read out is not that of the key that joined",
    unchanged="the node keeps waiting",
)
def test_another_fingerprint_is_not_approved(center: Path, clock: FixedClock) -> None:
    invited, node = _invited(clock), FakeNode(LAND, clock)
    node.join(invited.code)
    with pytest.raises(RuleBroken, match="fingerprint_differs"):
        services.approve_node(
            node=invited.node,
            fingerprint=FakeNode(LAND, clock).fingerprint,
            actor=actor(Role.SECURITY_ADMIN),
            clock=clock,
        )
    assert queries.node_by_code(code=LAND).state is NodeState.PENDING


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUTHORITY_LEADER, Role.ENGINEER, Role.AUDITOR])
def test_only_the_security_administrator_approves(center: Path, clock: FixedClock, role: Role) -> None:
    invited, node = _invited(clock), FakeNode(LAND, clock)
    node.join(invited.code)
    with pytest.raises(NotAllowed):
        services.approve_node(node=invited.node, fingerprint=node.fingerprint, actor=actor(role), clock=clock)


@pytest.mark.fault(
    "exchange.approver_invited", what="one person invites and approves a node", unchanged="the node keeps waiting"
)
def test_who_invited_does_not_approve_even_in_another_seat(center: Path, clock: FixedClock) -> None:
    person = uuid4()
    invited, node = _invited(clock, officer=person), FakeNode(LAND, clock)
    node.join(invited.code)
    with pytest.raises(NotAllowed, match="approver_invited"):
        services.approve_node(
            node=invited.node,
            fingerprint=node.fingerprint,
            actor=actor(Role.SECURITY_ADMIN, officer=person),
            clock=clock,
        )


def test_the_code_is_stored_nowhere_in_the_clear(center: Path, clock: FixedClock) -> None:
    from django.db import connection

    invited = _invited(clock)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, code_id FROM exchange_invitation")
        rows = cursor.fetchall()
    assert invited.code not in str(rows)
    assert invited.code.replace("-", "") not in str(rows)


@pytest.mark.fault(
    "exchange.signature_bad",
    what="a request to the center has a strange, missing or old signature",
    unchanged="nothing is read or written",
)
def test_a_stranger_and_a_tampered_request_are_refused(center: Path, clock: FixedClock) -> None:
    node = joined(LAND, clock)
    assert FakeNode(LAND, clock).call("GET", "members").status_code == 403
    assert node.client.get("/api/exchange/members").status_code == 403
    clock.move(timedelta(minutes=-10))
    old = node.call("GET", "join")
    assert old.status_code == 200
    earlier = FakeNode(LAND, FixedClock(clock.now() - timedelta(hours=1)), sign=node.sign, seal=node.seal)
    assert json.loads(earlier.call("GET", "join").content)["key"] == "exchange.signature_bad"


def test_a_body_that_is_not_the_signed_one_is_refused(center: Path, clock: FixedClock) -> None:
    node = joined(LAND, clock)
    answer = node.client.post(
        "/api/exchange/status", data=b'{"queue":1}', content_type="application/json", headers={"signature": "x"}
    )
    assert answer.status_code == 403


def test_a_suspended_node_is_shown_as_suspended_and_a_retired_one_leaves(center: Path, clock: FixedClock) -> None:
    from zhengtong.wire.directory import parse_members
    from zhengtong.wire.documents import parse_document

    node = joined(LAND, clock)
    joined(MARKET, clock)
    brief = queries.node_by_code(code=LAND)
    services.suspend_node(node=brief.id, reason="检修", actor=actor(Role.SECURITY_ADMIN), clock=clock)
    services.publish(clock=clock)
    answer = node.call("GET", "members")
    members = parse_members(parse_document(answer.content, kind="members", max_bytes=1 << 20).payload_bytes)
    assert next(one for one in members.nodes if one.id == LAND).status == "suspended"
    services.retire_node(node=brief.id, reason="机构改革", actor=actor(Role.SECURITY_ADMIN), clock=clock)
    services.publish(clock=clock)
    assert node.call("GET", "members").status_code == 403
    raw = queries.stored_members().body
    members = parse_members(parse_document(raw, kind="members", max_bytes=1 << 20).payload_bytes)
    assert [one.id for one in members.nodes] == [MARKET]


def test_a_node_is_seen_by_its_own_organization_and_by_those_who_oversee(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    joined(MARKET, clock)
    land = queries.node_by_code(code=LAND)
    assert len(queries.nodes(actor=actor(Role.SECURITY_ADMIN), clock=clock)) == 2
    engineer = actor(Role.ENGINEER, of=MARKET)
    assert [one.code for one in queries.nodes(actor=engineer, clock=clock)] == [MARKET]
    with pytest.raises(NotFound):
        queries.node(node=land.id, actor=engineer, clock=clock)


def test_a_system_is_registered_by_its_own_node_only(center: Path, clock: FixedClock) -> None:
    node = joined(MARKET, clock)
    key = FakeNode(MARKET, clock).sign
    said = {"id": "tl-market-food", "name": "食品经营许可系统", "public": key.public}
    assert node.say("systems", said).status_code == 201
    assert node.say("systems", said).status_code == 201  # again: nothing changes
    taken = node.say("systems", {**said, "public": FakeNode(MARKET, clock).sign.public})
    assert (taken.status_code, json.loads(taken.content)["key"]) == (422, "exchange.system_known")
    foreign = joined(LAND, clock).say("systems", said)
    assert (foreign.status_code, json.loads(foreign.content)["key"]) == (422, "exchange.system_code_foreign")
    with pytest.raises(NotAllowed):
        services.register_system(
            organization=organization_by_code(code=MARKET).id,
            code="tl-other",
            name="x",
            public=key.public,
            actor=actor(Role.ENGINEER, of=LAND),
            clock=clock,
        )
    page = queries.node(node=queries.node_by_code(code=MARKET).id, actor=SYSTEM, clock=clock)
    assert [one.code for one in page.systems] == ["tl-market-food"]


def test_rows_equal_what_the_events_say(center: Path, clock: FixedClock) -> None:
    from zhengtong.exchange.rebuild import replay
    from zhengtong.journal.models import Event

    joined(LAND, clock)
    invited = _invited(clock, code=MARKET)
    subjects = set(Event.objects.filter(name__startswith="exchange.").values_list("subject", flat=True))
    told = [one for subject in subjects for one in events_of(subject)]
    assert replay(told) == queries.states_for_rebuild()
    assert str(invited.node) in str(queries.states_for_rebuild())


def test_a_new_key_takes_over_after_it_was_compared(center: Path, clock: FixedClock) -> None:
    from zhengtong.exchange.services.systems import rotation_text
    from zhengtong.wire.suites import b64, fingerprint

    node = joined(LAND, clock)
    fresh = FakeNode(LAND, clock).sign
    proof = b64(fresh.sign(rotation_text(node_code=LAND, old_public=node.sign.public)))
    assert node.say("keys", {"public": fresh.public, "proof": "A" * 88}).status_code == 422
    assert node.say("keys", {"public": fresh.public, "proof": proof}).status_code == 202
    brief = queries.node_by_code(code=LAND)
    services.approve_key(
        node=brief.id, fingerprint=fingerprint(fresh.public), actor=actor(Role.SECURITY_ADMIN), clock=clock
    )
    services.publish(clock=clock)
    assert node.call("GET", "members").status_code == 403
    node.sign = fresh
    assert node.call("GET", "members").status_code == 200


@pytest.mark.fault(
    "-",
    what="a node loses its ledger and keys and joins again under its old code with new keys",
    unchanged="heads and receipts of the lost ledger stay; the new ledger is co-signed from its own beginning",
)
def test_a_node_that_lost_its_ledger_joins_again_with_new_keys_and_a_new_ledger(
    center: Path, clock: FixedClock
) -> None:
    grant = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock)
    lost = joined(LAND, clock)
    assert lost.report(lost.receipt(FIRST_ASK, side="provider", peer=MARKET, grant=grant)).status_code == 200
    lost.write(5)
    assert lost.say("heads", {"head": lost.head().to_json(), "proof": []}).status_code == 200
    with pytest.raises(WrongState):
        _invited(clock)  # it is active: first it is retired
    node = queries.node_by_code(code=LAND).id
    services.retire_node(node=node, reason="硬盘损坏", actor=actor(Role.SECURITY_ADMIN), clock=clock)
    fresh = FakeNode(LAND, clock)
    assert fresh.join(_invited(clock).code).status_code == 202
    services.approve_node(node=node, fingerprint=fresh.fingerprint, actor=actor(Role.SECURITY_ADMIN), clock=clock)
    said = json.loads(fresh.report(fresh.receipt(SECOND_ASK, side="provider", peer=MARKET, grant=grant)).content)
    assert (said["accepted"], said["through"], said["refused"]) == (1, 0, [])
    assert json.loads(fresh.call("GET", "heads").content)["size"] == 0
    assert fresh.say("heads", {"head": fresh.head().to_json(), "proof": []}).status_code == 200
    assert lost.call("GET", "members").status_code == 403  # its keys stay retired
    page = queries.node(node=node, actor=actor(Role.SECURITY_ADMIN), clock=clock)
    assert sorted(head.size for head in page.heads) == [1, 6]
    assert exported_heads().sizes == {LAND: 1}
    assert exported_heads(ledger=0).sizes == {LAND: 6}  # an auditor can hold the lost ledger to its last head too
    assert queries.exchange(exchange=FIRST_ASK, actor=SYSTEM, clock=clock).provider is not None


def test_a_node_whose_lost_ledger_was_never_cosigned_begins_anew_all_the_same(center: Path, clock: FixedClock) -> None:
    grant = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock)
    lost = joined(LAND, clock)
    assert lost.report(lost.receipt(FIRST_ASK, side="provider", peer=MARKET, grant=grant)).status_code == 200
    node = queries.node_by_code(code=LAND).id
    services.retire_node(node=node, reason="硬盘损坏", actor=actor(Role.SECURITY_ADMIN), clock=clock)
    fresh = FakeNode(LAND, clock)
    assert fresh.join(_invited(clock).code).status_code == 202
    services.approve_node(node=node, fingerprint=fresh.fingerprint, actor=actor(Role.SECURITY_ADMIN), clock=clock)
    said = json.loads(fresh.report(fresh.receipt(SECOND_ASK, side="provider", peer=MARKET, grant=grant)).content)
    assert (said["accepted"], said["through"], said["refused"]) == (1, 0, [])  # its record 0, not the lost ledger's
