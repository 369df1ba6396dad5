"""The breaches that the Decree names (条例 第三十九至四十一条), as a table; only detectors that exist may claim one.

P1 to P8 are the provider's (第三十九条), U1 to U6 the consumer's (第四十条), A1 and A2 the data authority's
(第四十一条).  The ids are ours [D]; each item's catch-all (其他情形) is for people, not for a detector.
"""

from dataclasses import dataclass
from enum import StrEnum

from zhengtong.kernel.messages import Lang


class Party(StrEnum):
    """Who can commit a breach."""

    PROVIDER = "provider"  # 提供部门
    CONSUMER = "consumer"  # 需求部门
    AUTHORITY = "authority"  # 主管部门


class Detector(StrEnum):
    """What finds a breach by itself; empty: nothing does yet, and nothing is claimed."""

    NONE = ""
    LATE_REPLY_OR_DELIVERY = "late_reply_or_delivery"
    LATE_CORRECTION = "late_correction"


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach with its place in the Decree.  The words shorten the item; the Decree decides."""

    id: str
    article: int
    item: int
    party: Party
    zh: str
    en: str
    detector: Detector = Detector.NONE

    def cites(self, lang: Lang = "zh") -> str:
        """The item as a citation: 政务数据共享条例 第三十九条第（四）项 / Decree 809, art. 39 (4)."""
        if lang == "en":
            return f"Decree 809, art. {self.article} ({self.item})"
        return f"政务数据共享条例 {_ARTICLES[self.article]}第（{_ITEMS[self.item]}）项"

    def name(self, lang: Lang = "zh") -> str:
        """The breach in the reader's language."""
        return self.en if lang == "en" else self.zh


_ARTICLES = {39: "第三十九条", 40: "第四十条", 41: "第四十一条"}
_ITEMS = "〇一二三四五六七八九"
_P, _U, _A = Party.PROVIDER, Party.CONSUMER, Party.AUTHORITY

BREACHES: dict[str, Breach] = {
    one.id: one
    for one in (
        Breach("P1", 39, 1, _P, "目录未按要求编制或者更新", "catalogue not made or updated as required"),
        Breach("P2", 39, 2, _P, "擅自增设条件阻碍共享", "conditions added that obstruct sharing"),
        Breach("P3", 39, 3, _P, "未配合数源部门完善更新", "source department not helped to keep data up to date"),
        Breach(
            "P4",
            39,
            4,
            _P,
            "未按时答复或者未按时共享，且无正当理由",
            "reply or delivery late without good reason",
            Detector.LATE_REPLY_OR_DELIVERY,
        ),
        Breach("P5", 39, 5, _P, "未按规定回流下级区域数据", "data of the lower level's area not returned"),
        Breach(
            "P6",
            39,
            6,
            _P,
            "未按时核实、更正",
            "correction not verified and made in time",
            Detector.LATE_CORRECTION,
        ),
        Breach("P7", 39, 7, _P, "擅自终止或者变更共享服务", "service ended or changed at will"),
        Breach("P8", 39, 8, _P, "数据平台未纳入一体化体系", "platform not joined to the national system"),
        Breach("U1", 40, 1, _U, "重复收集可以共享获取的数据", "data collected again that sharing provides"),
        Breach("U2", 40, 2, _U, "擅自超出范围、目的使用", "used beyond scope or purpose"),
        Breach("U3", 40, 3, _U, "擅自提供给第三方", "given to a third party"),
        Breach("U4", 40, 4, _U, "不再必要的数据未妥善处置", "data no longer needed not disposed of"),
        Breach("U5", 40, 5, _U, "使用记录未按规定保存", "records of use not kept"),
        Breach("U6", 40, 6, _U, "未履行安全管理责任", "security duty not met"),
        Breach("A1", 41, 1, _A, "未按规定明确数源部门", "source department not named"),
        Breach("A2", 41, 2, _A, "未按规定协调处理争议", "dispute not coordinated"),
    )
}


def with_detector() -> tuple[Breach, ...]:
    """The breaches that are found without a person."""
    return tuple(one for one in BREACHES.values() if one.detector)


def breach_of_limit(on_expiry: str) -> Breach | None:
    """The breach that a passed limit is (`on_expiry` of the limit), if a detector claims it."""
    found = BREACHES.get(on_expiry)
    return found if found is not None and found.detector else None
