"""Columns of listings find their field: sixteen real ones against a hand-made truth, and ones nobody has seen."""

# ruff: noqa: E501  a column with its values is read as one line

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pytest

from tests.support.shared_data import shared_data
from zhengtong.catalog.rules.mapping import COMMON_FIELDS, FIELDS, Guess, guess_columns, shape_of, signature_of
from zhengtong.catalog.rules.mapping.words import words_say
from zhengtong.catalog.rules.reading import Table, read_file

LISTINGS = "catalogues/cn_open_data"
LEAST = 0.9  # precision and recall of each listing
LEAST_OVERALL = 0.97
LEAST_OPAQUE_PRECISION, LEAST_OPAQUE_RECALL = 0.93, 0.75  # where no heading says anything
SLIP = {"update_formats": "update_frequency"}  # of the truth's author, named in the data's README


@dataclass(frozen=True, slots=True)
class Score:
    right: int
    said: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.said + other.said, self.true + other.true)


@lru_cache(maxsize=1)
def listings() -> Mapping[str, tuple[Table, Mapping[str, str]]]:
    """Each listing with the field of each of its headings, as people mapped them."""
    folder = shared_data(LISTINGS)
    found = {}
    for path in sorted(folder.glob("*.json.gz")):
        truth = json.loads((folder / "mapping" / path.name.removesuffix(".gz")).read_text(encoding="utf-8"))
        (table,) = read_file(path.read_bytes(), path.name)
        found[path.name] = (table, {heading: SLIP.get(field, field) for heading, field in truth.items()})
    return found


def guess(table: Table, headings: Sequence[str] | None = None, order: Sequence[int] | None = None) -> list[Guess]:
    """Guesses in the table's own order, though the columns may be shown in another one."""
    order = order or range(len(table.columns))
    names = headings or [column.source for column in table.columns]
    found = guess_columns([(names[n], False) for n in order], [table.values(n) for n in order])
    return [one for _, one in sorted(zip(order, found, strict=True), key=lambda pair: pair[0])]


def score(table: Table, truth: Mapping[str, str], guesses: Sequence[Guess]) -> Score:
    pairs = [(truth.get(column.source), one.field) for column, one in zip(table.columns, guesses, strict=True)]
    right = sum(meant is not None and meant == said for meant, said in pairs)
    return Score(right, sum(said is not None for _, said in pairs), sum(meant is not None for meant, _ in pairs))


def told(scores: Mapping[str, Score]) -> str:
    whole = sum(scores.values(), Score(0, 0, 0))
    rows = [f"{name:28} p={s.precision:.3f} r={s.recall:.3f}" for name, s in {**scores, "all": whole}.items()]
    return "\n" + "\n".join(rows)


def test_sixteen_listings_are_mapped_as_people_mapped_them() -> None:
    scores = {name: score(table, truth, guess(table)) for name, (table, truth) in listings().items()}
    whole = sum(scores.values(), Score(0, 0, 0))
    assert len(scores) == 16
    assert min(min(s.precision, s.recall) for s in scores.values()) >= LEAST, told(scores)
    assert min(whole.precision, whole.recall) >= LEAST_OVERALL, told(scores)


def test_the_order_of_the_columns_does_not_matter() -> None:
    chance = random.Random(1709)
    for name, (table, _) in list(listings().items())[::5]:
        order = chance.sample(range(len(table.columns)), len(table.columns))
        assert guess(table, order=order) == guess(table), name


def test_where_headings_say_nothing_the_values_tell() -> None:
    scores, named = {}, []
    for name, (table, truth) in listings().items():
        opaque = guess(table, [f"列{n}" if n % 2 else f"F{n}" for n in range(1, len(table.columns) + 1)])
        scores[name] = score(table, truth, opaque)
        named.append(any(one.field == "title" for one in opaque))
    whole = sum(scores.values(), Score(0, 0, 0))
    assert whole.precision >= LEAST_OPAQUE_PRECISION, told(scores)
    assert whole.recall >= LEAST_OPAQUE_RECALL, told(scores)
    assert all(named), "a listing without a name cannot be taken in"


def test_every_listing_is_mapped_the_same_from_a_twentieth_of_its_rows() -> None:
    scores = {}
    for name, (table, truth) in listings().items():
        part = Table(table.name, table.columns, table.rows[::20])
        scores[name] = score(part, truth, guess(part))
    whole = sum(scores.values(), Score(0, 0, 0))
    assert min(whole.precision, whole.recall) >= LEAST_OVERALL, told(scores)


# A city that is in no folder; the headings are made up, and no value is anybody's.
SEVENTEENTH = {
    "数据目录标题": ("title", ["公共厕所分布信息", "民办学校名单", "道路停车泊位信息", "门牌编制登记信息"]),
    "内容摘要": ("description", ["全市公共厕所的位置和开放时间，每年核对一次。", "经批准设立的民办学校，含地址。", "道路上施划的停车泊位，含收费时段。", "新编和变更的门牌，含所在街道。"]),
    "责任单位": ("department", ["市城市管理局", "市教育局", "市公安局", "市民政局"]),
    "数据主题": ("category", ["城建住房", "教育文化", "交通运输", "机构团体"]),
    "所属产业": ("industry", ["公共管理、社会保障和社会组织", "教育", "交通运输、仓储和邮政业", "公共管理、社会保障和社会组织"]),
    "主题词": ("tags", ["公厕、便民", "学校、民办", "停车、泊位", "门牌、地址"]),
    "数据更新周期": ("update_frequency", ["每年", "每半年", "实时", "按需更新"]),
    "最近修改日期": ("update_time", ["2026年5月1日", "2026年3月2日", "2026年6月30日", "2026年1月9日"]),
    "上架日期": ("publish_time", ["2024/1/5", "2024/2/6", "2025/3/7", "2025/4/8"]),
    "是否可以公开": ("is_open", ["主动公开", "依申请公开", "不予公开", "主动公开"]),
    "文件格式": ("data_formats", ["xls,csv", "json", "接口", "xlsx;xml"]),
    "记录条数": ("data_volume", ["1,204", "88", "15300", "77412"]),
    "资源链接": ("url", ["https://data.example/1", "https://data.example/2", "https://data.example/3", "https://data.example/4"]),
    "咨询电话": ("telephone", ["0999-8100001", "0999-8100002", "12345", "暂无"]),
    "电子信箱": ("email", ["a@example.cn", "b@example.cn", "无", "d@example.cn"]),
    "点击次数": (None, ["31", "7", "902", "15"]),
    "序号": (None, ["1", "2", "3", "4"]),
}  # fmt: skip
TRADITIONAL = {
    "資料集名稱": "title", "資料集描述": "description", "提供機關": "department", "服務分類": "category",
    "關鍵字": "tags", "更新頻率": "update_frequency", "詮釋資料更新時間": "update_time", "上架日期": "publish_time",
    "檔案格式": "data_formats", "資料量": "data_volume", "資料下載網址": "url", "聯絡電話": "telephone",
    "電子郵件": "email", "計費方式": None, "編碼格式": None,
}  # fmt: skip


def test_a_city_nobody_has_seen_is_mapped_too() -> None:
    found = guess_columns([(h, False) for h in SEVENTEENTH], [values for _, values in SEVENTEENTH.values()])
    assert {one.source: one.field for one in found} == {h: field for h, (field, _) in SEVENTEENTH.items()}
    assert all(one.confidence >= 0.8 for one in found if one.field)


def test_traditional_headings_are_understood_without_any_value() -> None:
    found = guess_columns([(h, False) for h in TRADITIONAL], [[] for _ in TRADITIONAL])
    right = sum(one.field == TRADITIONAL[one.source] for one in found)
    assert right >= len(TRADITIONAL) - 1, [(one.source, one.field) for one in found]


def test_keys_of_a_portals_programs_are_understood_without_any_value() -> None:
    """JSON dumps name their fields as programmers do: camelCase, abbreviated, another word for the same thing."""
    told = {
        "cataTitle": "title", "cata_name": "title", "catalogName": "title", "deptName": "department", "org_name": "department",
        "departmentName": "department", "lastUpdateTime": "update_time", "releaseTime": "publish_time", "openType": "is_open",
        "cataDesc": "description", "domainName": "category", "industryName": "industry", "fileFormat": "data_formats",
        "columnName": "item_code", "itemName": "item_name",
    }  # fmt: skip
    said = {heading: max(words, key=words.__getitem__) for heading in told if (words := words_say(heading))}
    assert said == told


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("信息资源名称", "title"), ("信息资源提供方", "department"), ("共享类型", "share_type"), ("共享条件", "conditions"),
        ("信息项名称", "item_name"), ("信息项信息/数据类型", "item_data_type"), ("共享属性/共享方式", "share_modes"),
        ("信息资源代码", "guide_code"), ("开放属性/是否向社会开放", "is_open"), ("数据安全级别", "data_grade"), ("版本号", None),
        ("下载量", None), ("浏览次数", None), ("联系地址", None),
    ],
)  # fmt: skip
def test_single_headings_say_what_they_say(heading: str, field: str | None) -> None:
    others = [("信息项名称", False)] if heading != "信息项名称" else [("共享类型", False)]
    (found, *_) = guess_columns([(heading, False), *others], [[], []])
    assert found.field == field


def test_what_a_person_decided_counts_and_frees_the_field_for_no_other_column() -> None:
    sources, values = [("名称", False), ("别名", False)], [["甲信息"] * 3, ["乙数据"] * 3]
    first = guess_columns(sources, values)
    assert (first[0].field, first[1].field) == ("title", None)
    now = guess_columns(sources, values, decided={1: "title"})
    assert (now[0].field, now[1].field, now[1].confidence) == (None, "title", 1.0)
    later = guess_columns(sources, values, remembered={signature_of("别名", shape_of(values[1])): "title"})
    assert later[1].field == "title"


def test_a_field_is_given_once_and_confidence_is_a_share() -> None:
    for table, _ in list(listings().values())[::4]:
        found = guess(table)
        named = [one.field for one in found if one.field]
        assert len(named) == len(set(named))
        assert all(0 <= one.confidence <= 1 and (one.field in FIELDS or one.field is None) for one in found)


def test_the_fifteen_fields_are_those_of_the_truth() -> None:
    meant = {field for _, truth in listings().values() for field in truth.values()}
    assert meant == set(COMMON_FIELDS)
