"""What is past its period goes by night, each time with a record; nothing goes without one, and the chain holds."""

import json
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from pytest_django import Settings
from typer.testing import CliRunner

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.config import wiring
from zhengtong.journal import queries, retaining
from zhengtong.journal.cli import app
from zhengtong.journal.models import DisposalRecord, Event, ReadRecord
from zhengtong.journal.rules import check_chain
from zhengtong.journal.services import audit_read
from zhengtong.journal.services.retention import count_due, dispose_due, retention_job, set_period
from zhengtong.journal.services.sequencer import seal
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.models import Officer
from zhengtong.parties.rules import Role
from zhengtong.regulations import limits
from zhengtong.sharing import services as sharing
from zhengtong.sharing.models import Correction
from zhengtong.sharing.rules import CorrectionOutcome
from zhengtong.standards import services as standards

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
LATER = date(2030, 3, 4)


@pytest.fixture(autouse=True)
def wired() -> None:
    wiring.connect()


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = FixedClock.on(TODAY)
    return departments


def _read(on: date, times: int = 1) -> None:
    for number in range(times):
        audit_read(
            actor=SYSTEM, clock=FixedClock.on(on), subject_kind="officer", subject=str(number), fields=("phone",),
            purpose="办理",
        )  # fmt: skip


def _enter(actor: Actor) -> Client:
    assert actor.officer
    clock = FixedClock.on(TODAY)
    login = f"keep-{actor.officer.hex[-12:]}"
    account = people.open_account(login=login, officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock)
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=TODAY)[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def test_what_is_over_goes_with_a_record_and_an_event_and_the_rest_stays(hall: Hall) -> None:
    _read(date(2026, 1, 5), times=3)
    _read(date(2029, 12, 1))
    gone = sorted(str(one) for one in ReadRecord.objects.filter(at__year=2026).values_list("id", flat=True))
    clock = FixedClock.on(LATER)
    assert {one.kind: one.count for one in count_due(clock=clock)}["read_record"] == 3
    assert ReadRecord.objects.count() == 4  # a dry run takes nothing
    assert not DisposalRecord.objects.exists()
    (done,) = [one for one in dispose_due(clock=clock) if one.kind == "read_record"]
    assert (done.count, ReadRecord.objects.count()) == (3, 1)
    held = DisposalRecord.objects.get(kind="read_record")
    assert (held.count, held.days, held.digest) == (3, 1096, retaining.digest_of(gone))
    said = json.loads(Event.objects.get(name="journal.records.disposed", subject=held.id).payload)
    assert (said["count"], said["digest"]) == (3, held.digest)


def test_each_kind_goes_once_a_day(hall: Hall) -> None:
    _read(date(2026, 1, 5))
    clock = FixedClock.on(LATER)
    retention_job({}, clock=clock)
    _read(date(2026, 1, 6))
    retention_job({}, clock=clock)
    assert ReadRecord.objects.count() == 1
    clock.move(timedelta(days=1))
    retention_job({}, clock=clock)
    assert ReadRecord.objects.count() == 0
    assert DisposalRecord.objects.filter(kind="read_record").count() == 2


def test_the_chain_holds_after_a_disposal(hall: Hall) -> None:
    _read(date(2026, 1, 5))
    while seal():
        pass
    before = queries.head()
    dispose_due(clock=FixedClock.on(LATER))
    while seal():
        pass
    verdict = check_chain(queries.sealed_events(), anchors=[before])
    assert (verdict.flaw, verdict.head.seq > before.seq) == (None, True)


@pytest.mark.parametrize(
    "verb",
    [
        "DELETE FROM journal_readrecord",
        "DELETE FROM journal_event",
        "DELETE FROM journal_disposalrecord",
        "UPDATE journal_disposalrecord SET count = 1",
    ],
)
def test_the_database_refuses_what_no_disposal_record_covers(hall: Hall, verb: str) -> None:
    _read(date(2026, 1, 5), times=2)
    dispose_due(clock=FixedClock.on(LATER))
    _read(LATER)  # after what the record covers
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


@pytest.mark.fault(
    "journal.period_below_law",
    what="a period is set that is shorter than the law asks for",
    unchanged="the period stays as it was",
)
def test_a_period_is_never_shorter_than_the_law_asks_for(hall: Hall) -> None:
    leader, clock = hall.holder("wl-data", Role.AUTHORITY_LEADER), FixedClock.on(TODAY)
    least = limits.limit("USE_RECORD_RETENTION", on=TODAY).days
    with pytest.raises(RuleBroken, match="period_below_law"):
        set_period(kind="correction_values", days=least - 1, ground="本市规定", actor=leader, clock=clock)
    set_period(kind="correction_values", days=least + 1, ground="本市规定", actor=leader, clock=clock)
    held = {one.kind.key: one for one in queries.periods(on=TODAY)}
    assert (held["correction_values"].days, held["correction_values"].least) == (least + 1, least)
    assert held["event"].days == 0


def test_a_place_that_keeps_longer_by_its_own_rule_binds_the_deployment(hall: Hall) -> None:
    leader, clock = hall.holder("wl-data", Role.AUTHORITY_LEADER), FixedClock.on(TODAY)
    standards.override_limit(
        limit_id="USE_RECORD_RETENTION", jurisdiction=leader.jurisdiction, days=1826, in_force_from=TODAY,
        cites="望澜市规定", actor=leader, clock=clock,
    )  # fmt: skip
    held = {one.kind.key: one for one in queries.periods(on=TODAY)}
    assert (held["correction_values"].least, held["correction_values"].days) == (1826, 1826)


@pytest.mark.fault("journal.kind_is_kept", what="a period is set for what is kept for good", unchanged="nothing is set")
def test_what_is_chained_is_kept(hall: Hall) -> None:
    leader = hall.holder("wl-data", Role.AUTHORITY_LEADER)
    with pytest.raises(RuleBroken, match="kind_is_kept"):
        set_period(kind="event", days=4000, ground="本市规定", actor=leader, clock=FixedClock.on(TODAY))


@pytest.mark.fault(
    "journal.period_by_authority", what="somebody else sets a period", unchanged="the period stays as it was"
)
def test_only_the_leader_of_the_authority_sets_a_period(hall: Hall) -> None:
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    with pytest.raises(NotAllowed, match="period_by_authority"):
        set_period(kind="contact", days=400, ground="本市规定", actor=reviewer, clock=FixedClock.on(TODAY))
    assert _enter(reviewer).post("/retention/contact", {"days": "1", "ground": "本市"}).status_code == 404


def test_contacts_of_those_who_left_are_blanked_and_others_stay(hall: Hall) -> None:
    clock = FixedClock.on(date(2026, 6, 1))
    ids = {}
    for name, until in (("离任者", date(2026, 7, 1)), ("在任者", None)):
        officer = people.add_officer(name=name, phone="10012345678", actor=SYSTEM, clock=clock)
        people.give_seat(
            officer=officer, organization=hall.organs["wl-tax"], roles=[Role.DATA_OFFICER], title="科员",
            from_on=date(2026, 6, 1), until_on=until, actor=SYSTEM, clock=clock,
        )  # fmt: skip
        ids[name] = officer
    dispose_due(clock=FixedClock.on(date(2027, 6, 1)))
    assert Officer.objects.get(pk=ids["离任者"]).phone == "10012345678"  # 335 days
    dispose_due(clock=FixedClock.on(date(2027, 7, 3)))
    assert (Officer.objects.get(pk=ids["离任者"]).phone, Officer.objects.get(pk=ids["在任者"]).phone) == (
        "", "10012345678",
    )  # fmt: skip


def test_values_named_in_closed_corrections_are_blanked_and_the_correction_stays(hall: Hall) -> None:
    grant = granted(hall)
    consumer, provider = hall.officer("tl-market"), hall.officer("wl-land")
    sharing.confirm_delivered(grant=grant, actor=provider, clock=FixedClock.on(date(2026, 9, 16)))
    filed = [
        sharing.file_correction(
            entry=hall.entries["R03"], item="usage", record_key=key, value_seen="住宅", value_claimed="商业服务",
            evidence="证书记载为商业服务", actor=consumer, clock=FixedClock.on(date(2026, 9, 18)),
        )
        for key in ("990102001001GB00017F00010001", "990102001001GB00017F00010002")
    ]  # fmt: skip
    sharing.answer_correction(
        correction=filed[0], outcome=CorrectionOutcome.CORRECTED, cause="迁移错误", others_found=0, actor=provider,
        clock=FixedClock.on(date(2026, 9, 24)),
    )  # fmt: skip
    dispose_due(clock=FixedClock.on(LATER))
    closed, pending = (Correction.objects.get(pk=one) for one in filed)
    assert (closed.record_key, closed.value_seen, closed.value_claimed, closed.cause) == ("", "", "", "迁移错误")
    assert pending.value_seen == "住宅"


def test_the_page_shows_the_table_and_the_disposals_and_the_leader_sets_a_period(hall: Hall) -> None:
    _read(date(2020, 1, 5), times=3)
    dispose_due(clock=FixedClock.on(TODAY))
    reader = _enter(hall.officer("tl-market"))
    page = reader.get("/retention").content.decode()
    for said in ("个人信息查阅记录", "网络安全法", "长期", "法定不少于 184 日", "逐条成链", "10月16日"):
        assert said in page
    assert "修改" not in page
    assert "个人信息查阅记录" in reader.get("/retention?format=csv").content.decode("utf-8-sig")
    assert reader.get("/retention/contact").status_code == 404
    leader = _enter(hall.holder("wl-data", Role.AUTHORITY_LEADER))
    refused = leader.post("/retention/read_record", {"days": "100", "ground": "本市规定"})
    assert refused.status_code == 422
    assert "短于法定最短的 184 天" in refused.content.decode()
    assert leader.post("/retention/read_record", {"days": "200", "ground": "本市规定"}).status_code == 302
    assert "本市规定" in leader.get("/retention").content.decode()


def test_the_command_shows_counts_and_disposes(hall: Hall) -> None:
    _read(date(2020, 1, 5), times=2)
    run = CliRunner()
    shown = [json.loads(line) for line in run.invoke(app, ["retention", "--json"]).output.splitlines()]
    assert {one["kind"] for one in shown} == {one.key for one in retaining.kinds()}
    checked = {
        one["kind"]: one["count"]
        for one in map(json.loads, run.invoke(app, ["retention", "--check", "--json"]).output.splitlines())
    }
    assert checked["read_record"] == 2
    assert ReadRecord.objects.count() == 2
    run.invoke(app, ["retention", "--dispose"])
    assert ReadRecord.objects.count() == 0


def test_every_kind_that_is_disposed_of_has_someone_who_does_it() -> None:
    held = queries.periods(on=TODAY)
    assert {one.kind.key for one in held if one.disposes} == {
        one.key for one in retaining.kinds() if one.then is not retaining.Then.KEEP
    }
    assert all(one.kind.cites or one.kind.mark == "D" for one in held)
