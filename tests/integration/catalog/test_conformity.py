"""Entries against the standards: data elements with fixes, other profiles, the four schemes, grading advice."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from zhengtong.catalog import cli, queries, services
from zhengtong.catalog.rules import EntryDraft, ItemDraft
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock

pytestmark = pytest.mark.django_db


def _publish(hall: Any, content: EntryDraft, clock: FixedClock) -> UUID:
    entry = services.draft(content=content, actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    services.sign(entry=entry, actor=hall.head, clock=clock)
    services.start_review(entry=entry, actor=hall.reviewer, clock=clock)
    services.publish(entry=entry, actor=hall.reviewer, clock=clock)
    return entry


@pytest.fixture
def people(hall: Any, parcels: EntryDraft, clock: FixedClock) -> UUID:
    """An entry with one item as its data element, one unlike it and one of the department's own."""
    items = (
        ItemDraft("citizen_id", "公民身份号码", "C", "18", "U", is_personal=True),
        ItemDraft("sex", "性别", "C", "1", "U", is_personal=True),
        ItemDraft("parcel", "宗地代码", "C", "19", "U"),
    )
    content = replace(
        parcels, name="权利人信息", items=items, range="", purpose="", conditions="", share_type="", data_grade="L2",
        industry="O", service_class="citizen", form_class="database",
    )  # fmt: skip
    return _publish(hall, content, clock)


def test_what_is_not_standard_is_listed_with_its_fix(hall: Any, people: UUID, enter: Any) -> None:
    overview = queries.conformity_of_departments(actor=hall.other)
    (line,) = overview.lines
    assert overview.partly is False
    assert (line.code, line.entries, line.counts.standard, line.counts.deviating, line.counts.own) == (
        "wl-land", 1, 1, 1, 1,
    )  # fmt: skip
    (mend,) = queries.deviations(department="wl-land", actor=hall.other)
    assert (mend.entry, mend.fit.name, [fix.field for fix in mend.fit.fixes]) == (people, "性别", ["code_list"])
    browser = enter(hall.other)
    page = browser.get("/catalog/conformity").content.decode()
    assert "50.0%" in page
    page = browser.get("/catalog/conformity?department=wl-land").content.decode()
    assert "代码表：— 改为 性别" in page
    table = browser.get("/catalog/conformity?department=wl-land&format=csv").content.decode("utf-8-sig")
    assert "GB/T 2261.1-2003" in table
    assert queries.deviations(department="wl-land", actor=Actor(None, "", None, frozenset(), "")) == ()


def test_the_page_of_an_entry_shows_schemes_fit_and_advice_to_those_it_concerns(
    hall: Any, people: UUID, enter: Any
) -> None:
    own = enter(hall.officer).get(f"/catalog/{people}").content.decode()
    for words in (
        "行业分类",
        "面向公众",
        "资源形态分类",
        "分级建议：一般数据3级",
        "高于填写的分级",
        "公民身份号码留前6后4",
    ):
        assert words in own
    other = enter(hall.other).get(f"/catalog/{people}").content.decode()
    assert "不一致 1 项" in other
    assert "分级建议" not in other


def test_an_entry_in_force_is_checked_against_the_other_profiles(hall: Any, people: UUID) -> None:
    runner = CliRunner()
    for profile in ("gbt21063-core", "dcat-ap"):
        done = runner.invoke(cli.app, ["check", "--profile", profile, "--json"])
        assert (done.exit_code, done.stdout) == (0, ""), profile
    from zhengtong.catalog.models import Revision

    Revision.objects.filter(entry=people).update(abstract="", theme="")
    done = runner.invoke(cli.app, ["check", "--profile", "gbt21063-core", "--json"])
    told = [json.loads(line)["field"] for line in done.stdout.splitlines()]
    assert (done.exit_code, told) == (1, ["abstract", "theme"])


def test_a_class_outside_its_scheme_is_an_error(hall: Any, parcels: EntryDraft, clock: FixedClock) -> None:
    entry = services.draft(content=replace(parcels, industry="ZZ"), actor=hall.officer, clock=clock)
    found = queries.entry(id=entry, actor=hall.officer).findings
    assert ("industry", "standards.code_unknown") in [(f.field, f.key) for f in found]
