"""The directory verifies from the pinned root, goes forward only, and gives each node its own grants."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.exchange_world import LAND, MARKET, POLICE, actor, grant_row, joined
from zhengtong.exchange import queries, services
from zhengtong.exchange.models import Document
from zhengtong.exchange.services.keys import init_keys
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.wire.acceptance import Held, accept_bundle, accept_members, accept_roots
from zhengtong.wire.delta import apply_delta
from zhengtong.wire.directory import Members, Roots
from zhengtong.wire.documents import SignedDocument, parse_document

pytestmark = pytest.mark.django_db
BYTES = 4 << 20


def _roots(clock: FixedClock) -> Roots:
    document = parse_document(queries.stored_roots().body, kind="roots", max_bytes=BYTES)
    return accept_roots(document, held=None, pinned=queries.root_fingerprint(), now=clock.now())


def _members(clock: FixedClock, held: Held | None = None) -> tuple[Members, Held, SignedDocument]:
    document = parse_document(queries.stored_members().body, kind="members", max_bytes=BYTES)
    members, now_held = accept_members(document, roots=_roots(clock), held=held, now=clock.now())
    return members, now_held, document


def test_the_chain_verifies_from_the_pinned_root(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    joined(MARKET, clock)
    published = services.publish(clock=clock)
    members, held, _ = _members(clock)
    assert members.known_as == published.known_as == "1.1"
    assert [node.id for node in members.nodes] == [MARKET, LAND]
    assert held.digest == published.digest
    document = parse_document(queries.stored_roots().body, kind="roots", max_bytes=BYTES)
    with pytest.raises(NotAllowed, match="root_not_pinned"):
        accept_roots(document, held=None, pinned="0000-0000", now=clock.now())


def test_a_bundle_holds_only_its_nodes_own_grants_and_the_filter_goes_to_the_provider(
    center: Path, clock: FixedClock
) -> None:
    mine = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock, filtered=True)
    other = grant_row(provider=POLICE, consumer=LAND, number="0005-1", clock=clock)
    nodes = {code: joined(code, clock) for code in (LAND, MARKET, POLICE)}
    services.publish(clock=clock)
    members, _, _ = _members(clock)
    seen = {}
    for code, node in nodes.items():
        answer = node.call("GET", "grants")
        document = parse_document(answer.content, kind="grants", max_bytes=BYTES)
        seen[code] = accept_bundle(document, roots=_roots(clock), members=members, node=code, now=clock.now())
        others = {LAND, MARKET, POLICE} - {code}
        for stranger in others:
            with pytest.raises(NotAllowed):
                accept_bundle(document, roots=_roots(clock), members=members, node=stranger, now=clock.now())
        if code == MARKET:
            assert "汀兰区" not in answer.content.decode() or b"filter_salt" in answer.content
    assert {grant.id for grant in seen[LAND]} == {str(mine), str(other)}
    assert {grant.id for grant in seen[MARKET]} == {str(mine)}
    assert {grant.id for grant in seen[POLICE]} == {str(other)}
    assert next(g for g in seen[LAND] if g.id == str(mine)).row_filter is not None
    assert seen[MARKET][0].row_filter is None
    assert seen[MARKET][0].filter_digest


def test_nothing_changed_means_nothing_published_until_it_grows_old(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    first = services.publish(clock=clock)
    assert services.publish(clock=clock).changed is False
    clock.move(timedelta(minutes=6))
    second = services.publish(clock=clock)
    assert (second.changed, second.bundles) == (True, ())
    members, _, _ = _members(clock)
    assert members.previous == first.digest


def test_a_revocation_changes_both_bundles_at_once(center: Path, clock: FixedClock) -> None:
    from zhengtong.sharing.models import Grant as GrantRow

    id_ = grant_row(provider=LAND, consumer=MARKET, number="0011-1", clock=clock)
    for code in (LAND, MARKET, POLICE):
        joined(code, clock)
    services.publish(clock=clock)
    row = GrantRow.objects.get(id=id_)
    row.state, row.end_how, row.end_reason, row.ended_on = "terminated", "terminated", "用于短信推广", clock.today()
    row.save()
    published = services.publish(clock=clock)
    assert set(published.bundles) == {LAND, MARKET}
    raw = queries.stored_bundle(node_code=LAND).body
    members, _, _ = _members(clock)
    document = parse_document(raw, kind="grants", max_bytes=BYTES)
    (grant,) = accept_bundle(document, roots=_roots(clock), members=members, node=LAND, now=clock.now())
    assert grant.status.value == "revoked"


@pytest.mark.fault(
    "wire.directory_rolled_back",
    what="the center was restored from a backup and publishes old serials",
    unchanged="nodes keep the newer directory",
)
def test_a_rolled_back_or_forked_directory_is_refused_by_nodes(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    services.publish(clock=clock)
    _, _, old = _members(clock)
    services.publish(clock=clock, force=True)
    _, held, _ = _members(clock)
    with pytest.raises(NotAllowed, match="rolled_back"):
        accept_members(old, roots=_roots(clock), held=held, now=clock.now())
    Document.objects.filter(kind="members", serial=2).delete()  # a center restored from a backup
    clock.move(timedelta(seconds=1))
    services.publish(clock=clock, force=True)
    with pytest.raises(NotAllowed, match="forked"):
        _members(clock, held)


def test_a_new_epoch_lets_nodes_follow_a_restored_center(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    services.publish(clock=clock)
    _, held, _ = _members(clock)
    before = parse_document(queries.stored_roots().body, kind="roots", max_bytes=BYTES)
    assert services.open_epoch(center=center, reason="从备份恢复", actor=SYSTEM, clock=clock) == 2
    published = services.publish(clock=clock)
    assert published.known_as == "2.1"
    document = parse_document(queries.stored_roots().body, kind="roots", max_bytes=BYTES)
    roots = accept_roots(document, held=before, pinned=queries.root_fingerprint(), now=clock.now())
    newest = parse_document(queries.stored_members().body, kind="members", max_bytes=BYTES)
    members, _ = accept_members(newest, roots=roots, held=held, now=clock.now())
    assert members.epoch == 2
    assert queries.stored_members(since="1.1").is_delta is False


def test_a_delta_gives_exactly_the_new_document(center: Path, clock: FixedClock) -> None:
    node = joined(LAND, clock)
    services.publish(clock=clock)
    _, held, old = _members(clock)
    joined(MARKET, clock)
    services.publish(clock=clock)
    answer = node.call("GET", "members", query="?since=1.1")
    assert answer.headers["zhengtong-delta"] == "1"
    rebuilt = apply_delta(old, answer.content)
    assert rebuilt.to_bytes() == queries.stored_members().body
    accept_members(rebuilt, roots=_roots(clock), held=held, now=clock.now())
    assert node.call("GET", "members", query="?since=1.2").status_code == 304
    assert node.call("GET", "members", etag=answer.headers["ETag"]).status_code == 304
    assert node.call("GET", "members", query="?since=7.9").content == queries.stored_members().body


def test_an_online_key_is_replaced_without_losing_anybody(center: Path, clock: FixedClock) -> None:
    joined(LAND, clock)
    services.publish(clock=clock)
    before = parse_document(queries.stored_roots().body, kind="roots", max_bytes=BYTES)
    _, held, _ = _members(clock)
    clock.move(timedelta(seconds=2))
    services.rotate_online_key(center=center, actor=SYSTEM, clock=clock)
    services.publish(clock=clock, force=True)
    after = parse_document(queries.stored_roots().body, kind="roots", max_bytes=BYTES)
    roots = accept_roots(after, held=before, pinned=queries.root_fingerprint(), now=clock.now())
    newest = parse_document(queries.stored_members().body, kind="members", max_bytes=BYTES)
    accept_members(newest, roots=roots, held=held, now=clock.now())
    assert queries.root_fingerprint() == queries.directory_state(clock=clock).root_fingerprint


@pytest.mark.fault(
    "exchange.keys_exist", what="the key ceremony is held a second time", unchanged="the keys stay as they are"
)
def test_the_root_keys_lie_apart_and_only_their_owner_reads_them(center: Path, clock: FixedClock) -> None:
    files = [center / "root-offline" / "root-1.pem", center / "keys" / "online.pem"]
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600", "0o600"]
    assert "介质" in (center / "root-offline" / "READ-ME.txt").read_text(encoding="utf-8")
    with pytest.raises(WrongState, match="keys_exist"):
        init_keys(center=center, clock=clock)


@pytest.mark.fault(
    "exchange.offline_keys_missing",
    what="too few offline root keys are there to open an epoch",
    unchanged="the roots document stays as it was",
)
def test_two_of_three_root_keys_must_sign(tmp_path: Path, center: Path, clock: FixedClock) -> None:
    from zhengtong.exchange.models import Document as Row

    folder = tmp_path / "other"
    with pytest.raises(RuleBroken, match="threshold_wrong"):
        init_keys(center=folder, clock=clock, keys=2, threshold=3)
    files = init_keys(center=folder, clock=clock, keys=3, threshold=2)
    document = parse_document((folder / "keys" / "roots.json").read_bytes(), kind="roots", max_bytes=BYTES)
    accept_roots(document, held=None, pinned=files.fingerprint, now=clock.now())
    Row.objects.filter(kind="roots").delete()
    Row.objects.create(
        kind="roots", epoch=1, serial=1, digest=document.digest, body=document.to_bytes(), issued_at=clock.now()
    )
    for name in ("root-1.pem", "root-2.pem"):
        (folder / "root-offline" / name).unlink()
    with pytest.raises(NotFound, match="offline_keys_missing"):
        services.open_epoch(center=folder, reason="恢复", actor=SYSTEM, clock=clock)


def test_changing_who_takes_part_asks_for_a_publication(center: Path, clock: FixedClock) -> None:
    from zhengtong.journal.queries import jobs

    joined(LAND, clock)
    waiting = [job for job in jobs().rows if job.kind == "exchange.publish"]
    assert len(waiting) == 1
    services.suspend_node(
        node=queries.node_by_code(code=LAND).id, reason="检修", actor=actor(Role.SECURITY_ADMIN), clock=clock
    )
    assert len([job for job in jobs().rows if job.kind == "exchange.publish"]) == 1


def test_a_suspended_grant_reaches_the_bundles_with_the_next_round_of_the_worker(
    center: Path, clock: FixedClock
) -> None:
    from zhengtong.journal.services import record
    from zhengtong.journal.worker import Worker
    from zhengtong.parties.queries import organization_by_code
    from zhengtong.sharing.events import GrantSuspended
    from zhengtong.sharing.models import Grant as GrantRow

    id_ = grant_row(provider=LAND, consumer=MARKET, number="0011-1", clock=clock)
    for code in (LAND, MARKET):
        joined(code, clock)
    Worker(clock=clock, machine=clock).drain()
    before = queries.directory_state(clock=clock).known_as
    GrantRow.objects.filter(id=id_).update(state="suspended", suspension_reason="短信推广", suspended_on=clock.today())
    fact = GrantSuspended(
        subject=id_,
        number="0011-1",
        provider=organization_by_code(code=LAND).id,
        consumer=organization_by_code(code=MARKET).id,
        breach="U2",
        reason="短信推广",
        rectify_by=None,
        suspended_on=clock.today(),
    )
    record(fact, actor=SYSTEM, clock=clock)
    clock.move(timedelta(seconds=2))
    Worker(clock=clock, machine=clock).drain()
    assert before == "1.1"
    assert queries.directory_state(clock=clock).known_as == "1.2"
    members, _, _ = _members(clock)
    raw = parse_document(queries.stored_bundle(node_code=MARKET).body, kind="grants", max_bytes=BYTES)
    (grant,) = accept_bundle(raw, roots=_roots(clock), members=members, node=MARKET, now=clock.now())
    assert grant.status.value == "suspended"
