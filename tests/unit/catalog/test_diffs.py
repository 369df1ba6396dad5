"""What a change between two revisions means to who uses the data."""

from dataclasses import replace

import pytest

from zhengtong.catalog.rules import EntryDraft, ItemDraft
from zhengtong.catalog.rules.diffs import CLASS_LABELS, Change, ChangeClass, change_class, changes

NAME = ItemDraft("name", "姓名", "C", "50", "U")
AREA = ItemDraft("area", "面积", "N", "12,2", "K", is_lookup=True)
OLD = EntryDraft(
    name="房屋", abstract="登记簿", share_modes=("service", "batch"), update_cycle="daily", range="有事项的部门",
    purpose="核查", items=(NAME, AREA),
)  # fmt: skip
C, T, B = ChangeClass.COMPATIBLE, ChangeClass.TIGHTENING, ChangeClass.BREAKING


def _with(item: ItemDraft) -> EntryDraft:
    return replace(OLD, items=tuple(item if held.code == item.code else held for held in OLD.items))


@pytest.mark.parametrize(
    ("new", "kind", "fields"),
    [
        (OLD, C, []),
        (replace(OLD, abstract="不动产登记簿"), C, ["abstract"]),
        (replace(OLD, items=(*OLD.items, ItemDraft("use", "用途", "C", "4", "U"))), C, ["item"]),
        (replace(OLD, items=(NAME,)), B, ["item"]),
        (_with(replace(NAME, name="权利人")), C, ["name"]),
        (_with(replace(NAME, length="100")), C, ["length"]),
        (_with(replace(NAME, length="")), C, ["length"]),
        (_with(replace(NAME, length="20")), B, ["length"]),
        (_with(replace(AREA, length="14,2")), C, ["length"]),
        (_with(replace(AREA, length="12,4")), B, ["length"]),  # ten digits before the point became eight
        (_with(replace(AREA, length="12,1")), B, ["length"]),
        (_with(replace(NAME, length="很长")), B, ["length"]),
        (_with(replace(NAME, data_type="N")), B, ["data_type"]),
        (_with(replace(NAME, code_list="sex")), B, ["code_list"]),
        (_with(replace(AREA, is_lookup=False)), B, ["is_lookup"]),
        (_with(replace(NAME, is_lookup=True)), C, ["is_lookup"]),
        (_with(replace(NAME, share_type="K")), T, ["share_type"]),
        (_with(replace(AREA, share_type="U")), C, ["share_type"]),
        (_with(replace(AREA, share_type="W")), B, ["share_type"]),
        (_with(replace(AREA, range="仅市级部门")), T, ["range"]),
        (replace(OLD, range="仅市级部门"), T, ["range"]),
        (replace(OLD, range=""), C, ["range"]),
        (replace(OLD, conditions="每年复核"), T, ["conditions"]),
        (replace(OLD, share_modes=("service",)), B, ["share_modes"]),
        (replace(OLD, share_modes=("service", "batch", "file")), C, ["share_modes"]),
        (replace(OLD, update_cycle="monthly"), T, ["update_cycle"]),
        (replace(OLD, update_cycle="realtime"), C, ["update_cycle"]),
        (replace(OLD, format="spreadsheet"), B, ["format"]),
    ],
)
def test_each_change_has_its_class(new: EntryDraft, kind: ChangeClass, fields: list[str]) -> None:
    found = changes(OLD, new)
    assert (change_class(found), [one.field for one in found]) == (kind, fields)


def test_the_worst_change_comes_first_and_decides() -> None:
    found = changes(OLD, replace(OLD, abstract="新", range="仅市级部门", items=(AREA,)))
    assert [one.kind for one in found] == [B, T, C]
    assert found[0] == Change("item", "姓名", "姓名", "", B)
    assert change_class(found) is B


def test_an_entry_without_items_is_compared_by_its_own_type() -> None:
    old, new = replace(OLD, items=(), share_type="U"), replace(OLD, items=(), share_type="W")
    assert change_class(changes(old, new)) is B


def test_every_class_has_its_words() -> None:
    assert set(CLASS_LABELS) == set(ChangeClass)
