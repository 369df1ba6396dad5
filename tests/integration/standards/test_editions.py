"""A shipped table is replaced by a newer edition without a release, and the old one comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zhengtong.journal.models import Event
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties.rules import Role
from zhengtong.standards import cli, queries, services, tables
from zhengtong.standards.rules import TableKind

pytestmark = pytest.mark.django_db(transaction=True)
CSV = "code,zh,en,parent,valid_from,valid_until\n0,未知的性别,Unknown,,,\n1,男性,Male,,,\n2,女性,Female,,,\n"


@pytest.fixture(autouse=True)
def followed() -> Iterator[None]:
    tables.follow(queries.editions_serial, queries.editions_in_force)
    yield
    tables.follow(lambda: None, dict)
    tables.use({})


def _edition(content: str = CSV, *, table: str = "sex", kind: TableKind = TableKind.CODE_LIST, **given: str) -> object:
    about = {"edition": "2026", "source": "GB/T 2261.1-2026", "mark": "V", **given}
    return tables.Edition(kind, table, content=content, **about)


def _load(edition: object, clock: FixedClock, actor: Actor = SYSTEM) -> None:
    services.load_edition(edition=edition, actor=actor, clock=clock)  # type: ignore[arg-type]


def test_a_newer_list_is_in_use_at_once_and_the_shipped_one_comes_back(db: None, clock: FixedClock) -> None:
    assert tables.code_list("sex").has("9")
    _load(_edition(), clock)
    held = tables.code_list("sex")
    assert (held.label("1"), held.has("9"), held.edition, held.source, held.mark) == (
        "男性", False, "2026", "GB/T 2261.1-2026", "V",
    )  # fmt: skip
    assert tables.profile().lists.get("sex", held).label("1") == "男性"
    services.withdraw_edition(table="sex", edition="2026", reason="公布后撤回", actor=SYSTEM, clock=clock)
    assert tables.code_list("sex").has("9")
    told = Event.objects.filter(name__startswith="standards.table.").order_by("at", "id")
    assert list(told.values_list("name", flat=True)) == ["standards.table.loaded", "standards.table.withdrawn"]
    with pytest.raises(NotFound):
        services.withdraw_edition(table="sex", edition="2026", reason="再撤", actor=SYSTEM, clock=clock)


def test_another_process_takes_it_up(db: None, clock: FixedClock) -> None:
    _load(_edition(), clock)
    tables.use({})  # as a process that has not asked yet
    assert tables.code_list("sex").has("9")
    tables.follow(queries.editions_serial, queries.editions_in_force)
    assert tables.code_list("sex").label("1") == "男性"


def test_a_database_that_cannot_say_takes_nothing_back(db: None, clock: FixedClock) -> None:
    _load(_edition(), clock)
    assert tables.code_list("sex").label("1") == "男性"
    tables.follow(lambda: None, dict)
    tables.refresh(now=True)
    assert tables.code_list("sex").label("1") == "男性"


def test_the_latest_edition_counts(db: None, clock: FixedClock) -> None:
    _load(_edition(), clock)
    later = FixedClock(clock.now().replace(hour=5))
    _load(_edition(CSV.replace("男性", "男"), edition="2027"), later)
    assert tables.code_list("sex").label("1") == "男"
    services.withdraw_edition(table="sex", edition="2027", reason="有误", actor=SYSTEM, clock=later)
    assert tables.code_list("sex").label("1") == "男性"


@pytest.mark.parametrize(
    ("edition", "key"),
    [
        (_edition("code;zh\n1;男\n"), "standards.edition_broken"),
        (_edition("code,zh,en,parent,valid_from,valid_until\n"), "standards.edition_broken"),
        (_edition(CSV.replace("1,男性,Male,,,", "1,男性,Male,,今天,")), "standards.edition_broken"),
        (_edition("[[element]]\nid = 1", table="elements", kind=TableKind.ELEMENTS), "standards.edition_broken"),
        (_edition('id = "dcat-ap"', table="gbt21063-core", kind=TableKind.PROFILE), "standards.edition_broken"),
        (_edition(source=" "), "standards.name_and_source_needed"),
        (_edition(mark="?"), "standards.unknown_mark"),
    ],
)
def test_a_broken_edition_changes_nothing(db: None, clock: FixedClock, edition: object, key: str) -> None:
    with pytest.raises(RuleBroken, match=key):
        _load(edition, clock)
    assert queries.editions() == ()
    assert tables.code_list("sex").has("9")


def test_an_unknown_table_and_a_second_load_are_refused(db: None, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        _load(_edition(table="no-such-list"), clock)
    _load(_edition(), clock)
    with pytest.raises(RuleBroken, match="edition_twice"):
        _load(_edition(), clock)


def test_only_the_operator_and_the_authoritys_leader_replace_tables(db: None, clock: FixedClock) -> None:
    officer = Actor(None, "数据专员", None, frozenset({str(Role.DATA_OFFICER)}), "990100")
    with pytest.raises(NotAllowed):
        _load(_edition(), clock, officer)


@pytest.mark.parametrize(
    ("kind", "table"), [("code_list", "region"), ("profile", "entry-2017-809"), ("elements", "elements")]
)
def test_every_kind_goes_out_and_comes_in_again(db: None, tmp_path: Path, kind: str, table: str) -> None:
    runner, file = CliRunner(), tmp_path / "table"
    before = (tables.code_lists(), tables.profiles(), tables.data_elements())
    assert runner.invoke(cli.app, ["export", kind, table, "--out", str(file)]).exit_code == 0
    given = [str(file), "--edition", "2026", "--source", "再次加载", "--mark", "D"]
    done = runner.invoke(cli.app, ["load", kind, table, *given])
    assert done.exit_code == 0, done.output
    after = (tables.code_lists(), tables.profiles(), tables.data_elements())
    assert [one.codes for one in before[0]] == [one.codes for one in after[0]]
    assert [one.fields for one in before[1]] == [one.fields for one in after[1]]
    assert before[2] == after[2]
    assert table in runner.invoke(cli.app, ["editions"]).stdout
    assert runner.invoke(cli.app, ["withdraw-edition", table, "2026", "--reason", "试验结束"]).exit_code == 0
