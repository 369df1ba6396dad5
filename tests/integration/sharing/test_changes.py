"""A provider ends or narrows a service only as agreed with the consumer and filed."""

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import Settings
from typer.testing import CliRunner

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.cli import app
from zhengtong.sharing.models import Grant, ServiceChange
from zhengtong.sharing.rules import ChangeKind, ChangeState, DisputeKind, GrantState, NewTerms
from zhengtong.wire import grant as wire

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
WHY = "登记系统并入省级平台，本级不再提供"
DAY = date(2026, 10, 20)


@pytest.fixture
def grant(hall: Hall, on: On) -> UUID:
    made = granted(hall)
    services.confirm_delivered(grant=made, actor=hall.officer("wl-land"), clock=on(9, 16))
    return made


def _proposed(hall: Hall, on: On, grant: UUID, **given: object) -> UUID:
    asked = {"kind": ChangeKind.STOP, "reason": WHY, "effective_on": DAY, "actor": hall.head("wl-land")} | given
    return services.propose_change(grant=grant, clock=on(9, 21), **asked)


def _move(change: UUID, verb: str, actor: Actor, clock: FixedClock, text: str = "") -> ChangeState:
    return services.move_change(change=change, verb=verb, text=text, actor=actor, clock=clock)


def _filed(hall: Hall, on: On, grant: UUID, **given: object) -> UUID:
    change = _proposed(hall, on, grant, **given)
    _move(change, "agree", hall.head("tl-market"), on(9, 24))
    _move(change, "file", hall.officer("wl-land"), on(9, 25))
    return change


def _cards(actor: Actor, on: date) -> list[tuple[str, date | None, bool]]:
    return [(c.verb, c.due_on, c.late) for c in queries.inbox(actor=actor, on=on) if c.kind == "change"]


def _state(grant: UUID) -> str:
    return Grant.objects.get(pk=grant).state


def test_an_agreed_and_filed_end_takes_effect_on_its_day_and_not_before(hall: Hall, on: On, grant: UUID) -> None:
    change, consumer, provider = _proposed(hall, on, grant), hall.head("tl-market"), hall.head("wl-land")
    authority = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    assert _cards(consumer, date(2026, 9, 22)) == [("answer_change", date(2026, 10, 12), False)]
    _move(change, "agree", consumer, on(9, 24))
    assert _cards(provider, date(2026, 9, 25)) == [("file_change", DAY, False)]
    assert services.apply_changes(clock=on(10, 20)) == 0  # agreed, but not filed
    _move(change, "file", hall.officer("wl-land"), on(9, 25))
    assert _cards(authority, date(2026, 9, 28)) == [("note_change", None, False)]
    _move(change, "note", authority, on(9, 28))
    assert _cards(authority, date(2026, 9, 29)) == []
    assert services.apply_changes(clock=on(10, 19)) == 0
    assert _state(grant) == GrantState.ACTIVE
    assert services.apply_changes(clock=on(10, 20)) == 1
    assert services.apply_changes(clock=on(10, 20)) == 0
    page = queries.grant(actor=provider, id=grant, on=DAY)
    assert (page.line.state, page.end_how, page.filed_number) == (GrantState.TERMINATED, "revoke", "备B01")
    assert queries.disposal(grant=grant, actor=consumer, on=DAY) is not None
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_a_change_narrows_what_is_published_and_keeps_the_rest(hall: Hall, on: On, grant: UUID) -> None:
    before = Grant.objects.get(pk=grant)
    new = NewTerms(until=date(2026, 12, 31), rows_per_day=50, dropped=("area",))
    _filed(hall, on, grant, kind=ChangeKind.CHANGE, terms=new)
    assert services.apply_changes(clock=on(10, 20)) == 1
    (published,) = queries.grants_for_publication(at=on(10, 20).now())
    old = wire.parse_grant(before.terms.encode())
    assert published.grant.limits.rows_per_day == 50
    assert published.grant.limits.calls_per_day == old.limits.calls_per_day == 200
    assert {f.name for f in old.fields} - {f.name for f in published.grant.fields} == {"area"}
    assert (published.state, published.grant.filter_digest) == (GrantState.ACTIVE, old.filter_digest)
    row = Grant.objects.get(pk=grant)
    assert row.valid_until == date(2026, 12, 31)
    assert row.terms_digest != before.terms_digest
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]
    assert services.expire_grants(clock=FixedClock.on(date(2027, 1, 1))) == 1


@pytest.mark.parametrize(
    "new",
    [NewTerms(rows_per_day=5000), NewTerms(until=date(2028, 1, 1)), NewTerms(dropped=("unit_no",)), NewTerms()],
    ids=["more rows", "longer", "without its query condition", "nothing"],
)
def test_nothing_widens_by_the_providers_change(hall: Hall, on: On, grant: UUID, new: NewTerms) -> None:
    with pytest.raises(RuleBroken):
        _proposed(hall, on, grant, kind=ChangeKind.CHANGE, terms=new)


def test_without_agreement_the_service_runs_on_until_a_dispute_is_settled(hall: Hall, on: On, grant: UUID) -> None:
    change, consumer, provider = _proposed(hall, on, grant), hall.head("tl-market"), hall.head("wl-land")
    with pytest.raises(RuleBroken, match="change_needs_reason"):
        _move(change, "object", consumer, on(9, 24))
    _move(change, "object", consumer, on(9, 24), "食品经营许可仍需核验经营场所")
    assert _cards(provider, date(2026, 9, 25)) == [("settle_change", None, False)]
    with pytest.raises(WrongState):
        _move(change, "file", provider, on(9, 25))
    with pytest.raises(RuleBroken, match="change_not_settled"):
        _move(change, "follow", provider, on(9, 25))
    dispute = services.open_dispute(
        kind=DisputeKind.GRANT, about=grant, claim="系统关停，无法继续提供", actor=provider, clock=on(9, 25)
    )
    assert services.apply_changes(clock=on(10, 20)) == 0
    assert _state(grant) == GrantState.ACTIVE
    services.move_dispute(dispute=dispute, verb="agree", text="双方同意改用省级接口", actor=provider, clock=on(10, 12))
    assert _move(change, "follow", provider, on(10, 13)) is ChangeState.AGREED
    _move(change, "file", provider, on(10, 13))
    assert services.apply_changes(clock=on(10, 20)) == 1
    assert queries.change(id=change, actor=consumer, on=DAY).dispute_number == "Z01"
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_a_settlement_that_the_service_goes_on_gives_no_end(hall: Hall, on: On, grant: UUID) -> None:
    change, provider = _proposed(hall, on, grant), hall.head("wl-land")
    _move(change, "object", hall.head("tl-market"), on(9, 24), "仍需核验经营场所")
    dispute = services.open_dispute(
        kind=DisputeKind.GRANT, about=grant, claim="系统关停，无法继续提供", actor=provider, clock=on(9, 25)
    )
    services.move_dispute(
        dispute=dispute, verb="agree", text="继续提供", provides=True, actor=provider, clock=on(10, 12)
    )
    with pytest.raises(RuleBroken, match="change_not_settled"):
        _move(change, "follow", provider, on(10, 13))


def test_silence_is_no_consent_and_may_be_contested_once_late(hall: Hall, on: On, grant: UUID) -> None:
    change, provider = _proposed(hall, on, grant), hall.head("wl-land")
    claim = {"kind": DisputeKind.GRANT, "about": grant, "claim": "对方一直不答复", "actor": provider}
    with pytest.raises(WrongState, match="nothing_contested"):
        services.open_dispute(clock=on(10, 12), **claim)
    assert _cards(hall.head("tl-market"), date(2026, 10, 13)) == [("answer_change", date(2026, 10, 12), True)]
    assert services.apply_changes(clock=on(10, 20)) == 0
    assert services.open_dispute(clock=on(10, 13), **claim)
    assert _move(change, "agree", hall.head("tl-market"), on(10, 13)) is ChangeState.AGREED


def test_each_side_does_only_its_own_part_and_one_is_open_at_a_time(hall: Hall, on: On, grant: UUID) -> None:
    consumer, stranger = hall.head("tl-market"), hall.head("wl-tax")
    with pytest.raises(NotAllowed):
        _proposed(hall, on, grant, actor=hall.officer("wl-land"))
    for actor in (consumer, stranger):
        with pytest.raises(NotFound):
            _proposed(hall, on, grant, actor=actor)
    with pytest.raises(RuleBroken, match="too_soon"):
        _proposed(hall, on, grant, effective_on=date(2026, 10, 12))
    change = _proposed(hall, on, grant)
    with pytest.raises(RuleBroken, match="open_already"):
        _proposed(hall, on, grant)
    for verb, actor in (
        ("agree", hall.head("wl-land")),
        ("withdraw", consumer),
        ("agree", stranger),
        ("note", consumer),
    ):
        with pytest.raises(NotFound):
            _move(change, verb, actor, on(9, 24), "不再需要")
    with pytest.raises(NotFound):
        queries.change(id=change, actor=stranger, on=DAY)
    assert queries.changes_of(grant=grant, actor=stranger, on=DAY) == ()
    _move(change, "withdraw", hall.officer("wl-land"), on(9, 24), "系统继续运行")
    assert _proposed(hall, on, grant)
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_what_ends_otherwise_closes_the_proposal(hall: Hall, on: On, grant: UUID) -> None:
    change = _proposed(hall, on, grant)
    services.relinquish_grant(grant=grant, reason="事项取消", actor=hall.officer("tl-market"), clock=on(9, 28))
    assert queries.change(id=change, actor=hall.head("wl-land"), on=DAY).line.state is ChangeState.LAPSED
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]
    with pytest.raises(WrongState):
        _proposed(hall, on, grant)


def test_a_suspended_grant_ends_as_agreed_too(hall: Hall, on: On, grant: UUID) -> None:
    _filed(hall, on, grant)
    services.suspend_grant(grant=grant, reason="用于短信推广", actor=hall.head("wl-land"), clock=on(10, 12))
    assert services.apply_changes(clock=on(10, 20)) == 1
    assert _state(grant) == GrantState.TERMINATED


def test_the_store_holds_one_open_proposal_of_a_grant(hall: Hall, on: On, grant: UUID) -> None:
    row = ServiceChange.objects.get(pk=_proposed(hall, on, grant))
    row.pk, row.number = UUID(int=9), "B99"
    with transaction.atomic(), pytest.raises(IntegrityError):
        row.save(force_insert=True)


def test_a_changed_calendar_moves_the_day_to_answer(hall: Hall, on: On, grant: UUID) -> None:
    change = _proposed(hall, on, grant)
    ServiceChange.objects.filter(pk=change).update(due_on=date(2026, 12, 1))
    assert services.recompute_clocks(clock=on(9, 26)) == 1
    assert ServiceChange.objects.get(pk=change).due_on == date(2026, 10, 12)


def test_the_command_lists_them(hall: Hall, on: On, grant: UUID) -> None:
    _proposed(hall, on, grant)
    line = json.loads(CliRunner().invoke(app, ["changes", "--state", "proposed", "--json"]).output)
    assert (line["number"], line["kind"], line["due_on"]) == ("B01", "stop", "2026-10-12")
    assert "待使用方答复" in CliRunner().invoke(app, ["changes"]).output


def _enter(actor: Actor, clock: FixedClock, settings: Settings) -> Client:
    settings.ZHENGTONG_CLOCK = clock
    assert actor.officer
    account = people.open_account(
        login=f"u-{actor.officer.hex[-12:]}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock
    )
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=clock.today())[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def test_the_pages_lead_from_the_proposal_to_the_filing(hall: Hall, on: On, grant: UUID, settings: Settings) -> None:
    provider = _enter(hall.head("wl-land"), on(9, 21), settings)
    assert "提出终止或者变更" in provider.get(f"/sharing/grants/{grant}").content.decode()
    address = f"/sharing/grants/{grant}/changes/new"
    assert "2026年10月12日" in provider.get(address).content.decode()
    short = provider.post(address, {"kind": "stop", "reason": WHY, "effective_on": "2026-09-22"})
    assert (short.status_code, "答复期限" in short.content.decode()) == (422, True)
    done = provider.post(address, {"kind": "stop", "reason": WHY, "effective_on": "2026-10-20"})
    assert done.status_code == 302
    page = done["location"]
    assert "答复是否同意" in provider.get(page).content.decode()
    consumer = _enter(hall.head("tl-market"), on(9, 24), settings)
    assert page in consumer.get("/sharing/inbox").content.decode()
    assert consumer.post(f"{page}/act/object", {"text": ""}).status_code == 422
    assert consumer.post(f"{page}/act/agree", {"text": "同意"}).status_code == 302
    assert consumer.post(f"{page}/act/file").status_code == 404
    assert provider.post(f"{page}/act/file").status_code == 302
    shown = provider.get(page).content.decode()
    assert "备B01" in shown
    assert "系统：到日生效" in shown
    assert _enter(hall.head("wl-tax"), on(9, 24), settings).get(page).status_code == 404
