"""What the catalogue offers to a request (目录条目), as sharing needs it.  The only reader of catalog here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from zhengtong.catalog import queries as catalog
from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.kernel.paging import whole
from zhengtong.sharing.rules import AskedItem
from zhengtong.wire import canonical, suites
from zhengtong.wire.grant import FieldType

# 2017 guide's item types → types on the wire.
_TYPES: dict[str, FieldType] = {
    "C": FieldType.STRING,
    "M": FieldType.STRING,
    "N": FieldType.DECIMAL,
    "Y": FieldType.DECIMAL,
    "B": FieldType.DECIMAL,
    "F": FieldType.DECIMAL,
    "I": FieldType.INTEGER,
    "D": FieldType.DATE,
    "T": FieldType.TIMESTAMP,
    "L": FieldType.BOOLEAN,
    "G": FieldType.STRING,  # coordinates travel as text
}
_DECIMAL_DEFAULT = (18, 6)


@dataclass(frozen=True, slots=True)
class OfferedItem:
    """An item of a published entry (信息项)."""

    asked: AskedItem
    type: FieldType
    precision: int | None
    scale: int | None
    is_lookup: bool
    is_personal: bool
    condition: str
    range: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A published entry: whose, under which terms (目录条目)."""

    entry: UUID
    version: int
    code: str
    name: str
    provider: UUID
    jurisdiction: str
    share_type: ShareType
    grade: str
    range: str
    purpose: str
    law: str
    reason: str
    contract_digest: str
    items: tuple[OfferedItem, ...]

    def asked(self) -> dict[str, AskedItem]:
        """Items by code."""
        return {item.asked.code: item.asked for item in self.items}

    def item(self, code: str) -> OfferedItem:
        """The item of a code.  Raises RuleBroken if the entry has dropped it since."""
        found = next((item for item in self.items if item.asked.code == code), None)
        if found is None:
            raise RuleBroken("sharing.item_unknown", items=code)
        return found


def offer(*, entry: UUID) -> Offer:
    """The published revision of an entry.

    Raises:
        NotFound: no such entry, or not published.
    """
    page = catalog.published(id=entry)
    row = page.row
    share_type = row.share or ShareType.WITHHELD
    items = tuple(_item(item, whole=share_type, law=page.legal_basis) for item in page.items)
    return Offer(
        entry=row.id,
        version=row.version,
        code=row.guide_code,
        name=row.name,
        provider=row.provider_id,
        jurisdiction=row.jurisdiction,
        share_type=share_type,
        grade=page.data_grade,
        range=page.range,
        purpose=page.purpose,
        law=page.legal_basis,
        reason=page.reason,
        contract_digest=suites.digest_text(canonical.encode(catalog.contract(page))),
        items=items,
    )


def requestable(*, entry: UUID) -> Offer:
    """The offer of an entry of which at least something may be asked.

    Raises:
        NotFound: no such entry, or not published.
        RuleBroken: the entry is withheld as a whole; names the law (条例 第十四条、第十五条).
    """
    found = offer(entry=entry)
    if found.share_type is ShareType.WITHHELD or all(
        item.asked.share_type is ShareType.WITHHELD for item in found.items
    ):
        raise RuleBroken("sharing.entry_withheld", entry=found.name, law=found.law, reason=found.reason)
    return found


def known_items(*, entry: UUID, asked: Mapping[str, AskedItem]) -> dict[str, AskedItem]:
    """Items a reply may speak of: the entry's of today, and those asked for, as they were then.

    An entry withdrawn since leaves only the latter: it can still be answered, though not granted.
    """
    try:
        today = offer(entry=entry).asked()
    except NotFound:
        today = {}
    return today | {code: replace(item, is_offered=code in today) for code, item in asked.items()}


def _item(item: catalog.ItemRow, *, whole: ShareType, law: str) -> OfferedItem:
    share_type = ShareType.WITHHELD if whole is ShareType.WITHHELD else item.share_type
    kind = _TYPES[str(item.data_type)[:1]]
    precision, scale = _size(item.length) if kind is FieldType.DECIMAL else (None, None)
    return OfferedItem(
        asked=AskedItem(item.code, item.name, share_type, item.legal_basis or law),
        type=kind,
        precision=precision,
        scale=scale,
        is_lookup=item.is_lookup,
        is_personal=item.is_personal,
        condition=item.condition,
        range=item.range,
        purpose=item.purpose,
    )


def _size(length: str) -> tuple[int, int]:
    """Precision and scale of a decimal length like `12,2`."""
    digits, _, decimals = length.partition(",")
    precision = whole(digits.strip())
    return (precision, whole(decimals.strip()) or 0) if precision else _DECIMAL_DEFAULT
