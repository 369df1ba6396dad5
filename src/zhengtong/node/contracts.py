"""What a resource's items are (数据契约), as far as this node was told: for rules and for titles on pages.

A grant names only what is granted.  To check the rows of a spreadsheet, and to show an item that was
*not* granted, a node needs all items of the resource; the department's engineer gives them as one
JSON file per resource (`zhengtong node contract`), as the catalogue publishes them.
"""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.node import store
from zhengtong.node.bounds import CELL_CHARS, SHEET_COLUMNS, TEXT_CHARS
from zhengtong.node.home import NodeHome
from zhengtong.node.shapes import is_name
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.grant import FieldType, GrantField

_TYPES: Mapping[str, FieldType] = {
    "C": FieldType.STRING, "N": FieldType.DECIMAL, "I": FieldType.INTEGER, "D": FieldType.DATE,
    "T": FieldType.TIMESTAMP, "L": FieldType.BOOLEAN, "G": FieldType.STRING,
    **{kind.value: kind for kind in FieldType},
}  # fmt: skip
_LENGTH = re.compile(r"(\d{1,5})(?:,(\d{1,2}))?")
_RESOURCE = re.compile(r"[\w./:-]{1,80}")
CONTRACT_B = 1 << 20


class Check(StrEnum):
    """A check digit or form that an item's values carry (校验)."""

    NONE = ""
    CITIZEN_ID = "citizen_id"  # 公民身份号码
    USCC = "uscc"  # 统一社会信用代码
    MOBILE = "mobile"  # 手机号码


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a resource (信息项)."""

    name: str
    title: str
    type: FieldType
    length: int | None = None
    scale: int | None = None
    codes: Mapping[str, str] = field(default_factory=dict[str, str])
    required: bool = False
    key: bool = False
    personal: bool = False
    check: Check = Check.NONE
    aliases: tuple[str, ...] = ()

    @property
    def granted_type(self) -> GrantField:
        """The item as the wire types it."""
        decimal = self.type is FieldType.DECIMAL
        return GrantField(
            self.name, self.type, self.title, precision=(self.length or 38) if decimal else None,
            scale=(self.scale or 0) if decimal else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """All items of a resource."""

    resource: str
    title: str
    items: tuple[Item, ...]

    def item(self, name: str) -> Item | None:
        return next((item for item in self.items if item.name == name), None)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.items if item.key)


def learn(home: NodeHome, contract: Contract, *, clock: Clock) -> None:
    """Remember what a resource's items are; a newer contract replaces the older."""
    body = json.dumps(contract_to_json(contract), ensure_ascii=False)
    with closing(store.connect(home.database)) as db:
        db.execute(
            "INSERT INTO contract VALUES (?, ?, ?) ON CONFLICT (resource) DO UPDATE SET body = excluded.body,"
            " learnt_at = excluded.learnt_at",
            (contract.resource, body, instant(clock.now())),
        )


def known(db: sqlite3.Connection, resource: str) -> Contract | None:
    """The contract of a resource; None if nobody gave one."""
    row = db.execute("SELECT body FROM contract WHERE resource = ?", (resource,)).fetchone()
    return None if row is None else contract_from_json(json.loads(row["body"]))


def all_known(db: sqlite3.Connection) -> tuple[Contract, ...]:
    """Every contract, by resource."""
    rows = db.execute("SELECT body FROM contract ORDER BY resource").fetchall()
    return tuple(contract_from_json(json.loads(row["body"])) for row in rows)


def contract_from_json(value: object) -> Contract:
    """A contract as its file says it.  Raises RuleBroken, naming the part."""
    held = _object(value, "contract")
    items_held = held.get("items")
    if not isinstance(items_held, list) or not 0 < len(items_held) <= SHEET_COLUMNS:
        raise RuleBroken("node.contract_shape", part="items")
    items = tuple(_item(_object(one, "items")) for one in cast("list[object]", items_held))
    if len({item.name for item in items}) != len(items):
        raise RuleBroken("node.contract_shape", part="items.name")
    resource = _text(held, "resource")
    if not _RESOURCE.fullmatch(resource):
        raise RuleBroken("node.contract_shape", part="resource")
    return Contract(resource=resource, title=_text(held, "title", default=resource), items=items)


def contract_to_json(contract: Contract) -> dict[str, Json]:
    """The same, as JSON."""
    items: list[Json] = []
    for item in contract.items:
        length = "" if item.length is None else str(item.length)
        items.append(
            {
                "name": item.name, "title": item.title, "type": item.type.value,
                "length": f"{length},{item.scale}" if length and item.scale is not None else length,
                "codes": dict(item.codes), "required": item.required, "key": item.key, "personal": item.personal,
                "check": item.check.value, "aliases": list(item.aliases),
            }
        )  # fmt: skip
    return {"resource": contract.resource, "title": contract.title, "items": items}


def _item(held: Mapping[str, object]) -> Item:
    name = _text(held, "name")
    kind = _TYPES.get(_text(held, "type", default="C"))
    check = _text(held, "check", default="")
    if not is_name(name) or kind is None or check not in set(Check):
        raise RuleBroken("node.contract_shape", part=f"items.{name[:40]}")
    length, scale = _length(str(held.get("length") or ""), name)
    return Item(
        name=name, title=_text(held, "title", default=name), type=kind, length=length, scale=scale,
        codes=_codes(held.get("codes"), name), required=held.get("required") is True, key=held.get("key") is True,
        personal=held.get("personal") is True or check in {Check.CITIZEN_ID, Check.MOBILE}, check=Check(check),
        aliases=tuple(_texts(held.get("aliases"), name)),
    )  # fmt: skip


def _length(text: str, name: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    found = _LENGTH.fullmatch(text)
    if found is None or int(found[1]) > CELL_CHARS:
        raise RuleBroken("node.contract_shape", part=f"items.{name}.length")
    return int(found[1]), int(found[2]) if found[2] else None


def _codes(value: object, name: str) -> dict[str, str]:
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value)
        return {str(code): str(title) for code, title in pairs.items()}
    return {code: code for code in _texts(value, name)}


def _texts(value: object, name: str) -> Sequence[str]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise RuleBroken("node.contract_shape", part=f"items.{name}")
    return [str(one)[:TEXT_CHARS] for one in cast("list[object]", value)]


def _object(value: object, part: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise RuleBroken("node.contract_shape", part=part)
    return cast("dict[str, object]", value)


def _text(held: Mapping[str, object], name: str, *, default: str | None = None) -> str:
    value = held.get(name, default)
    if not isinstance(value, str) or len(value) > TEXT_CHARS or (default is None and not value):
        raise RuleBroken("node.contract_shape", part=name)
    return value
