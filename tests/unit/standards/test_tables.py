"""The shipped tables are complete, dated and sourced."""

import csv
import tomllib
from datetime import date
from pathlib import Path

import pytest

from tests.support.shared_data import shared_data
from zhengtong.kernel import messages
from zhengtong.kernel.errors import NotFound
from zhengtong.standards.rules import CONDITIONS
from zhengtong.standards.tables import code_list, code_lists, profile

MARKS = {"V", "M", "m?", "D", "C"}


@pytest.mark.parametrize("held", code_lists(), ids=lambda held: held.id)
def test_every_list_names_source_edition_licence_and_mark(held: object) -> None:
    about = [getattr(held, name) for name in ("source", "edition", "licence", "zh", "en")]
    assert all(about)
    assert held.mark in MARKS  # type: ignore[attr-defined]
    assert held.codes  # type: ignore[attr-defined]


def test_an_abolished_district_is_known_in_its_years_only() -> None:
    regions = code_list("region")
    assert regions.label("110103") == "崇文区"
    assert regions.has("110103", on=date(2005, 1, 1))
    assert not regions.has("110103", on=date(2024, 1, 1))
    assert regions.has("110103")


def test_the_demo_prefix_belongs_to_nobody() -> None:
    assert not [c for c in code_list("region").codes if c.code.startswith("99")]


def test_an_unknown_list_is_refused_with_a_remedy() -> None:
    with pytest.raises(NotFound) as refused:
        code_list("zodiac")
    assert "standards codes" in refused.value.remedy("en")


def test_an_unknown_code_shows_as_itself() -> None:
    assert code_list("sex").label("7") == "7"
    assert code_list("sex").label("1", lang="en") == "Male"


def test_every_rule_of_the_profile_can_be_applied() -> None:
    held = profile()
    for rule in held.fields:
        assert rule.obligation in {"M", "C", "O"}
        assert rule.mark in MARKS
        assert (rule.obligation == "C") == bool(rule.condition)
        assert not rule.condition or rule.condition in CONDITIONS
        assert not rule.domain or rule.domain in held.lists
        assert not rule.message or messages.text(rule.message, lang="en", facts={})


def test_what_decree_809_asks_is_cited() -> None:
    cited = {rule.field: rule.cites for rule in profile().fields if rule.on == "entry"}
    for field in (
        "name",
        "items",
        "provider_name",
        "format",
        "update_cycle",
        "share_type",
        "share_modes",
        "data_grade",
    ):
        assert "第十三" in cited[field]
    assert "第十五条" in cited["range"]


DIFFERENT = {"20", "29", "43", "36", "46"}  # slips of that table, and two names in use before 1986


@pytest.mark.data
def test_ethnic_groups_agree_with_the_published_table() -> None:
    rows = list(csv.DictReader(_lines("codelists/gb/GB-3304-1991.csv")))
    published = {r["code_number"].zfill(2): r["name"] for r in rows}
    groups = [c for c in code_list("ethnic").codes if c.code <= "56"]
    assert len(groups) == 56
    assert {c.code for c in groups if published[c.code] != c.zh} == DIFFERENT


@pytest.mark.data
def test_industry_divisions_agree_with_the_published_table() -> None:
    rows = list(csv.DictReader(_lines("codelists/gb/GB-4754-2017.csv")))
    sections = {r["id"]: r["code"] for r in rows if not r["parent_id"]}
    published = {
        r["code"].zfill(2): (r["name"].replace("\xa0", ""), sections[r["parent_id"]])
        for r in rows
        if r["parent_id"] in sections
    }
    assert {c.code: (c.zh, c.parent) for c in code_list("industry_division").codes} == published


@pytest.mark.data
def test_current_regions_agree_with_the_list_of_the_ministry() -> None:
    rows = list(csv.reader(_lines("codelists/gb/mca_202012.csv")))
    published = {r[0].strip(): r[1].strip() for r in rows if r and r[0].strip().isdigit()}
    regions = code_list("region")
    missing = [code for code in published if not regions.has(code, on=date(2020, 12, 31))]
    assert len(published) > 3000
    assert missing == []


def test_the_index_holds_no_list_twice() -> None:
    source = Path(str(__import__("zhengtong.standards", fromlist=["x"]).__file__)).parent / "codelists/lists.toml"
    ids = [row["id"] for row in tomllib.loads(source.read_text(encoding="utf-8"))["list"]]
    assert len(ids) == len(set(ids))


def _lines(name: str) -> list[str]:
    return shared_data(name).read_text(encoding="utf-8-sig").splitlines()
