"""Who may join, and when two receipts agree."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from zhengtong.exchange import rules
from zhengtong.exchange.rules import NODE, Match, NodeState, Side
from zhengtong.kernel import messages
from zhengtong.kernel.errors import NotAllowed, RuleBroken, WrongState
from zhengtong.parties.rules import Role

NOW = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
SAID = Side(
    at=LONG_AGO,
    grant="g",
    outcome="answered",
    refusal="",
    rows=3,
    request_digest="sha-256:a",
    reply_digest="sha-256:b",
)


def test_a_code_is_long_enough_not_to_be_searched_for_and_never_the_same_twice() -> None:
    codes = {rules.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code.replace("-", "")) == 20 for code in codes)


def test_a_code_works_once_and_in_time() -> None:
    rules.check_invitation(expires_at=NOW + timedelta(seconds=1), used_at=None, now=NOW)
    with pytest.raises(NotAllowed, match="code_used"):
        rules.check_invitation(expires_at=NOW + timedelta(hours=1), used_at=LONG_AGO, now=NOW)
    with pytest.raises(NotAllowed, match="code_expired"):
        rules.check_invitation(expires_at=NOW, used_at=None, now=NOW)


@pytest.mark.parametrize("typed", ["3f2a-9c01", "3F2A 9C01", "3f2a:9c01", " 3f2a9c01 "])
def test_a_fingerprint_is_compared_however_it_is_spoken(typed: str) -> None:
    rules.check_approval(inviter=uuid4(), approver=uuid4(), typed=typed, actual="3f2a-9c01")


def test_another_fingerprint_is_refused() -> None:
    with pytest.raises(RuleBroken, match="fingerprint_differs"):
        rules.check_approval(inviter=uuid4(), approver=uuid4(), typed="3f2a-9c02", actual="3f2a-9c01")


def test_who_invited_may_not_approve_and_nobody_approves_anonymously() -> None:
    me = uuid4()
    for approver in (me, None):
        with pytest.raises(NotAllowed, match="approver_invited"):
            rules.check_approval(inviter=me, approver=approver, typed="aa", actual="aa")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECURITY_ADMIN])
def test_only_the_security_administrator_decides_on_a_node(role: Role) -> None:
    for verb in ("approve", "reject"):
        with pytest.raises(NotAllowed):
            NODE.step(verb, state=NodeState.PENDING, roles={role})


def test_a_retired_node_comes_back_only_by_a_new_invitation() -> None:
    assert {step.verb for step in NODE.steps if step.source is NodeState.RETIRED} == {"invite"}
    with pytest.raises(WrongState):
        NODE.step("resume", state=NodeState.RETIRED, roles={Role.SECURITY_ADMIN})


def test_equal_receipts_agree() -> None:
    assert rules.compare(provider=SAID, consumer=replace(SAID, at=NOW), now=NOW) == (Match.EQUAL, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [("rows", 4), ("outcome", "refused"), ("reply_digest", "sha-256:c"), ("request_digest", "x"), ("grant", "h")],
)
def test_a_difference_is_named(name: str, value: str | int) -> None:
    other = replace(SAID, **{name: value})
    assert rules.compare(provider=SAID, consumer=other, now=NOW) == (Match.DIFFER, (name,))


def test_a_batch_that_broke_off_may_count_what_left_and_what_came() -> None:
    left = replace(SAID, outcome="refused", refusal="wire.refused_suspended", rows=400)
    assert rules.compare(provider=left, consumer=replace(left, rows=300), now=NOW)[0] is Match.EQUAL
    assert rules.compare(provider=replace(left, outcome="answered"), consumer=replace(left, rows=0), now=NOW)[1]


def test_one_side_may_be_heard_first_but_not_stay_alone() -> None:
    fresh = replace(SAID, at=NOW - timedelta(minutes=1))
    assert rules.compare(provider=fresh, consumer=None, now=NOW)[0] is Match.WAITING
    assert rules.compare(provider=None, consumer=fresh, now=NOW)[0] is Match.WAITING
    assert rules.compare(provider=SAID, consumer=None, now=NOW)[0] is Match.CONSUMER_MISSING
    assert rules.compare(provider=None, consumer=SAID, now=NOW)[0] is Match.PROVIDER_MISSING


def test_what_never_left_the_consumer_needs_no_second_receipt() -> None:
    refused = replace(SAID, outcome="refused", refusal="wire.refused_field", reply_digest="", rows=0)
    assert rules.compare(provider=None, consumer=refused, now=NOW)[0] is Match.LOCAL
    failed = replace(refused, outcome="failed", refusal="node.peer_silent")
    assert rules.compare(provider=None, consumer=failed, now=NOW)[0] is Match.UNANSWERED


def test_a_reply_lost_on_the_way_is_told_from_a_difference() -> None:
    failed = replace(SAID, outcome="failed", reply_digest="", rows=0)
    assert rules.compare(provider=SAID, consumer=failed, now=NOW)[0] is Match.REPLY_LOST


def test_no_receipt_is_no_exchange() -> None:
    with pytest.raises(ValueError, match="neither side"):
        rules.compare(provider=None, consumer=None, now=NOW)


@pytest.mark.parametrize("kind", sorted(rules.REFUSAL_ARTICLES))
def test_every_refusal_with_an_article_has_its_sentence(kind: str) -> None:
    for lang in messages.LANGS:
        assert messages.text(f"exchange.why_{kind}", lang=lang, facts={})
    assert rules.refusal_article(f"wire.refused_{kind}").startswith("政务数据共享条例第")


def test_whatever_goes_beyond_the_ceiling_has_one_sentence_of_its_own() -> None:
    assert {rules.refusal_kind(f"wire.ceiling_{what}") for what in ("field", "mask", "rows")} == {"ceiling"}
    assert messages.text("exchange.why_ceiling", lang="zh", facts={})


def test_a_technical_refusal_claims_no_article() -> None:
    assert rules.refusal_article("wire.refused_replay") == ""


def test_whoever_speaks_names_itself_on_one_side() -> None:
    assert rules.pair_of(node="a", side="provider", peer="b") == rules.Pair("a", "b")
    assert rules.pair_of(node="a", side="consumer", peer="b") == rules.Pair("b", "a")


def test_an_answer_needs_a_grant_between_its_parties_and_a_refusal_needs_none() -> None:
    pair, other = rules.Pair("a", "b"), rules.Pair("b", "a")
    assert rules.dispute_of(pair, outcome="answered", granted=pair) is None
    assert rules.dispute_of(pair, outcome="answered", granted=other) is rules.Dispute.OUTSIDE_GRANT
    assert rules.dispute_of(pair, outcome="answered", granted=None) is rules.Dispute.OUTSIDE_GRANT
    assert rules.dispute_of(pair, outcome="refused", granted=None) is None
    assert rules.dispute_of(rules.Pair("a", "a"), outcome="refused", granted=None) is rules.Dispute.ITSELF


@pytest.mark.parametrize(
    ("address", "loopback_too", "held"),
    [
        ("https://node.police.wl.gov.test:8443", False, True),
        ("https://10.1.2.3", False, True),
        ("http://127.0.0.1:7001/wl-land", True, True),
        ("http://127.0.0.1:7001", False, False),
        ("http://localhost:7001", False, False),
        ("http://127.1", False, False),
        ("http://2130706433", False, False),
        ("http://[::1]:80", False, False),
        ("http://[::ffff:127.0.0.1]:80", False, False),
        ("http://[::ffff:169.254.169.254]:80", True, False),
        ("http://169.254.169.254", True, False),
        ("https://a\n.test", False, False),
        ("https://" + "a" * 300, False, False),
    ],
)
def test_an_address_points_at_a_node_and_at_nothing_inside_its_peers(
    address: str, loopback_too: bool, held: bool
) -> None:
    if held:
        rules.check_address(address, loopback_too=loopback_too)
        return
    with pytest.raises(RuleBroken, match="address_malformed"):
        rules.check_address(address, loopback_too=loopback_too)
