"""The figures of the monthly report (月度通报), as a table: what 条例 第三十八条 asks the data authority to watch.

Timeliness and quality of provision, use by consumers, security.  Ratios are thousandths of two figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from zhengtong.supervision.rules.findings import Words
from zhengtong.supervision.rules.months import permille


class Unit(StrEnum):
    """How a figure is written."""

    COUNT = "count"
    DAYS = "days"  # working days
    PERMILLE = "permille"


class Source(StrEnum):
    """Which area counts a figure, and so what its list shows."""

    SHARING = "sharing"
    CATALOG = "catalog"
    USE = "use"  # grants with their use
    NODES = "nodes"
    FINDINGS = "findings"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.  `list_of` names the figure whose list stands behind it; empty: its own."""

    key: str
    words: Words
    source: Source
    unit: Unit = Unit.COUNT
    list_of: str = ""
    is_bad: bool = False  # more of it is worse: shown in red when there is any

    @property
    def listed(self) -> str:
        """The figure whose list is shown."""
        return self.list_of or self.key


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the report."""

    key: str
    words: Words
    asks: Words  # which of the four things of the article it answers
    figures: tuple[Figure, ...]


_S, _C, _U = Source.SHARING, Source.CATALOG, Source.USE
_TIMELY = Words("共享及时性", "timeliness")

SECTIONS: tuple[Section, ...] = (
    Section(
        "replies",
        Words("答复", "Replies"),
        _TIMELY,
        (
            Figure("requests_received", Words("收到申请", "Requests received"), _S),
            Figure("replies", Words("已答复", "Answered"), _S),
            Figure("replies_on_time", Words("按期", "On time"), _S),
            Figure("replies_late", Words("逾期", "Late"), _S, is_bad=True),
            Figure("reply_rate", Words("按期率", "On-time rate"), Source.RATIO, Unit.PERMILLE, "replies"),
            Figure("median_days", Words("用时中位数（工作日）", "Median working days"), _S, Unit.DAYS, "replies"),
        ),
    ),
    Section(
        "provision",
        Words("提供与目录", "Delivery and catalogue"),
        _TIMELY,
        (
            Figure("deliveries_on_time", Words("按期提供", "Delivered on time"), _S),
            Figure("deliveries_late", Words("逾期提供", "Delivery late"), _S, is_bad=True),
            Figure("entries_published", Words("新发布目录", "Entries published"), _C),
            Figure("entries_updated", Words("更新目录", "Entries updated"), _C),
            Figure("updates_on_time", Words("按期更新", "Updates on time"), _C),
            Figure("updates_late", Words("逾期更新", "Updates late"), _C, is_bad=True),
        ),
    ),
    Section(
        "quality",
        Words("校核与更正", "Corrections"),
        Words("数据质量情况", "data quality"),
        (
            Figure("corrections_received", Words("收到校核", "Corrections received"), _S),
            Figure("corrections_answered", Words("已反馈", "Answered"), _S),
            Figure("corrections_on_time", Words("按期", "On time"), _S),
            Figure("corrections_late", Words("逾期", "Late"), _S, is_bad=True),
            Figure("corrections_made", Words("予以更正", "Corrected"), _S),
            Figure(
                "correction_rate",
                Words("更正率", "Share corrected"),
                Source.RATIO,
                Unit.PERMILLE,
                "corrections_answered",
            ),
        ),
    ),
    Section(
        "use",
        Words("提供与使用", "Served and used"),
        Words("数据应用情况", "use of the data"),
        (
            Figure("calls_served", Words("提供次数", "Calls served"), _U),
            Figure("rows_served", Words("提供行数", "Rows served"), _U),
            Figure("requests_filed", Words("提出申请", "Requests made"), _S),
            Figure("grants_used", Words("使用的许可", "Grants used"), _U),
            Figure("calls_used", Words("使用次数", "Calls made"), _U),
            Figure("rows_used", Words("使用行数", "Rows received"), _U),
            Figure("corrections_filed", Words("提出校核", "Corrections filed"), _S),
        ),
    ),
    Section(
        "security",
        Words("结点与督办", "Nodes and findings"),
        Words("安全保障措施", "security measures"),
        (
            Figure("refusals", Words("结点拒绝", "Refused by nodes"), _U),
            Figure("grants_suspended", Words("被暂停许可", "Grants suspended"), _S, is_bad=True),
            Figure("findings_opened", Words("新督办", "Findings opened"), Source.FINDINGS),
            Figure("findings_ended", Words("办结督办", "Findings ended"), Source.FINDINGS),
            Figure("findings_live", Words("未结督办", "Findings not ended"), Source.FINDINGS),
            Figure("nodes_active", Words("接入结点", "Nodes in service"), Source.NODES),
            Figure("nodes_heard", Words("在线结点", "Nodes heard"), Source.NODES),
        ),
    ),
)

FIGURES: dict[str, Figure] = {figure.key: figure for section in SECTIONS for figure in section.figures}


def with_ratios(values: Mapping[str, int | None]) -> dict[str, int | None]:
    """The figures with their two ratios: on time of all that fell due, corrected of all answered."""
    on_time, late = values.get("replies_on_time") or 0, values.get("replies_late") or 0
    answered = values.get("corrections_answered") or 0
    return {
        **values,
        "reply_rate": permille(on_time, on_time + late),
        "correction_rate": permille(values.get("corrections_made") or 0, answered),
    }


def total(rows: tuple[Mapping[str, int | None], ...]) -> dict[str, int | None]:
    """The sum of departments; ratios are taken of the sums, and there is no sum of medians."""
    summed = {
        key: None if figure.unit is Unit.DAYS else sum(row.get(key) or 0 for row in rows)
        for key, figure in FIGURES.items()
    }
    return with_ratios(summed)
