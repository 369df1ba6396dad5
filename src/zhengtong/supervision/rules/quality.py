"""The quality score of an entry (数据质量评分): metadata, data, timeliness.  条例 第三十八条.  Pure.

Each check is worth its weight in full, in part or not at all.  What nobody knows is no merit and no fault: it is left
out of the sum and said to be unknown, with the share of all weights that is known.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from zhengtong.supervision.rules.findings import Words

FULL = 1000  # permille


class Part(StrEnum):
    """What a check looks at."""

    METADATA = "metadata"  # 元数据
    DATA = "data"  # 数据
    TIMELINESS = "timeliness"  # 及时性


PART_WORDS: dict[StrEnum, Words] = {
    Part.METADATA: Words("元数据", "Metadata"),
    Part.DATA: Words("数据", "Data"),
    Part.TIMELINESS: Words("及时性", "Timeliness"),
}
CHECK_WORDS: dict[str, tuple[Words, Words]] = {  # what is looked at, how to improve it
    "abstract": (Words("摘要", "Summary"), Words("写明内容、范围和用途，不重复名称", "say content, range and use")),
    "items": (Words("信息项类型和长度", "Types and lengths"), Words("补齐信息项的长度", "state missing lengths")),
    "agreement": (
        Words("与数据元一致", "Agreement with data elements"),
        Words("按标准符合性页列出的办法修改", "mend what the page of conformity lists"),
    ),
    "schemes": (Words("分类", "Classification"), Words("补充行业、服务或者形态分类", "file it under more schemes")),
    "cycle": (Words("更新周期", "Update cycle"), Words("填写更新周期", "state it")),
    "contact": (Words("提供处室", "Office in charge"), Words("填写提供处室", "state it")),
    "system": (Words("来源系统", "Source system"), Words("填写来源系统", "state it")),
    "origins": (
        Words("来源事项和材料", "Matter and material it comes from"),
        Words("对应到业务事项的材料或者结果", "link it to a material or result of a matter"),
    ),
    "filled": (Words("数据完整", "Values present"), Words("补齐空值多的信息项", "fill items with many empty values")),
    "valid": (
        Words("数据合规", "Values in form"),
        Words("清理不合校验规则的值", "clean values failing their checks"),
    ),
    "quarantined": (
        Words("接收方隔离的行", "Rows set aside by receivers"),
        Words("按结点隔离区列出的规则修正", "mend what the quarantine of the nodes lists"),
    ),
    "corrected": (
        Words("一年内经校核更正", "Values put right within a year"),
        Words("查明同类记录，一并更正", "find and correct all records alike"),
    ),
    "fresh": (Words("按周期更新", "Updated in its cycle"), Words("按更新周期提供数据", "provide data in the cycle")),
    "changed": (
        Words("目录按期更新", "Changes filed in time"),
        Words("报送逾期的目录变更（条例第十七条）", "file the change that is owed (art. 17)"),
    ),
    "delivered": (
        Words("按期提供", "Delivered in time"),
        Words("提供逾期未提供的数据（条例第二十二条）", "deliver what is late (art. 22)"),
    ),
}


@dataclass(frozen=True, slots=True)
class QualityBasis:
    """What is known of an entry; None is unknown.  Shares in permille."""

    abstract_chars: int
    items: int
    items_sized: int
    agreement: int | None
    schemes: int
    update_cycle: str
    has_office: bool
    has_system: bool
    origins: int
    profiled_on: date | None
    filled: int | None
    valid: int | None
    rows_received: int
    rows_quarantined: int
    corrected: int
    is_read: bool  # somebody has been given it: only then corrections and deliveries say something
    received_on: date | None  # when rows last arrived
    change_late: bool
    late_deliveries: int


@dataclass(frozen=True, slots=True)
class Check:
    """One check and what it is worth here."""

    id: str
    part: Part
    weight: int
    worth: int | None  # permille of the weight; None: unknown


@dataclass(frozen=True, slots=True)
class Score:
    """The score of an entry."""

    checks: tuple[Check, ...]

    @property
    def permille(self) -> int:
        """Worth of what is known, permille of the weights that are known."""
        return _mean(self.checks)

    @property
    def known(self) -> int:
        """How much of all weights is known, permille."""
        return sum(one.weight for one in self.checks if one.worth is not None) * FULL // _sum(self.checks)

    def part(self, part: Part) -> int | None:
        """The score of one part; None where nothing of it is known."""
        held = tuple(one for one in self.checks if one.part is part and one.worth is not None)
        return _mean(held) if held else None

    @property
    def to_improve(self) -> tuple[Check, ...]:
        """Known checks that are not worth their weight in full, the dearest first."""
        short = [one for one in self.checks if one.worth is not None and one.worth < FULL]
        return tuple(sorted(short, key=lambda one: one.weight * (one.worth or 0) - one.weight * FULL))


def score(basis: QualityBasis, *, on: date) -> Score:
    """What an entry is worth on a day."""
    return Score(
        tuple(
            Check(name, part, weight, _WORTH[name](basis, on))
            for part in Part
            for name, weight in _weights(part).items()
        )
    )


def _sum(checks: tuple[Check, ...]) -> int:
    return sum(one.weight for one in checks)


def _mean(checks: tuple[Check, ...]) -> int:
    held = [(one.weight, one.worth) for one in checks if one.worth is not None]
    total = sum(weight for weight, _ in held)
    return sum(weight * worth for weight, worth in held) // total if total else 0


def _weights(part: Part) -> Mapping[str, int]:
    return {name: int(weight) for name, weight in _table()["weight"][part.value].items()}


def _threshold(name: str) -> int:
    return int(_table()["threshold"][name])


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(files("zhengtong.supervision").joinpath("tables/quality.toml").read_text(encoding="utf-8"))


def _share(part: int, whole: int) -> int:
    return min(part * FULL // whole, FULL) if whole > 0 else FULL


def _profiled(basis: QualityBasis, share: int | None, on: date) -> int | None:
    old = basis.profiled_on is None or (on - basis.profiled_on).days > _threshold("profile_days")
    return None if old else share


def _corrected(basis: QualityBasis, _on: date) -> int | None:
    if not basis.is_read:
        return None
    return max(FULL - basis.corrected * FULL // _threshold("corrected_zero"), 0)


def _fresh(basis: QualityBasis, on: date) -> int | None:
    days = _table()["cycle_days"].get(basis.update_cycle)
    if days is None or basis.received_on is None:
        return None
    cycles = (on - basis.received_on).days / int(days)
    if cycles <= _threshold("fresh_cycles"):
        return FULL
    return FULL // 2 if cycles <= _threshold("stale_cycles") else 0


_WORTH: Mapping[str, Callable[[QualityBasis, date], int | None]] = {
    "abstract": lambda b, _on: _share(b.abstract_chars, _threshold("abstract_chars")),
    "items": lambda b, _on: _share(b.items_sized, b.items) if b.items else 0,
    "agreement": lambda b, _on: b.agreement,
    "schemes": lambda b, _on: _share(b.schemes, _threshold("schemes")),
    "cycle": lambda b, _on: FULL * bool(b.update_cycle),
    "contact": lambda b, _on: FULL * b.has_office,
    "system": lambda b, _on: FULL * b.has_system,
    "origins": lambda b, _on: FULL * bool(b.origins),
    "filled": lambda b, on: _profiled(b, b.filled, on),
    "valid": lambda b, on: _profiled(b, b.valid, on),
    "quarantined": lambda b, _on: FULL - _share(b.rows_quarantined, b.rows_received) if b.rows_received else None,
    "corrected": _corrected,
    "fresh": _fresh,
    "changed": lambda b, _on: FULL * (not b.change_late),
    "delivered": lambda b, _on: FULL * (not b.late_deliveries) if b.is_read or b.late_deliveries else None,
}
