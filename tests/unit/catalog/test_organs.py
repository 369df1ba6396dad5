"""Departments as listings write them find their organization, or nobody: never a wrong one, never a made-up one."""

# ruff: noqa: E501  a spelling and its meaning are read side by side

import gzip
import json

import pytest

from tests.support.shared_data import shared_data
from zhengtong.catalog.rules.mapping.values import cycle_of, day_of, openness_of, plain
from zhengtong.catalog.rules.organs import Organ, OrganNames

CITY = OrganNames(
    (
        Organ("land", "望澜市自然资源和规划局", "市自然资源和规划局"),
        Organ("housing", "望澜市住房和城乡建设局", "市住房和城乡建设局"),
        Organ("people", "望澜市人力资源和社会保障局", "市人社局"),
        Organ("police", "望澜市公安局", "市公安局"),
        Organ("district-police", "望澜市公安局汀兰分局", "区公安分局"),
        Organ("district-housing", "汀兰区住房和城乡建设局", "区住房和城乡建设局"),
        Organ("county-market", "云渚县市场监督管理局", "县市场监督管理局"),
        Organ("district-market", "汀兰区市场监督管理局", "区市场监督管理局"),
        Organ("tax", "国家税务总局望澜市税务局", "市税务局"),
    )
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("望澜市自然资源和规划局", "land"),
        ("市自然资源和规划局", "land"),
        ("【望澜市】望澜市公安局", "police"),
        ("（汀兰区）区公安分局", "district-police"),
        ("市住建局", "housing"),
        ("望澜市住建局", "housing"),
        ("区住建局", "district-housing"),
        ("市人社局", "people"),
        ("望澜市人社局", "people"),
        ("县市场监管局", "county-market"),
        ("云渚县市场监管局", "county-market"),
        ("望澜市汀兰区市场监管局", "district-market"),
        ("市税务局", "tax"),
        ("住建局", None),  # of the city or of the district?
        ("市场监督管理局", None),
        ("市海事局", None),
        ("市教育局", None),
        ("", None),
        ("暂无", None),
        ("市", None),
        ("县", None),
    ],
)
def test_a_department_is_found_by_what_people_call_it(text: str, key: str | None) -> None:
    assert CITY.find(text) == key


def test_two_organizations_of_the_same_name_are_neither() -> None:
    names = OrganNames((Organ("a", "市公园管理中心"), Organ("b", "市公园管理中心"), Organ("c", "市图书馆")))
    assert names.find("市公园管理中心") is None
    assert names.find("市图书馆") == "c"


def test_no_department_of_a_real_city_is_taken_for_one_of_ours() -> None:
    rows = json.loads(gzip.decompress(shared_data("catalogues/cn_open_data/zhejiang_taizhou.json.gz").read_bytes()))
    called = {row["数源单位"] for row in rows if row["数源单位"]}
    wrong = {name: found for name in called if (found := CITY.find(name)) and not _alike(name, found)}
    assert not wrong


def _alike(name: str, key: str) -> bool:
    """Whether the two share the sign of their trade; the region is another matter."""
    trade = {"land": "规划", "housing": "建", "people": "人", "police": "公安", "tax": "税", "county-market": "市场"}
    return trade.get(key.removeprefix("district-"), "市场") in name


@pytest.mark.parametrize(
    ("text", "cycle"),
    [
        ("每天", "daily"), ("每日", "daily"), ("实时", "realtime"), ("即时", "realtime"), ("每周", "weekly"), ("每季度", "quarterly"),
        ("每半年", "half_yearly"), ("年", "yearly"), ("不定期更新", "on_change"), ("按需", "on_change"), ("一次性", "once"),
        ("每月(更新说明:暂无新业务数据产生)", "monthly"), ("每旬", None), ("其他", None), ("暂无", None), ("monthly", "monthly"),
    ],
)  # fmt: skip
def test_cycles_are_read_in_their_spellings(text: str, cycle: str | None) -> None:
    assert cycle_of(text) == cycle


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-06-12", "2023-06-12"), ("2023/06/12 17:33:10", "2023-06-12"), ("2023年6月2日", "2023-06-02"), ("20230612", "2023-06-12"),
        ("２０２３．６．２", "2023-06-02"), ("民國112年6月2日", "2023-06-02"), ("2023-06", "2023-06-01"), ("2023-13-01", None), ("昨天", None),
        ("2023-06-12T08:00:00+08:00", "2023-06-12"),
    ],
)  # fmt: skip
def test_days_are_read_in_their_spellings(text: str, day: str | None) -> None:
    assert (str(found) if (found := day_of(text)) else None) == day


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("无条件开放", (True, "")), ("有条件开放", (True, "有条件开放")), ("依申请开放", (True, "依申请开放")), ("不予开放", (False, "")),
        ("是", (True, "")), ("否", (False, "")), ("暂无", (False, "")), ("1级 不脱敏", (False, "1级 不脱敏")),
    ],
)  # fmt: skip
def test_openness_says_whether_and_on_which_condition(text: str, found: tuple[bool, str]) -> None:
    assert openness_of(text) == found


@pytest.mark.parametrize("text", ["", "暂无", "None", "无", "null", "—", " \u3000", "[]", "N/A"])
def test_what_stands_for_nothing_is_nothing(text: str) -> None:
    assert plain(text) == ""


@pytest.mark.parametrize("text", ["苏州市公安局", "南通市工信局", "苏州市相城区市场监督管理局"])
def test_an_organ_of_another_region_is_nobody_here(text: str) -> None:
    here = OrganNames(
        (Organ("a", "望澜市公安局"), Organ("b", "望澜市工业和信息化局"), Organ("c", "望澜市汀兰区市场监督管理局"))
    )
    assert here.find(text) is None
