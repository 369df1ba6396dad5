"""Real nodes against the real center over HTTP: join, approve, publish, exchange, receipts of three sides equal."""

import asyncio
import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.template.loader import render_to_string

from tests.support.exchange_world import LAND, MARKET, actor, grant_row
from tests.support.wire_city import Running
from zhengtong.exchange import queries, services
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.node import joining, store, systems
from zhengtong.node.bindings import SourceBinding, TargetBinding, bind_source, bind_target, ceiling_of
from zhengtong.node.home import NodeHome, Settings
from zhengtong.node.serving import free_port
from zhengtong.parties.queries import organization_by_code
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.models import Grant as GrantRow
from zhengtong.sharing.rules import ChangeKind, StopScope
from zhengtong.wire.verifier import verify

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
RESOURCE = "306001002/000123"
PLACE = "汀兰区听潮街88号"


def _home(folder: Path, code: str) -> NodeHome:
    port = free_port("127.0.0.1")
    return NodeHome.create(folder, Settings(code=code, port=port, address=f"http://127.0.0.1:{port}"))


def _let_in(home: NodeHome, *, url: str, clock: FixedClock) -> None:
    invited = services.invite(
        organization=organization_by_code(code=home.code).id,
        node_code=home.code,
        actor=actor(Role.SYSTEM_ADMIN),
        clock=clock,
    )
    root = queries.root_fingerprint()
    found = asyncio.run(joining.join(home, center=url, one_time_code=invited.code, root=root, wait_s=0, clock=clock))
    assert found.state == "pending"
    services.approve_node(
        node=invited.node, fingerprint=found.fingerprint, actor=actor(Role.SECURITY_ADMIN), clock=clock
    )


def _source(folder: Path, home: NodeHome) -> None:
    path = folder / "land.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE fw (ZL TEXT, FWYT TEXT)")
        db.execute("INSERT INTO fw VALUES (?, '商业服务')", (PLACE,))
        db.commit()
    columns = {"ZL": "ZL", "FWYT": "FWYT"}
    ceiling = ceiling_of(RESOURCE, columns, masks={}, purposes=(), rows_a_day=None, accept="auto")
    with contextlib.closing(store.connect(home.database)) as db:
        bound = SourceBinding(resource=RESOURCE, url=f"sqlite://{path}", table="fw", columns=columns, ceiling=ceiling)
        bind_source(db, bound)


def test_two_real_nodes_exchange_under_the_centers_directory(
    center: Path, clock: FixedClock, live_server: Any, tmp_path: Path
) -> None:
    grant = grant_row(provider=LAND, consumer=MARKET, number="0002-1", clock=clock, filtered=True)
    provider, consumer = _home(tmp_path, LAND), _home(tmp_path, MARKET)
    for home in (provider, consumer):
        _let_in(home, url=live_server.url.replace("localhost", "127.0.0.1"), clock=clock)
    _source(tmp_path, provider)
    with contextlib.closing(store.connect(consumer.database)) as db:
        token = systems.register(db, "tl-market-food", public="")
        target = TargetBinding(resource=RESOURCE, url=f"sqlite://{tmp_path}/market.db", table="fw", columns={})
        bind_target(db, target)
    _end_agreed_and_filed(grant, clock=clock)
    services.publish(clock=clock)
    outside = SimpleNamespace(clock=clock, center=lambda code: None)
    nodes = [Running(home, outside) for home in (provider, consumer)]  # pyright: ignore[reportArgumentType] -- no desk: the real center
    try:
        ask = {"grant": "0002-1", "purpose": "经营场所核验", "lookup": {"ZL": PLACE}}
        status, said = nodes[1].post("/local/v1/query", ask, token=token)
        assert (status, said.get("rows")) == (200, [{"ZL": PLACE, "FWYT": "商业服务"}]), said
        status, said = nodes[1].post("/local/v1/query", {**ask, "purpose": "日常检查"}, token=token)
        assert (status, said["key"]) == (403, "wire.refused_purpose")
        status, pulled = nodes[1].post("/local/v1/pull", {"grant": "0002-1", "purpose": "经营场所核验"}, token=token)
        assert (status, pulled["reconciled"]) == (200, True), pulled
        _halted_and_let_run_again(nodes, ask, token, clock=clock)
        assert sharing.apply_changes(clock=clock) == 1  # as the worker does every half minute
        services.publish(clock=clock)
        for node in nodes:
            assert node.refresh()
        status, said = nodes[1].post("/local/v1/query", ask, token=token)
        assert said["key"] == "wire.refused_revoked", said
        for node in nodes:
            node.call(node.node.receipts.send_all())
    finally:
        for node in nodes:
            node.stop()
    sides = queries.three_sides(actor=SYSTEM)
    assert (sides.exchanges, sides.agree) == (7, True), sides
    _check_the_runs_page(pulled, clock=clock)
    ran = queries.runs_of([str(grant)])
    assert ran is not None
    assert (ran.rows, ran.quarantined, ran.last_at.date()) == (1, 0, clock.now().date())
    assert queries.runs_of([str(UUID(int=7))]) is None
    use = queries.grant_use(grant=grant, actor=actor(Role.DATA_OFFICER, of=LAND), clock=clock)
    assert (use.answered, use.rows, use.refused) == (3, 3, 4)
    page = queries.node(node=queries.node_by_code(code=LAND).id, actor=SYSTEM, clock=clock)
    assert page.line.directory == queries.directory_state(clock=clock).known_as
    assert page.heads
    assert not any(head.forked for head in page.heads)
    report = verify([provider.folder, consumer.folder], root_fingerprint=queries.root_fingerprint())
    assert report.ok, report.problems


def _end_agreed_and_filed(grant: UUID, *, clock: FixedClock) -> None:
    """The provider's end of service, agreed a month ago for today: it holds once the worker lets it take effect."""
    today = clock.today()
    month_ago = FixedClock.on(today - timedelta(days=30))
    GrantRow.objects.filter(id=grant).update(consented_on=month_ago.today())
    provider, consumer = actor(Role.SHARING_OFFICE_HEAD, of=LAND), actor(Role.SHARING_OFFICE_HEAD, of=MARKET)
    change = sharing.propose_change(
        grant=grant,
        kind=ChangeKind.STOP,
        reason="系统并入省级平台",
        effective_on=today,
        actor=provider,
        clock=month_ago,
    )
    for verb, who in (("agree", consumer), ("file", provider)):
        sharing.move_change(change=change, verb=verb, actor=who, clock=month_ago)


def _halted_and_let_run_again(nodes: list[Running], ask: dict[str, Any], token: str, *, clock: FixedClock) -> None:
    """An emergency stop of the provider's node is refused by both nodes at their next pull, until another lifts it."""
    guard, leader = actor(Role.SECURITY_ADMIN), actor(Role.AUTHORITY_LEADER)
    stop = sharing.order_stop(
        scope=StopScope.NODE,
        target=organization_by_code(code=LAND).id,
        reason="发现批量异常查询",
        actor=guard,
        clock=clock,
    )
    services.publish(clock=clock)  # the worker does it within the minute, as the event asks
    nodes[0].refresh()
    status, said = nodes[1].post("/local/v1/query", ask, token=token)
    assert (said["key"], said["at"]) == ("wire.refused_suspended", "provider"), said  # the consumer has not pulled
    nodes[1].refresh()
    status, said = nodes[1].post("/local/v1/query", ask, token=token)
    assert (status, said["key"]) == (403, "wire.refused_suspended"), said
    sharing.lift_stop(stop=stop, report="查明为误配，已改正", actor=leader, clock=clock)
    services.publish(clock=clock)
    for node in nodes:
        node.refresh()
    status, said = nodes[1].post("/local/v1/query", ask, token=token)
    assert (status, len(said["rows"])) == (200, 1), said


def _check_the_runs_page(pulled: dict[str, Any], *, clock: FixedClock) -> None:
    """The center shows both sides' figures of a run, as the two nodes signed them."""
    officer = actor(Role.DATA_OFFICER, of=LAND)
    run = queries.exchange(exchange=pulled["run"], actor=officer, clock=clock).run
    assert run is not None
    assert run.provider is not None
    assert run.consumer is not None
    assert (run.provider.read, run.provider.withheld, run.provider.rows) == (1, 0, 1)
    assert (run.consumer.rows, run.consumer.quarantined) == (1, 0)
    assert run.provider.fingerprint == run.consumer.fingerprint == pulled["fingerprint"]
    assert (run.same, run.waiting) == (True, False)
    shown = render_to_string(
        "exchange/exchange.html",
        {"page": queries.exchange(exchange=pulled["run"], actor=officer, clock=clock), "sides": ()},
    )
    assert "批量对账" in shown
    assert pulled["fingerprint"] in shown
