"""What the words of a heading say (列名用词).

A Chinese heading is a modifier and a head: 更新 + 日期, 提供 + 单位.  So each field is told by the
heads that name its kind of value and the modifiers that make it this field; a heading may say
several things, each with its own weight, and the assignment decides between them.
"""

# ruff: noqa: E501  a pattern is read as one line

import re
import unicodedata
from functools import lru_cache

from zhengtong.catalog.rules.intake import COLUMNS
from zhengtong.catalog.rules.mapping.fields import FIELDS, field_of_column

KNOWN = 0.6  # from here on a heading is said to name a field

_TRADITIONAL = dict(
    zip(
        "標題資訊數據類別關鍵詞頻內單電話機構聯絡繫郵箱連結網發佈創時間領業開檔總筆條欄備註說記錄環儲選項屬級權責負體擴區號寫歸"
        "與個無從線間態稱檢視對處維護報導縣臺產圖書館並齊庫後專範圍應據來減學課隊務長變"
        "異動計劃畫統編製簡圍點層當應設義啟關測觀價買賣運輸貨財稅險營隱識別樣歷",
        "标题资讯数据类别关键词频内单电话机构联络系邮箱连结网发布创时间领业开档总笔条栏备注说记录环储选项属级权责负体扩区号写归"
        "与个无从线间态称检视对处维护报导县台产图书馆并齐库后专范围应据来减学课队务长变"
        "异动计划画统编制简围点层当应设义启关测观价买卖运输货财税险营隐识别样历",
        strict=True,
    )
)
_WORDS = {
    "资讯": "信息",
    "资料": "数据",
    "网页": "网址",
    "连结": "链接",
    "机关": "单位",
    "栏位": "字段",
    "档案": "文件",
    "笔数": "条数",
}
_NOISE = re.compile(r"[\s*＊_\-—:：·.,，。;；#?？!！“”\"'【】\[\]<>《》]+")
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")

_ORGAN = "部门|单位|机构|提供方|提供者|供给方|发布方|机关|委办局|责任方|归口|权属方|处室|厅局|局办"
_MOMENT = "日期|时间|年月|日|时点"
_THING = "(cata|catalog|catalogue|data|dataset|dir|directory|info|res|resource)"  # how programs call an entry

# field → (pattern of the whole normalized heading, weight); the heaviest that matches counts
_PATTERNS: dict[str, tuple[tuple[str, float], ...]] = {
    "title": (
        (r"(标题|题名|资源标题|数据标题)", 1.0),
        (r"(政务|公共)?(信息|数据|资源|目录|数据集|开放数据|数据目录|数据资源|信息资源|资源信息|资源目录|数据集合|目录资源|资产){1,3}(中文)?(名称|标题|名)", 1.0),
        (r"(数据集|数据表|表|表单|中文|接口|主数据|文件|库表|服务|事项)(中文)?(名称|名)", 0.7),
        (r"名称", 0.85),
        (r"(title|name|数据集|数据资源|目录)", 0.75),
        (rf"{_THING}(name|title)", 0.8),
    ),
    "description": (
        (r"(?!.*(服务|更新|字段|栏目|收费|许可|授权|使用|共享|开放|权限)).*(摘要|简介|描述|概述|介绍|概要)(信息|内容)?", 0.95),
        (r"(?!.*(服务|更新|收费|许可|授权|使用|共享|开放)).*(说明|内容)", 0.75),
        (r"(备注|主要字段|数据项说明|字段说明|主要字段说明|包含内容)", 0.4),
        (rf"{_THING}?(desc|description|abstract|summary|notes|remarks?|intro|introduction)", 0.9),
        (r"服务(描述|说明|简介)", 0.3),
    ),
    "department": (
        (rf"(?!.*(电话|邮箱|联系|地址|编码|代码|编号|内设|内部|使用|负责人|类型|性质|层级|级别|需求|网址)).*({_ORGAN})(名称|全称|名)?", 0.95),
        (r"(来源|数据来源|数源|提供|发布者|publisher|agency|provider|源头)", 0.75),
        (r"(provider|publisher|publish|source|owner)?(dept|department|org|organ|organization|organisation|unit|agency|provider|publisher)(name|title)", 0.85),
        (r"(dept|department|org|organ|organization|organisation)", 0.75),
    ),
    "category": (
        (r"(?!.*(国家|行业|数据分级)).*(领域|主题|专题|类目)(名称|分类|类别|类型)?", 0.95),
        (r"国家主题分类", 0.6),
        (r"(资源|信息|目录|数据|服务|业务|所属|内容){0,2}(分类|类别|类型)(名称)?", 0.7),
        (r"(category|theme|topic|subject|domain|group)(name|title)?|(栏目|频道|目录分类|应用领域)", 0.8),
    ),
    "industry": (
        (r".*(行业|产业)(名称|分类|类型|类别|门类|领域)?", 1.0),
        (r"国家主题分类", 0.65),
        (r"(industry|sector)(name|title)?", 0.95),
    ),
    "tags": (
        (r".*(标签|关键词|关键字|主题词)(名称)?", 1.0),
        (r"(tags?|keywords?|labels?)(names?)?", 1.0),
    ),
    "update_frequency": (
        (r".*(更新|维护|采集|同步|归集|发布|提供|报送)(的)?(频率|频度|频次|周期|方式|频率单位)", 1.0),
        (r"(更新|周期|频率|频度|频次|更新类型)", 0.75),
        (r"(updatefrequency|frequency|updatecycle|accrualperiodicity|frequencyofupdate)", 0.95),
    ),
    "update_time": (
        (rf".*(更新|修改|变更|异动|维护|最新|最近|最后|更改|刷新|同步)({_MOMENT})(戳)?", 1.0),
        (r"(lastupdated?|updated?|modified|lastmodified|metadataupdated)", 0.95),
        (r"(last|data|latest)?(updated?|modify|modified)(time|date|at|on)", 0.95),
        (rf"(数据)?({_MOMENT})", 0.45),
    ),
    "publish_time": (
        (rf"(?!.*(更新|修改|变更|最近|最后|最新)).*(发布|创建|上架|上线|登记|公布|公开|建立|生成|注册|入库|发表|收录|编目|提交|首次发布|开放|新增)({_MOMENT})", 1.0),
        (r"(published?|created|issued|released?|publicationdate|metadatacreated)", 0.95),
        (r"(first|data)?(published?|created?|issued?|released?|open)(time|date|at|on)", 0.95),
        (rf"(首次|最早)({_MOMENT})", 0.9),
        (rf"(数据)?({_MOMENT})", 0.44),
    ),
    "is_open": (
        (r"(?!.*(日期|时间|部门|单位|机构|网址|平台|次数|数量)).*(开放|公开)(属性|类型|状态|方式|条件|类别|级别|等级|程度|情况|权限|标识|性质)", 0.95),
        (r"(是否|可否|能否).*(开放|公开)", 1.0),
        (r"(isopen|openness|access|accesslevel|accessrights|开放|获取方式|获取权限|授权方式)", 0.8),
        (r"open(type|level|attribute|property|status|mode|way|kind)(name)?", 0.85),
    ),
    "data_formats": (
        (r"(?!.*(日期|时间|编码)).*(格式)(类型|分类|名称)?", 0.97),
        (r"(资源|文件|载体|存储|附件|下载文件)(类型|形式|形态)", 0.8),
        (r"(data|file|res|resource)?formats?|(filetypes?|resourcetype|数据形式|资源形态)", 0.9),
        (r"数据类型", 0.5),
    ),
    "data_volume": (
        (r"(?!.*(下载|访问|浏览|点击|调用|申请|收藏|字段|文件|接口|评论|目录|更新)).*(数据量|数据总量|条数|记录数|行数|总条数|数据规模|记录总数|记录条数|数据条目数)(条)?", 1.0),
        (r"(数据|记录|信息|资源)(数量|总数|总量|容量)", 0.9),
        (r"(datavolume|rows?|records?|count|数量|数据笔数|笔数|总量)", 0.75),
        (r"(data|record|row|total)(count|num|number|total|size)", 0.75),
    ),
    "url": (
        (r"(?!.*(邮箱|邮件|联系|办公|单位|通讯|通信)).*(网址|网页|链接|url|uri|link|href|入口)(地址)?", 1.0),
        (r"(详情|下载|访问|页面|接口|数据|资源|网站|来源)(页)?(地址)", 0.95),
        (r"(landingpage|accessurl|downloadurl|homepage|webpage|地址)", 0.7),
    ),
    "telephone": (
        (r".*(电话|手机|座机|热线)(号码|号)?", 1.0),
        (r"(?!.*(邮箱|邮件|地址)).*(联系|联络|咨询|服务)(方式|号码|渠道)", 0.85),
        (r"(tel|telephone|phone|phonenumber|contact|mobile|contactphone|contactnumber)", 0.9),
    ),
    "email": (
        (r".*(邮箱|邮件|电子信箱|信箱)(地址|账号)?", 1.0),
        (r"(e?mail|emailaddress|contactemail)", 1.0),
        (r"(?!.*电话).*(联系|联络)(方式|渠道)", 0.45),
    ),
    # ── the profile of the national guide ──
    "guide_code": ((r"(政务)?(信息|数据)?资源(目录)?(代码|编码|编号)|目录(代码|编码|编号)|数据目录代码", 0.97), (r"(identifier|代码|编码)", 0.45)),
    "guide_prefix": ((r"(前段码|资源代码前段码)", 1.0),),
    "provider_office": ((r".*(内部|内设|责任|主管)(部门|机构|处室|科室)(名称)?|(责任)?(处室|科室)(名称)?", 1.0),),
    "share_type": ((r"(资源|数据|信息资源|数据目录)?(共享)(类型|属性|类别|级别|方式分类)(编码|代码)?", 0.97),),
    "share_modes": ((r"(资源|数据)?(共享)(方式|途径|渠道)(分类|类型)?", 0.97),),
    "conditions": ((r"(共享|使用)(条件|要求)(说明)?", 0.95),),
    "range": ((r"共享(范围|对象)", 0.95),),
    "purpose": ((r"(使用|共享)(用途|目的|场景)", 0.95),),
    "reason": ((r"(不予|不)共享(的)?(理由|原因|说明)", 1.0),),
    "legal_basis": ((r"(不予|不)?共享(的)?(依据|法律依据)|(法律|法规|政策)依据", 0.97),),
    "basis_kind": ((r"依据(的)?(种类|类型|类别)", 1.0),),
    "review_on": ((rf"(复核|复查|评估)({_MOMENT})", 1.0),),
    "open_conditions": ((r"开放(条件|要求)(说明)?", 0.8),),
    "data_class": ((r"数据分类", 0.6),),
    "data_grade": ((r"(数据|安全|信息)?(分级|安全级别|安全等级|级别|密级|敏感级别)", 0.9),),
    "secrecy_review": ((r"保密(风险评估|审查|审核)(.*)", 1.0),),
    "pi_assessment": ((r"个人信息(保护)?影响评估", 1.0),),
    "contains_personal": ((r"(是否)?(含|包含|涉及)个人(信息|隐私)", 1.0),),
    "source_system": ((r"(来源|所属|业务|信息|应用)(信息|应用)?系统(名称)?", 0.97),),
    "item_code": (
        (r"(信息项|数据项|字段|指标)(的)?(代码|编码|英文名称?|英文|标识|编号)|英文(字段)?名称?|列名|字段名(英文)?", 0.97),
        (r"itemcode|fieldname|columnname|column", 0.9),
    ),
    "item_name": (
        (r"(信息项|数据项|字段|指标|要素)(信息)?(的)?(中文)?(名称|名)?", 0.98),
        (r"itemname|fieldtitle|中文(字段)?名称", 0.8),
    ),
    "item_data_type": ((r"(信息项|数据项|字段|值)?(数据)?类型|(字段|信息项)类型", 0.9), (r"datatype|itemdatatype", 0.97)),
    "item_length": ((r"(信息项|数据项|字段|数据)?长度|精度", 0.98), (r"length|itemlength", 0.97)),
    "item_is_personal": ((r"(是否)?(为|属于)?(个人信息|敏感信息|个人隐私)(项)?", 0.95),),
    "item_is_lookup": ((r"(是否)?(为|作为)?(查询项|查询条件|主键|检索项)", 0.95),),
    "item_code_list": ((r"(值域|代码表|数据字典|字典|值域代码表)(名称|代码)?", 0.95),),
}  # fmt: skip
_COMPILED = {
    field: tuple((re.compile(pattern), weight) for pattern, weight in patterns) for field, patterns in _PATTERNS.items()
}
_ITEM_OF_ENTRY = {
    "share_type": "item_share_type", "conditions": "item_condition", "range": "item_range", "purpose": "item_purpose",
    "legal_basis": "item_legal_basis", "basis_kind": "item_basis_kind", "reason": "item_reason",
}  # fmt: skip
_OPAQUE = re.compile(
    r"(列|栏|字段|栏位|column|col|field|unnamed|未命名|未命名列|item|var|v|f|c|[a-z]{1,2})?\d*|\d+列|第?[一二三四五六七八九十百]+列"
)


@lru_cache(maxsize=4096)
def normalized(heading: str) -> str:
    """A heading in simplified signs, lower case, without blanks, punctuation and asides."""
    text = unicodedata.normalize("NFKC", heading[:200])
    text = "".join(_TRADITIONAL.get(sign, sign) for sign in text)
    text = _NOISE.sub("", _ASIDE.sub("", text) or text).lower()
    for said, meant in _WORDS.items():
        text = text.replace(said, meant)
    return text


@lru_cache(maxsize=4096)
def words_say(heading: str) -> dict[str, float]:
    """Field → how surely the words of a heading name it (0…1); of a merged heading the lowest row counts most."""
    parts = [part for part in heading.split("/") if normalized(part)]
    if not parts:
        return {}
    said = _said(parts[-1])
    if len(parts) > 1:
        whole = _said("".join(parts))
        said = {f: max(said.get(f, 0.0), 0.95 * whole.get(f, 0.0)) for f in {*said, *whole}}
        if any("信息项" in normalized(part) or "数据项" in normalized(part) for part in parts[:-1]):
            said = _within_item(said, parts[-1])
    return said


def knows(heading: str) -> bool:
    """Whether a cell reads as the heading of a column."""
    return len(heading) <= 60 and max(words_say(heading).values(), default=0.0) >= KNOWN


def is_opaque(heading: str) -> bool:
    """Whether a heading says nothing: 列1, F3, Unnamed: 2."""
    last = heading.rpartition("/")[2]
    return _OPAQUE.fullmatch(normalized(last)) is not None


@lru_cache(maxsize=4096)
def _said(heading: str) -> dict[str, float]:
    exact = _EXACT.get(heading.strip()) or _EXACT.get(normalized(heading))
    text = normalized(heading)
    found: dict[str, float] = {}
    for field, patterns in _COMPILED.items():
        for pattern, weight in patterns:
            if pattern.fullmatch(text) and weight > found.get(field, 0.0):
                found[field] = weight
    if text.startswith(("信息项", "数据项")):
        found = _within_item(found, heading)
    for field in exact or ():
        found[field] = max(found.get(field, 0.0), 0.92 if field == "open_conditions" else 1.0)
    return found


def _within_item(said: dict[str, float], heading: str) -> dict[str, float]:
    """What a heading says when it stands below 信息项: an item's own code, name, terms."""
    bare = re.sub("^(信息项|数据项)", "", normalized(heading))
    found = {field: weight for field, weight in said.items() if field.startswith("item_")}
    for field, item_field in _ITEM_OF_ENTRY.items():
        if field in said or any(pattern.fullmatch(bare) for pattern, _ in _COMPILED[field]):
            found[item_field] = 0.97
    if bare in ("名称", "中文名称"):
        found["item_name"] = 1.0
    if bare in ("代码", "编码", "英文名称"):
        found["item_code"] = 1.0
    return found


def _exact() -> dict[str, tuple[str, ...]]:
    """Our template's own headings and names, and the fifteen fields' names: they say what they are."""
    found: dict[str, tuple[str, ...]] = {}
    for column, heading in COLUMNS.items():
        for word in (column, heading, normalized(heading), normalized(column)):
            found[word] = (*found.get(word, ()), field_of_column(column))
    for field in FIELDS:
        for word in (field, normalized(field)):
            found.setdefault(word, (field,))
    return found


_EXACT = _exact()
