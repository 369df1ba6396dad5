"""What a column can be (公共字段): the fifteen fields that listings have in common, and those of our own profile.

The fifteen come first because most listings have only them; a field of the profile that says
the same as one of the fifteen goes by that one's name.
"""

from dataclasses import dataclass

from zhengtong.catalog.rules.intake import COLUMNS


@dataclass(frozen=True, slots=True)
class Field:
    """One field and its name on a page (字段)."""

    id: str
    zh: str
    en: str
    column: str = ""  # of the draft; "" where a draft has no place for it


COMMON = (
    Field("title", "名称", "Title", "name"),
    Field("description", "摘要", "Summary", "abstract"),
    Field("department", "提供部门", "Department"),
    Field("category", "主题分类", "Theme", "theme"),
    Field("industry", "所属行业", "Industry"),
    Field("tags", "标签", "Tags"),
    Field("update_frequency", "更新周期", "Update cycle", "update_cycle"),
    Field("update_time", "更新日期", "Updated on"),
    Field("publish_time", "发布日期", "Published on"),
    Field("is_open", "开放属性", "Openness", "open_flag"),
    Field("data_formats", "数据格式", "Formats", "format"),
    Field("data_volume", "数据量", "Number of rows"),
    Field("url", "网址", "Web address"),
    Field("telephone", "联系电话", "Telephone"),
    Field("email", "电子邮箱", "E-mail"),
)
COMMON_FIELDS = tuple(f.id for f in COMMON)
_TAKEN = {f.column: f.id for f in COMMON if f.column}
PROFILE_FIELDS = tuple(name for name in COLUMNS if name not in _TAKEN)
_ENGLISH = {
    "guide_code": "Resource code", "guide_prefix": "Front segment", "short_code": "Short code",
    "provider_office": "Internal office", "share_type": "Sharing type", "share_modes": "Ways of sharing",
    "conditions": "Conditions of use", "range": "Range of sharing", "purpose": "Purpose", "reason": "Why withheld",
    "legal_basis": "Legal basis", "basis_kind": "Kind of basis", "review_on": "Review date",
    "open_conditions": "Conditions of opening", "data_class": "Class of data", "data_grade": "Grade of data",
    "secrecy_review": "Secrecy review", "pi_assessment": "Personal-information assessment",
    "contains_personal": "Holds personal information", "source_system": "Source system", "item_code": "Item code",
    "item_name": "Item name", "item_data_type": "Data type", "item_length": "Length",
    "item_share_type": "Item: sharing type", "item_condition": "Item: condition", "item_range": "Item: range",
    "item_purpose": "Item: purpose", "item_legal_basis": "Item: legal basis", "item_basis_kind": "Item: kind of basis",
    "item_reason": "Item: why withheld", "item_is_personal": "Personal information",
    "item_is_lookup": "May be asked by", "item_code_list": "Code list",
}  # fmt: skip
FIELDS = {f.id: f for f in (*COMMON, *(Field(n, COLUMNS[n], _ENGLISH[n], n) for n in PROFILE_FIELDS))}


def field_of_column(column: str) -> str:
    """The field that a draft's column goes by."""
    return _TAKEN.get(column, column)
