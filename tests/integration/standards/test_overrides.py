"""The authority's own rows laid over the shipped standards."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties.rules import Role
from zhengtong.standards import queries, services
from zhengtong.standards.cli import app
from zhengtong.standards.rules import DayKind

pytestmark = pytest.mark.django_db

REVIEWER = Actor(UUID(int=1), "周允衡", UUID(int=2), frozenset({str(Role.AUTHORITY_REVIEWER)}), "990100")
ON = date(2026, 9, 1)


def _override(clock: FixedClock, days: int, *, jurisdiction: str = "990100", actor: Actor = REVIEWER) -> UUID:
    return services.override_limit(
        limit_id="REPLY_CONDITIONAL", jurisdiction=jurisdiction, days=days, in_force_from=date(2026, 1, 1),
        cites="望澜市政务数据共享细则（演示）第九条", actor=actor, clock=clock,
    )  # fmt: skip


def test_a_local_limit_holds_in_its_place_and_below_from_its_day(clock: FixedClock) -> None:
    _override(clock, 5)
    days = {
        place: queries.limit_for("REPLY_CONDITIONAL", on=ON, jurisdiction=place).days
        for place in ("990102", "990100", "980100", "")
    }
    assert days == {"990102": 5, "990100": 5, "980100": 10, "": 10}
    before = queries.limit_for("REPLY_CONDITIONAL", on=date(2025, 12, 31), jurisdiction="990100")
    assert before.days == 10


@pytest.mark.fault(
    "standards.override_against_requester", what="地方期限比条例更不利于申请方", unchanged="仍按一般期限计算"
)
def test_a_local_limit_never_takes_from_the_requester(clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="override_against_requester"):
        _override(clock, 12)
    assert queries.limit_for("REPLY_CONDITIONAL", on=ON, jurisdiction="990100").days == 10


def test_the_authority_of_another_place_cannot_change_a_limit(clock: FixedClock) -> None:
    with pytest.raises(NotAllowed):
        _override(clock, 5, jurisdiction="980100")


def test_an_unknown_limit_is_refused(clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        services.override_limit(
            limit_id="SOMETHING", jurisdiction="990100", days=1, in_force_from=ON, cites="x", actor=SYSTEM, clock=clock
        )


def test_a_local_holiday_closes_the_day_there_and_nowhere_else(clock: FixedClock) -> None:
    day = date(2026, 3, 5)
    services.set_calendar_day(
        jurisdiction="990100", day=day, kind=DayKind.HOLIDAY, name="市庆", source="公告", actor=REVIEWER, clock=clock
    )
    assert not queries.calendar_for("990102").is_working(day)
    assert queries.calendar_for("").is_working(day)
    services.set_calendar_day(
        jurisdiction="990102", day=day, kind=DayKind.MAKEUP, name="照常", source="公告", actor=SYSTEM, clock=clock
    )
    assert queries.calendar_for("990102").is_working(day)
    assert not queries.calendar_for("990100").is_working(day)


def test_a_loaded_year_is_no_longer_provisional_and_a_gap_stays_so(clock: FixedClock) -> None:
    last = queries.calendar_for("").published_through.year
    new_year = date(last + 1, 1, 1)
    assert queries.calendar_for("").is_provisional(new_year)
    gap = [(date(last + 2, 1, 1), DayKind.HOLIDAY, "元旦")]
    services.load_year(year=last + 2, days=gap, source="国务院办公厅通知（演示）", actor=SYSTEM, clock=clock)
    assert queries.calendar_for("").is_provisional(new_year)
    services.load_year(
        year=last + 1,
        days=[(new_year, DayKind.HOLIDAY, "元旦")],
        source="国务院办公厅通知（演示）",
        actor=SYSTEM,
        clock=clock,
    )
    assert queries.calendar_for("").published_through == date(last + 2, 12, 31)
    assert not queries.calendar_for("").is_working(new_year)


def test_the_demo_regions_come_in_as_rows_with_their_source(clock: FixedClock) -> None:
    rows = [("990000", "东岚省"), ("990100", "望澜市"), ("990102", "汀兰区")]
    assert not queries.region_known("990102")
    assert services.add_regions(rows=rows, source="演示", actor=SYSTEM, clock=clock) == 3
    assert services.add_regions(rows=rows, source="演示", actor=SYSTEM, clock=clock) == 3
    assert queries.region_name("990102") == "东岚省望澜市汀兰区"
    assert [(r.code, r.source) for r in queries.regions_below("990100")] == [("990102", "演示")]
    assert queries.region_name("440103") == "广东省广州市荔湾区"


@pytest.mark.parametrize("code", ["99", "abc123", "099000", "9901020"])
def test_a_malformed_region_is_refused(code: str, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="region_malformed"):
        services.add_region(code=code, name="某地", source="演示", actor=SYSTEM, clock=clock)


DISTRICT = Actor(UUID(int=3), "区审核员", UUID(int=4), frozenset({str(Role.AUTHORITY_REVIEWER)}), "990102")


def test_a_place_does_not_change_the_calendar_of_the_country(clock: FixedClock) -> None:
    with pytest.raises(NotAllowed):
        services.set_calendar_day(
            jurisdiction="", day=date(2026, 9, 10), kind=DayKind.HOLIDAY, name="自定", source="自定", actor=DISTRICT,
            clock=clock,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        services.load_year(
            year=2027, days=[(date(2027, 1, 1), DayKind.HOLIDAY, "元旦")], source="自定", actor=DISTRICT, clock=clock
        )
    assert queries.calendar_for("").is_working(date(2026, 9, 10))


def test_an_empty_plan_publishes_no_year(clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="year_without_days"):
        services.load_year(year=2027, days=[], source="国务院办公厅通知", actor=SYSTEM, clock=clock)
    assert queries.calendar_for("").is_provisional(date(2027, 3, 1))


def test_a_year_loaded_again_replaces_its_days(clock: FixedClock) -> None:
    def load(*days: int) -> None:
        plan = [(date(2027, 1, day), DayKind.HOLIDAY, "元旦") for day in days]
        services.load_year(year=2027, days=plan, source="国务院办公厅通知（演示）", actor=SYSTEM, clock=clock)

    load(1, 4)
    load(1)
    assert queries.calendar_for("").is_working(date(2027, 1, 4))


def test_a_district_does_not_loosen_what_its_city_tightened(clock: FixedClock) -> None:
    _override(clock, 5)
    with pytest.raises(RuleBroken, match="override_against_requester"):
        _override(clock, 8, jurisdiction="990102", actor=DISTRICT)


def test_a_city_that_tightens_binds_a_district_that_had_tightened_less(clock: FixedClock) -> None:
    _override(clock, 8, jurisdiction="990102", actor=DISTRICT)
    _override(clock, 5)
    assert queries.limit_for("REPLY_CONDITIONAL", on=ON, jurisdiction="990102").days == 5


def test_the_command_loads_a_plan_and_names_a_fault_of_the_file(db: None, tmp_path: Path) -> None:
    plan = tmp_path / "2027.csv"
    plan.write_text("day,kind,name\n2027-01-01,holiday,元旦\n2027-01-02,makeup,调休\n", encoding="utf-8-sig")
    asked = ["load-year", "2027", str(plan), "--source", "国务院办公厅通知（演示）"]
    assert CliRunner().invoke(app, asked).exit_code == 0
    calendar = queries.calendar_for("")
    assert (calendar.is_working(date(2027, 1, 1)), calendar.is_working(date(2027, 1, 2))) == (False, True)
    assert not calendar.is_provisional(date(2027, 3, 1))
    for wrong in ("day,kind,name\n2027-13-01,holiday,元旦\n", "day,kind\n2027-01-01,feast\n", "a,b\n1,2\n"):
        plan.write_text(wrong, encoding="utf-8")
        assert CliRunner().invoke(app, asked).exit_code == 2
    plan.write_bytes("day,kind,name\n2027-01-01,holiday,元旦\n".encode("gb18030"))
    assert CliRunner().invoke(app, asked).exit_code == 2
    assert not queries.calendar_for("").is_provisional(date(2027, 3, 1))
