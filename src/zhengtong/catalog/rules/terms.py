"""What an entry says and when that is lawful (共享属性规则): 政务数据共享条例 第十三至十五条.

The sharing type is decided item by item; the type of the entry follows from its items.  An
item's own terms replace the entry's; where it has none the entry's hold for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from zhengtong.standards.rules import Finding, Profile, Severity, check

ITEMS_MAX = 500
_14, _15 = "政务数据共享条例 第十四条", "政务数据共享条例 第十五条"


class ShareType(StrEnum):
    """How an item or entry may be shared (共享类型)."""

    UNCONDITIONAL = "U"  # 无条件共享
    CONDITIONAL = "K"  # 有条件共享
    WITHHELD = "W"  # 不予共享

    @property
    def guide_code(self) -> str:
        """The digit of the 2017 guide."""
        return {"U": "1", "K": "2", "W": "3"}[self.value]

    @property
    def zh(self) -> str:
        return {"U": "无条件共享", "K": "有条件共享", "W": "不予共享"}[self.value]

    @property
    def en(self) -> str:
        return {"U": "Unconditional", "K": "Conditional", "W": "Withheld"}[self.value]


class ShareMode(StrEnum):
    """Ways of sharing (共享方式), 条例 22."""

    SERVICE = "service"  # 服务接口
    BATCH = "batch"  # 批量交换
    FILE = "file"  # 文件下载


class UpdateCycle(StrEnum):
    """How often the provider brings a resource up to date (更新周期)."""

    REALTIME = "realtime"  # 实时
    DAILY = "daily"  # 每日
    WEEKLY = "weekly"  # 每周
    MONTHLY = "monthly"  # 每月
    QUARTERLY = "quarterly"  # 每季度
    HALF_YEARLY = "half_yearly"  # 每半年
    YEARLY = "yearly"  # 每年
    ON_CHANGE = "on_change"  # 变更时
    ONCE = "once"  # 一次性


class BasisKind(StrEnum):
    """What kind of document lets data be withheld, 条例 14 (三): nothing else counts."""

    LAW = "law"  # 法律
    REGULATION = "regulation"  # 行政法规
    DECISION = "decision"  # 国务院决定


class DocumentDirection(StrEnum):
    """Whether a document of a matter is handed in or handed out."""

    MATERIAL = "material"  # 申请材料
    RESULT = "result"  # 办理结果


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One item of an entry (信息项), as somebody wrote it."""

    code: str  # column name; the field's name on the wire
    name: str
    data_type: str  # letter of the 2017 guide: C N Y D T L M G B I F
    length: str = ""  # "18" or "12,2"
    share_type: str = ShareType.UNCONDITIONAL
    condition: str = ""
    range: str = ""
    purpose: str = ""
    legal_basis: str = ""
    basis_kind: str = ""
    reason: str = ""
    is_personal: bool = False
    is_lookup: bool = False  # may be asked by
    code_list: str = ""


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """The content of a revision (目录条目), as somebody wrote it."""

    name: str
    abstract: str = ""
    provider_office: str = ""
    guide_code: str = ""  # given, or made from guide_prefix
    guide_prefix: str = ""
    short_code: str = ""
    theme: str = ""
    industry: str = ""
    service_class: str = ""
    form_class: str = ""
    format: str = "database"
    update_cycle: str = ""
    share_type: str = ""  # derived from the items; for an entry without items it stands here
    share_modes: tuple[str, ...] = ()
    conditions: str = ""
    range: str = ""
    purpose: str = ""
    reason: str = ""
    legal_basis: str = ""
    basis_kind: str = ""
    review_on: date | None = None  # when a withheld type is looked at again
    breaking_on: date | None = None  # from when what this revision stops no longer works
    open_flag: bool = False
    open_conditions: str = ""
    data_class: str = ""
    data_grade: str = ""
    secrecy_review: str = ""
    pi_assessment: str = ""
    contains_personal: bool = False
    source_system: str = ""
    items: tuple[ItemDraft, ...] = ()
    origins: tuple[UUID, ...] = field(default=())  # documents of matters


def derived_share_type(items: Iterable[ItemDraft], *, stated: str = "") -> str:
    """The type of an entry, from what can be shared of it: conditional if any item is, else unconditional
    if any item is, else withheld.  Without items it is as stated."""
    held = {str(item.share_type) for item in items}
    if not held:
        return stated
    known = (ShareType.CONDITIONAL, ShareType.UNCONDITIONAL, ShareType.WITHHELD)
    return next((str(share) for share in known if share in held), min(held))


def entry_values(draft: EntryDraft, *, provider_name: str) -> dict[str, object]:
    """The entry as the values that a metadata profile checks."""
    values: dict[str, object] = {name: getattr(draft, name) for name in _ENTRY_FIELDS}
    values["provider_name"] = provider_name
    values["share_type"] = derived_share_type(draft.items, stated=draft.share_type)
    values["contains_personal"] = draft.contains_personal or any(item.is_personal for item in draft.items)
    values["items"] = tuple({name: getattr(item, name) for name in _ITEM_FIELDS} for item in draft.items)
    return _with_item_terms(values, draft)


def entry_findings(draft: EntryDraft, *, provider_name: str, profile: Profile) -> tuple[Finding, ...]:
    """Everything that stops an entry from being submitted, or deserves a look."""
    values = entry_values(draft, provider_name=provider_name)
    return (
        *check(values, profile),
        *_terms_of_entry(draft, values),
        *_terms_of_items(draft, str(values["share_type"])),
    )


_ENTRY_FIELDS = tuple(EntryDraft.__dataclass_fields__)
_ITEM_FIELDS = tuple(ItemDraft.__dataclass_fields__)
_TERMS = ("range", "purpose", "reason", "legal_basis", "basis_kind")


def _with_item_terms(values: dict[str, object], draft: EntryDraft) -> dict[str, object]:
    """Take a term as stated for the entry where every item that needs it states its own."""
    for share, names in ((ShareType.CONDITIONAL, _TERMS[:2]), (ShareType.WITHHELD, _TERMS[2:])):
        bound = [item for item in draft.items if item.share_type == share]
        for name in names:
            if bound and not values[name] and all(getattr(item, name) for item in bound):
                values[name] = getattr(bound[0], name)
    return values


def _terms_of_entry(draft: EntryDraft, values: Mapping[str, object]) -> list[Finding]:
    found = []
    if draft.items and draft.share_type and draft.share_type != values["share_type"]:
        found.append(_error("share_type", "catalog.share_type_differs", _14))
    if values["share_type"] == ShareType.UNCONDITIONAL and (draft.conditions or draft.range):
        found.append(_error("conditions", "catalog.unconditional_has_condition", _15))
    if draft.open_flag and values["share_type"] == ShareType.WITHHELD:
        found.append(_error("open_flag", "catalog.withheld_cannot_be_open", _14))
    if not draft.origins:
        found.append(_note("origins", "catalog.origin_unknown", "政务数据共享条例 第十二条"))
    if len(draft.items) > ITEMS_MAX:
        found.append(_error("items", "catalog.too_many_items", "", most=ITEMS_MAX))
    return found


def _terms_of_items(draft: EntryDraft, share_type: str) -> list[Finding]:
    found, seen = [], set[str]()
    for n, item in enumerate(draft.items, start=1):
        at = f"items[{n}]"
        if item.code in seen:
            found.append(_error(f"{at}.code", "catalog.item_code_twice", "", row=n, code=item.code))
        seen.add(item.code)
        if item.share_type == ShareType.UNCONDITIONAL and (item.condition or item.range):
            key = "catalog.item_unconditional_has_condition"
            found.append(_error(f"{at}.condition", key, _15, row=n, name=item.name))
        if item.basis_kind and item.basis_kind not in list(BasisKind):
            found.append(_error(f"{at}.basis_kind", "catalog.basis_kind_unlawful", _14, row=n, name=item.name))
    for share, terms in _NEEDED.items():
        for term, key in terms.items():
            found += _lacking(draft, share, term, key, entry_says_it=share_type == share)
    return found


_NEEDED: dict[ShareType, dict[str, str]] = {
    ShareType.CONDITIONAL: {
        "range": "catalog.item_conditional_needs_range",
        "purpose": "catalog.item_conditional_needs_purpose",
    },
    ShareType.WITHHELD: {
        "reason": "catalog.item_withheld_needs_reason",
        "legal_basis": "catalog.item_withheld_needs_basis",
        "basis_kind": "catalog.item_withheld_needs_basis",
    },
}


def _lacking(draft: EntryDraft, share: ShareType, term: str, key: str, *, entry_says_it: bool) -> list[Finding]:
    """Items that lack a term; none where no item states it and the entry's own finding says so once for all."""
    bound = [(n, item) for n, item in enumerate(draft.items, start=1) if item.share_type == share]
    if getattr(draft, term) or (entry_says_it and not any(getattr(item, term) for _, item in bound)):
        return []
    return [
        _error(f"items[{n}].{term}", key, _15, row=n, name=item.name) for n, item in bound if not getattr(item, term)
    ]


def _error(where: str, key: str, cites: str, *, row: int = 0, name: str = "", code: str = "", most: int = 0) -> Finding:
    return _finding(where, Severity.ERROR, key, cites, {"row": row, "item": name, "code": code, "most": most})


def _note(where: str, key: str, cites: str) -> Finding:
    return _finding(where, Severity.NOTE, key, cites, {})


def _finding(where: str, severity: Severity, key: str, cites: str, facts: Mapping[str, str | int]) -> Finding:
    return Finding(where, severity, key, {k: v for k, v in facts.items() if v}, cites)
