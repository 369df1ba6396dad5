"""Ways around articles 13 to 19 that a clever clerk might try, and files that are not what they seem."""

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from zhengtong.catalog import queries, services
from zhengtong.catalog.models import Entry, Revision
from zhengtong.catalog.rules import EntryDraft, EntryState
from zhengtong.catalog.services import clocks
from zhengtong.catalog.services.intake import Intake
from zhengtong.journal import rebuild as journal_rebuild
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, RuleBroken, WrongState
from zhengtong.parties import services as parties
from zhengtong.parties.rules import Level, OrgKind, Role
from zhengtong.standards import services as standards
from zhengtong.standards.rules import DayKind

pytestmark = pytest.mark.django_db

HEADINGS = (
    "数据目录名称,信息资源代码,简码,数据更新频率,共享方式,数据分类,数据分级,"
    "信息项名称,信息项代码,数据类型,长度,信息项共享属性,个人信息"
)
LINE = "不动产登记信息,306001002/000003,R03,每日,服务接口,space,L3,不动产单元号,unit_no,字符型,28,有条件,否"


def _on(month: int, day: int) -> FixedClock:
    return FixedClock.on(date(2026, month, day))


def _take(text: str | bytes, hall: Any, clock: FixedClock, *, kind: str = "csv") -> Intake:
    body = text.encode() if isinstance(text, str) else text
    tables = queries.read_listing(body=body, filename=f"entries.{kind}")
    return services.import_entries(tables=tables, actor=hall.officer, clock=clock)


def _refused(done: Intake) -> list[tuple[int, str]]:
    return [(refusal.row, refusal.key) for _, refusal in done.refusals]


def _change(entry: UUID, hall: Any, clock: FixedClock) -> None:
    services.report_change(entry=entry, reason="职责变化", happened_on=clock.today(), actor=hall.officer, clock=clock)


def _file(entry: UUID, hall: Any, clock: FixedClock) -> None:
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    services.sign(entry=entry, actor=hall.head, clock=clock)
    services.start_review(entry=entry, actor=hall.reviewer, clock=clock)


def test_an_open_draft_does_not_keep_the_authority_from_withdrawing_what_is_published(
    hall: Any, published: UUID, clock: FixedClock
) -> None:
    services.revise(entry=published, actor=hall.officer, clock=clock)
    services.withdraw(entry=published, reason="职责划出", actor=hall.reviewer, clock=clock)
    states = set(Revision.objects.filter(entry=published).values_list("state", flat=True))
    assert states == {EntryState.WITHDRAWN, EntryState.DRAFT}
    services.withdraw(entry=published, reason="不再编制", actor=hall.officer, clock=clock)
    assert not any(area.differences for area in journal_rebuild.check())


def test_an_extension_of_an_update_comes_before_it_is_late_and_before_it_is_filed(hall: Any, published: UUID) -> None:
    _change(published, hall, _on(9, 1))  # due 15 September
    with pytest.raises(RuleBroken, match="extension_too_late"):
        services.extend_change(entry=published, reason="系统改造", actor=hall.leader, clock=_on(9, 16))
    services.extend_change(entry=published, reason="系统改造", actor=hall.leader, clock=_on(9, 15))


def test_an_update_once_filed_is_not_extended(hall: Any, published: UUID) -> None:
    _change(published, hall, _on(9, 1))
    services.revise(entry=published, actor=hall.officer, clock=_on(9, 2))
    _file(published, hall, _on(9, 3))
    with pytest.raises(RuleBroken, match="update_filed_already"):
        services.extend_change(entry=published, reason="系统改造", actor=hall.leader, clock=_on(9, 4))


def test_an_update_sent_back_by_the_authority_is_owed_again(hall: Any, published: UUID) -> None:
    """A filing that does not pass is no update: else any paper filed in time would end the clock (条例 第十七条)."""
    _change(published, hall, _on(9, 1))
    services.revise(entry=published, actor=hall.officer, clock=_on(9, 2))
    _file(published, hall, _on(9, 3))
    assert Revision.objects.get(entry=published, number=1).due_on is None
    services.return_(entry=published, reason="未列明使用用途", actor=hall.reviewer, clock=_on(9, 4))
    assert Revision.objects.get(entry=published, number=1).due_on == date(2026, 9, 15)
    assert not any(area.differences for area in journal_rebuild.check())


def test_a_change_from_before_the_decree_is_recorded_without_a_due_date(hall: Any, published: UUID) -> None:
    services.report_change(
        entry=published, reason="机构改革", happened_on=date(2025, 7, 15), actor=hall.officer, clock=_on(9, 1)
    )
    assert Revision.objects.get(entry=published).due_on is None


def test_an_agreed_extension_of_an_update_survives_a_tighter_local_limit(hall: Any, published: UUID) -> None:
    _change(published, hall, _on(9, 1))
    services.extend_change(entry=published, reason="系统改造", actor=hall.leader, clock=_on(9, 2))
    standards.override_limit(
        limit_id="CATALOG_UPDATE", jurisdiction="990100", days=10, extension_days=2, in_force_from=date(2026, 8, 1),
        cites="望澜市细则", actor=hall.leader, clock=_on(9, 3),
    )  # fmt: skip
    assert Revision.objects.get(entry=published).due_on == date(2026, 9, 21)


def test_every_open_entry_is_counted_again_however_many(
    hall: Any, parcels: EntryDraft, published: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "RECOUNT_BATCH", 1)
    second = services.draft(content=replace(parcels, short_code="R77"), actor=hall.officer, clock=_on(8, 1))
    _file(second, hall, _on(8, 1))
    services.publish(entry=second, actor=hall.reviewer, clock=_on(8, 1))
    for entry in (published, second):
        _change(entry, hall, _on(9, 1))
    standards.set_calendar_day(
        jurisdiction="990100", day=date(2026, 9, 10), kind=DayKind.HOLIDAY, name="市庆", source="演示", actor=SYSTEM,
        clock=_on(9, 2),
    )  # fmt: skip
    assert set(Revision.objects.filter(state="change_due").values_list("due_on", flat=True)) == {date(2026, 9, 16)}


def test_a_source_named_anew_takes_the_mark_from_the_old_one(
    hall: Any, parcels: EntryDraft, published: UUID, clock: FixedClock
) -> None:
    second = services.draft(content=replace(parcels, short_code="R77"), actor=hall.officer, clock=clock)
    for entry in (published, second):
        services.name_source(entry=entry, item_name="房屋用途", reason="登记机构", actor=hall.reviewer, clock=clock)
    marks = dict(Entry.objects.values_list("id", "is_source"))
    assert marks == {published: False, second: True}


def test_a_district_names_sources_for_itself_and_leaves_the_citys_alone(
    hall: Any, published: UUID, clock: FixedClock
) -> None:
    services.name_source(entry=published, item_name="房屋用途", reason="登记机构", actor=hall.reviewer, clock=clock)
    made = [
        parties.register_organization(
            code=code, name=code, short_name=code, level=Level.COUNTY, kind=OrgKind.DEPARTMENT, jurisdiction="990102",
            is_authority=code == "tl-data", actor=SYSTEM, clock=clock,
        )
        for code in ("tl-data", "tl-housing")
    ]  # fmt: skip
    officer = Actor(UUID(int=5), "区", made[1], frozenset({str(Role.DATA_OFFICER)}), "990102")
    reviewer = Actor(UUID(int=6), "区", made[0], frozenset({str(Role.AUTHORITY_REVIEWER)}), "990102")
    own = services.draft(
        content=EntryDraft(name="区房屋", guide_prefix="306001009", short_code="R78"), actor=officer, clock=clock
    )
    services.name_source(entry=own, item_name="房屋用途", reason="本区自建", actor=reviewer, clock=clock)
    assert Entry.objects.get(pk=published).is_source
    usage = next(i for i in queries.entry(id=published, actor=hall.officer).items if i.name == "房屋用途")
    assert usage.source_code == Entry.objects.get(pk=published).guide_code


def test_errors_speak_in_words_not_in_codes(hall: Any, published: UUID, clock: FixedClock) -> None:
    services.revise(entry=published, actor=hall.officer, clock=clock)
    with pytest.raises(WrongState) as moment:
        services.start_review(entry=published, actor=hall.reviewer, clock=clock)
    with pytest.raises(NotAllowed) as role:
        services.submit(entry=published, actor=hall.head, clock=clock)
    said = "".join(e.value.message(lang) + e.value.remedy(lang) for e in (moment, role) for lang in ("zh", "en"))
    for code in ("draft", "start_review", "data_officer", "submit", "目录条目 "):
        assert code not in said.replace("Draft", ""), said
    assert "草稿" in said
    assert "数据专员" in said


# --- files


def test_a_code_that_stands_twice_in_a_file_is_refused_the_second_time(hall: Any, clock: FixedClock) -> None:
    other = LINE.replace("不动产登记信息", "别的登记信息")
    done = _take(f"{HEADINGS}\n{LINE}\n{other}\n", hall, clock)
    assert (done.created, done.updated, _refused(done)) == (1, 0, [(3, "catalog.import_refused")])
    assert queries.entry_by_code(code="R03", actor=hall.officer).row.name == "不动产登记信息"


def test_a_row_is_numbered_as_the_spreadsheet_shows_it_though_a_cell_has_several_lines(
    hall: Any, clock: FixedClock
) -> None:
    tall = LINE.replace("不动产登记信息", '"不动产\n登记\n信息"')
    wrong = LINE.replace("000003", "000004").replace("R03", "R04").replace("每日", "偶尔")
    done = _take(f"{HEADINGS}\n{tall}\n{wrong}\n", hall, clock)
    assert [row for row, _ in _refused(done)] == [3]


def test_a_line_with_more_cells_than_headings_is_refused_not_shifted(hall: Any, clock: FixedClock) -> None:
    """An unquoted comma in a name would otherwise move every later value one column to the right."""
    done = _take(f"{HEADINGS}\n{LINE},,\n{LINE.replace('000003', '000004').replace('R03', 'R04')},多\n", hall, clock)
    assert (done.created, _refused(done)) == (1, [(3, "catalog.import_too_many_cells")])


def test_headings_that_name_no_column_are_told(hall: Any, clock: FixedClock) -> None:
    (read,) = queries.read_listing(body=f"{HEADINGS},摘要,备用\n{LINE},甲,乙\n".encode(), filename="entries.csv")
    assert [(g.source, g.field) for g in read.guesses[-2:]] == [("摘要", "description"), ("备用", None)]
    assert services.import_entries(tables=(read,), actor=hall.officer, clock=clock).created == 1


@pytest.mark.parametrize("heading", ["数据目录名称", "name"])
def test_a_heading_that_stands_twice_is_refused(heading: str, hall: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="import_heading_twice"):
        _take(f"{HEADINGS},{heading}\n{LINE},甲\n", hall, clock)


def test_a_formula_stays_text(hall: Any, clock: FixedClock) -> None:
    """Nothing evaluates a cell; a name may begin with an equals sign (demo city R06)."""
    _take(f"{HEADINGS}\n{LINE.replace('不动产登记信息', '=cmd|calc!A1')}\n", hall, clock)
    assert queries.entry_by_code(code="R03", actor=hall.officer).row.name == "=cmd|calc!A1"


@pytest.mark.parametrize("bad", ["不动产\x00登记", "不动产\x07登记"])
def test_a_control_character_is_refused_with_its_line(bad: str, hall: Any, clock: FixedClock) -> None:
    done = _take(f"{HEADINGS}\n{LINE.replace('不动产登记信息', bad)}\n", hall, clock)
    assert (done.created, _refused(done)) == (0, [(2, "catalog.import_control_character")])


def test_a_lone_surrogate_in_json_is_refused_with_its_line(hall: Any, clock: FixedClock) -> None:
    body = json.dumps([{"name": "\ud800", "guide_prefix": "306001002"}])
    assert _refused(_take(body, hall, clock, kind="json")) == [(1, "catalog.import_control_character")]


def test_json_nested_beyond_reason_is_refused_as_a_whole(hall: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="import_json_broken"):
        _take("[" * 200_000, hall, clock, kind="json")


def test_a_cell_of_ten_megabytes_is_refused_in_words(hall: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="import_cell_too_big") as caught:
        _take(f"{HEADINGS}\n{LINE.replace('不动产登记信息', '甲' * 3_500_000)}\n", hall, clock)
    assert "field larger" not in caught.value.message("zh")
