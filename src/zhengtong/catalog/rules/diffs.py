"""What changed between two revisions (版本比较), and what that means to who uses the data.  Pure.

Compatible: nobody needs to do anything.  Tightening: less may be had, or under more terms.  Breaking: what worked stops
working, so that who holds a grant is told and the provider names the day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from zhengtong.catalog.rules.terms import EntryDraft, ItemDraft, ShareType, UpdateCycle


class ChangeClass(StrEnum):
    """How much a change asks of who uses the data, least first (变更分级)."""

    COMPATIBLE = "compatible"  # 兼容
    TIGHTENING = "tightening"  # 收紧
    BREAKING = "breaking"  # 不兼容
    WITHDRAWN = "withdrawn"  # 撤回


CLASS_LABELS: dict[ChangeClass, tuple[str, str]] = {
    ChangeClass.COMPATIBLE: ("兼容", "compatible"),
    ChangeClass.TIGHTENING: ("收紧", "tightening"),
    ChangeClass.BREAKING: ("不兼容", "breaking"),
    ChangeClass.WITHDRAWN: ("撤回", "withdrawn"),
}
_ORDER = list(ChangeClass)
_OPENNESS = {str(ShareType.WITHHELD): 0, str(ShareType.CONDITIONAL): 1, str(ShareType.UNCONDITIONAL): 2}
_PACE = {str(cycle): n for n, cycle in enumerate(UpdateCycle)}  # fastest first
_TERMS = ("range", "purpose", "conditions")
_PLAIN = (
    "name", "abstract", "provider_office", "theme", "industry", "service_class", "form_class", "open_conditions",
    "data_class", "data_grade", "legal_basis", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: of the entry, or of the item that `item` names."""

    field: str  # name of the field; "item" where a whole item came or went
    item: str
    before: str
    after: str
    kind: ChangeClass


def changes(old: EntryDraft, new: EntryDraft) -> tuple[Change, ...]:
    """Everything that changed, what asks most first."""
    found = [*_entry(old, new), *_items(old.items, new.items)]
    return tuple(sorted(found, key=lambda one: (-_ORDER.index(one.kind), one.item, one.field)))


def change_class(found: Iterable[Change]) -> ChangeClass:
    """The class of a whole revision: that of its worst change."""
    return max((one.kind for one in found), key=_ORDER.index, default=ChangeClass.COMPATIBLE)


def _entry(old: EntryDraft, new: EntryDraft) -> Iterator[Change]:
    for name in _PLAIN:
        yield from _if_changed(name, "", getattr(old, name), getattr(new, name), ChangeClass.COMPATIBLE)
    for name in _TERMS:
        kind = ChangeClass.TIGHTENING if getattr(new, name) else ChangeClass.COMPATIBLE
        yield from _if_changed(name, "", getattr(old, name), getattr(new, name), kind)
    gone = set(map(str, old.share_modes)) - set(map(str, new.share_modes))
    modes = ChangeClass.BREAKING if gone else ChangeClass.COMPATIBLE
    yield from _if_changed("share_modes", "", _joined(old.share_modes), _joined(new.share_modes), modes)
    slower = _PACE.get(str(new.update_cycle), 0) > _PACE.get(str(old.update_cycle), 0)
    pace = ChangeClass.TIGHTENING if slower else ChangeClass.COMPATIBLE
    yield from _if_changed("update_cycle", "", str(old.update_cycle), str(new.update_cycle), pace)
    yield from _if_changed("format", "", old.format, new.format, ChangeClass.BREAKING)
    closed = ChangeClass.TIGHTENING if old.open_flag else ChangeClass.COMPATIBLE
    yield from _if_changed("open_flag", "", _flag(old.open_flag), _flag(new.open_flag), closed)
    if not (old.items and new.items):
        yield from _share("", old.share_type, new.share_type)


def _items(old: tuple[ItemDraft, ...], new: tuple[ItemDraft, ...]) -> Iterator[Change]:
    before, after = {item.code: item for item in old}, {item.code: item for item in new}
    for code, item in before.items():
        if code not in after:
            yield Change("item", item.name, item.name, "", ChangeClass.BREAKING)
        else:
            yield from _item(item, after[code])
    for code, item in after.items():
        if code not in before:
            yield Change("item", item.name, "", item.name, ChangeClass.COMPATIBLE)


def _item(old: ItemDraft, new: ItemDraft) -> Iterator[Change]:
    yield from _if_changed("name", old.name, old.name, new.name, ChangeClass.COMPATIBLE)
    yield from _if_changed("data_type", new.name, old.data_type, new.data_type, ChangeClass.BREAKING)
    narrower = ChangeClass.BREAKING if _narrower(old.length, new.length) else ChangeClass.COMPATIBLE
    yield from _if_changed("length", new.name, old.length, new.length, narrower)
    yield from _if_changed("code_list", new.name, old.code_list, new.code_list, ChangeClass.BREAKING)
    lookup = ChangeClass.BREAKING if old.is_lookup else ChangeClass.COMPATIBLE
    yield from _if_changed("is_lookup", new.name, _flag(old.is_lookup), _flag(new.is_lookup), lookup)
    yield from _share(new.name, old.share_type, new.share_type)
    for name in ("range", "purpose", "condition"):
        kind = ChangeClass.TIGHTENING if getattr(new, name) else ChangeClass.COMPATIBLE
        yield from _if_changed(name, new.name, getattr(old, name), getattr(new, name), kind)


def _share(item: str, old: str, new: str) -> Iterator[Change]:
    before, after = _OPENNESS.get(str(old), 2), _OPENNESS.get(str(new), 2)
    kind = ChangeClass.BREAKING if after == 0 else ChangeClass.TIGHTENING if after < before else ChangeClass.COMPATIBLE
    yield from _if_changed("share_type", item, str(old), str(new), kind)


def _if_changed(field: str, item: str, before: str, after: str, kind: ChangeClass) -> Iterator[Change]:
    if before != after:
        yield Change(field, item, before, after, kind)


def _narrower(old: str, new: str) -> bool:
    """Whether a column holds less than before; what cannot be read as numbers counts as narrower."""
    sizes = [[part for part in text.split(",") if part.strip()] for text in (old, new)]
    if not sizes[1]:
        return False
    if not sizes[0] or not all(part.strip().isdecimal() for part in (*sizes[0], *sizes[1])):
        return True
    whole, decimals = ([int(part) for part in (*size, "0")[:2]] for size in sizes)
    return decimals[0] - decimals[1] < whole[0] - whole[1] or decimals[1] < whole[1]


def _joined(modes: Iterable[str]) -> str:
    return "、".join(sorted(map(str, modes)))


def _flag(value: bool) -> str:
    return "1" if value else ""
