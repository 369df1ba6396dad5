"""What a single value reads as (值的读法): nothing, a day, a cycle, an openness, formats, an organ's name.

The same readings serve the mapper, which asks what share of a column reads so, and the taking
of rows, which wants the value itself.
"""

# ruff: noqa: E501  a pattern is read as one line

import re
import unicodedata
from datetime import date

from zhengtong.catalog.rules.terms import ShareType, UpdateCycle

NOTHING = frozenset(
    {"", "无", "暂无", "none", "null", "nan", "n/a", "na", "空", "-", "--", "—", "——", "/", "\\", "[]", "{}",
     "暂无数据", "暂无联系方式", "无数据", "未知", "不详", "暂缺", "nil", "undefined", "(空)", "（空）", "未填写", "#n/a"}
)  # fmt: skip

_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?)?月?"
    r"(?:[ T]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_PACKED_DAY = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\d{6})?")
_ROC_DAY = re.compile(r"(?:民国|民國)?(\d{2,3})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CYCLES: tuple[tuple[str, UpdateCycle], ...] = (
    (r"(实时|即时|动态)(更新)?|real-?time|continuous", UpdateCycle.REALTIME),
    (r"(每|按|逐)?(1|一)?(天|日)(更新|一次)?|日更|daily|每个?工作日|每(小时|分钟)", UpdateCycle.DAILY),
    (r"(每|按|逐)?(1|一)?(周|星期)(更新|一次)?|weekly", UpdateCycle.WEEKLY),
    (r"(每|按|逐)?(1|一)?个?月(度)?(更新|一次)?|monthly", UpdateCycle.MONTHLY),
    (r"(每|按|逐)?(1|一)?个?(季|季度)(更新|一次)?|quarterly|每(三|3)个月", UpdateCycle.QUARTERLY),
    (r"(每|按)?(半|0\.5)(年|年度)(更新|一次)?|每(六|6)个月|semi-?annual(ly)?|half-?yearly", UpdateCycle.HALF_YEARLY),
    (r"(每|按|逐)?(1|一)?年(度)?(更新|一次)?|年更|annual(ly)?|yearly", UpdateCycle.YEARLY),
    (
        r"(不定期|不定时|非定期|按需|适时|变更时|变化时|有变(化|更)(时|及时)?|及时|随时|根据需要)(更新)?|irregular|as ?needed",
        UpdateCycle.ON_CHANGE,
    ),
    (r"(一次性|静态|不更新|不再更新|历史数据|仅一次)(数据|更新)?|once|never|static", UpdateCycle.ONCE),
)  # fmt: skip
_CYCLE_FORMS = tuple((re.compile(pattern, re.IGNORECASE), cycle) for pattern, cycle in _CYCLES)
_CYCLE_LIKE = re.compile(
    r"每.{0,4}(分钟|小时|天|日|周|旬|月|季|季度|年|学期|学年)(更新|一次)?|旬|其他|自定义|隔年|周期性"
)
_OPEN = re.compile(
    r"(无条件|有条件|不予|完全|全部|部分|受限|依申请|暂不|不宜|普遍|主动|登录|注册|申请|实名|直接|免费|可|不|未|已)?(向?社会)?(开放|公开|共享)"
    r"(网站|平台|数据平台)?|依申请|受限|开放数据平台|[1-4]级\s*.{0,6}|open|public|restricted",
    re.IGNORECASE,
)
_FORMAT_WORDS = """
    csv xls xlsx json xml rdf pdf doc docx txt wps et zip rar shp kml geojson api mysql oracle sqlserver dm gbase table file
    jpg jpeg png tif mdb accdb html ofd ods wms wmts jsonld link url webservice postgresql mongodb hive dbf mpp ppt pptx gif
    数据库 接口 文件 库表 电子表格 电子文档 文件型 数据库型 库表型 接口型 图形图像 流媒体 服务接口 图片 数据接口 其他
"""
_FORMATS = frozenset(_FORMAT_WORDS.split())
_SPLIT = re.compile(r"[\[\]'\"\s,，;；、|/]+")
_ORGAN = re.compile(
    r"(局|委|委员会|厅|办|办公室|部|中心|政府|院|法院|检察院|公司|集团|银行|大队|支队|总队|调查队|会|联|联合会|协会|馆|署|处|社|台|站|所"
    r"|学校|大学|学院|医院|海关|分局|党校|机关|区|县|市|镇|街道|街道办事处|管委会|开发区|新区|园区|金融办|编办|文旅|总工会|残联|供销社|公署|課|科|處|局處|府|分會)$"
)
_BRACKETED = re.compile(r"^[【\[(（][^】\])）]*[】\])）]")
_SHARING = {
    "无条件": ShareType.UNCONDITIONAL, "无条件共享": ShareType.UNCONDITIONAL, "无条件类": ShareType.UNCONDITIONAL,
    "有条件": ShareType.CONDITIONAL, "有条件共享": ShareType.CONDITIONAL, "受限共享": ShareType.CONDITIONAL,
    "不予": ShareType.WITHHELD, "不予共享": ShareType.WITHHELD, "不共享": ShareType.WITHHELD,
    "非共享": ShareType.WITHHELD,
    "1": ShareType.UNCONDITIONAL, "2": ShareType.CONDITIONAL, "3": ShareType.WITHHELD,
    "u": ShareType.UNCONDITIONAL, "k": ShareType.CONDITIONAL, "w": ShareType.WITHHELD,
}  # fmt: skip


def plain(text: str) -> str:
    """A value without what stands for nothing (暂无, None, 无, …) and without stray blanks."""
    bare = " ".join(text.replace("\u3000", " ").replace("\xa0", " ").replace("\u200b", "").split())
    return "" if bare.lower() in NOTHING else bare


def day_of(text: str) -> date | None:
    """The day that a text names: 2023/06/12 17:33:10, 2023年6月12日, 20230612, 民國112年6月12日, 2023-06 (its first)."""
    bare = unicodedata.normalize("NFKC", text).strip()
    found = _DAY.fullmatch(bare) or _PACKED_DAY.fullmatch(bare)
    year, month, day = (int(part or 1) for part in found.groups()) if found else (0, 0, 0)
    if not found and (republic := _ROC_DAY.fullmatch(bare)):
        year, month, day = int(republic[1]) + 1911, int(republic[2]), int(republic[3])
    try:
        return date(year, month, day) if year else None
    except ValueError:
        return None


def cycle_of(text: str) -> UpdateCycle | None:
    """The update cycle that a text means; None where it means none of ours."""
    bare = re.sub(r"[(（].*", "", plain(text)).strip()
    if bare in list(UpdateCycle):
        return UpdateCycle(bare)
    return next((cycle for form, cycle in _CYCLE_FORMS if form.fullmatch(bare)), None)


def is_cycle(text: str) -> bool:
    """Whether a text speaks of a cycle, be it one of ours or not (每旬, 其他)."""
    return cycle_of(text) is not None or _CYCLE_LIKE.fullmatch(re.sub(r"[(（].*", "", plain(text))) is not None


def sharing_of(text: str) -> ShareType | None:
    """The sharing type that a text means."""
    return _SHARING.get(plain(text).lower())


def is_openness(text: str) -> bool:
    """Whether a text says how open something is."""
    return _OPEN.fullmatch(plain(text)) is not None


def openness_of(text: str) -> tuple[bool, str]:
    """Whether something is open to society, and under which condition, from 无条件开放, 依申请开放, 不开放, 是, 否 …"""
    bare = plain(text)
    if not bare or re.search(r"^(不予|暂不|不|未|否|n|no|0|false)", bare, re.IGNORECASE):
        return False, ""
    if re.fullmatch(
        r"(无条件|完全|全部|主动|普遍|直接)(开放|公开)|开放|公开|是|y|yes|1|true|open|public", bare, re.IGNORECASE
    ):
        return True, ""
    return ("开放" in bare or "公开" in bare or "申请" in bare), bare


def formats_of(text: str) -> tuple[str, ...]:
    """The formats that a text lists: csv,xlsx · ['xls', 'json'] · 电子表格-xls."""
    return tuple(dict.fromkeys(part.lower() for part in _SPLIT.split(plain(text)) if part))


def is_formats(text: str) -> bool:
    """Whether everything that a text lists is a format."""
    parts = formats_of(text)
    return bool(parts) and all(_is_format(part) for part in parts)


def _is_format(part: str) -> bool:
    return (
        part in _FORMATS
        or any(piece in _FORMATS for piece in part.split("-"))
        or re.fullmatch(r"0\d(0\d)?|0\d{3}", part) is not None
    )


def is_organ(text: str) -> bool:
    """Whether a text ends as names of organs end."""
    return 2 <= len(text) <= 40 and _ORGAN.search(_BRACKETED.sub("", text).strip()) is not None


def organ_name(text: str) -> str:
    """The name of an organ without the region in brackets before it."""
    return _BRACKETED.sub("", plain(text)).strip().encode("utf-8", "replace").decode("utf-8")
