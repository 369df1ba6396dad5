"""Data elements (数据元) and how items of a catalogue agree with them.  Pure: no database, no clock.

An item is matched by its name or a name the element also goes by; what deviates is said with its fix.  An item that
no element covers is the department's own and counts neither way.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

_PUNCTUATION = re.compile(r"[\s()（）\[\]【】/／、,，.。·:：_-]+")


class Personal(StrEnum):
    """Whether a value is about a person (个人信息)."""

    NONE = "none"  # 不是个人信息
    PERSONAL = "personal"  # 个人信息
    SENSITIVE = "sensitive"  # 敏感个人信息，个人信息保护法 28


class Fit(StrEnum):
    """How an item agrees with the data elements (符合性)."""

    STANDARD = "standard"  # 符合
    DEVIATES = "deviates"  # 不一致
    OWN = "own"  # 自定义


FIT_LABELS: dict[Fit, tuple[str, str]] = {
    Fit.STANDARD: ("符合数据元", "as the data element"),
    Fit.DEVIATES: ("与数据元不一致", "unlike the data element"),
    Fit.OWN: ("没有对应的数据元", "no data element"),
}


@dataclass(frozen=True, slots=True)
class DataElement:
    """One data element (数据元) with its representation, source and how sure we are of it (`mark`)."""

    id: str
    zh: str
    en: str
    type: str  # letter of the 2017 guide
    length: int  # characters or digits; 0: none is stated
    source: str
    mark: str
    fixed: bool = False  # exactly this length; else at least
    aliases: tuple[str, ...] = ()
    code_list: str = ""
    personal: Personal = Personal.NONE
    mask: str = ""  # which mask helps (wire.masks)


@dataclass(frozen=True, slots=True)
class Item:
    """What a catalogue says of one item."""

    name: str
    data_type: str
    length: str  # "18" or "12,2"
    code_list: str = ""
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing that deviates: what the item says and what the element says."""

    field: str  # data_type, length, code_list, is_personal
    says: str
    should: str


@dataclass(frozen=True, slots=True)
class ItemFit:
    """How one item agrees."""

    name: str
    fit: Fit
    element: DataElement | None
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Compliance:
    """How far items agree (符合率): of those that an element covers, how many do."""

    standard: int = 0
    deviating: int = 0
    own: int = 0

    @property
    def permille(self) -> int | None:
        """Standard items of those an element covers, in thousandths; None where none is covered."""
        covered = self.standard + self.deviating
        return self.standard * 1000 // covered if covered else None

    def with_more(self, found: Fit, number: int) -> "Compliance":
        """The same with so many more items of one kind."""
        more = {Fit.STANDARD: (number, 0, 0), Fit.DEVIATES: (0, number, 0), Fit.OWN: (0, 0, number)}[found]
        return Compliance(self.standard + more[0], self.deviating + more[1], self.own + more[2])


def normal(name: str) -> str:
    """A name as it is compared: one width, no punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", name)).lower()


def element_of(name: str, elements: Mapping[str, DataElement]) -> DataElement | None:
    """The element an item of that name is; `elements` by normal name and alias."""
    return elements.get(normal(name))


def fit(item: Item, elements: Mapping[str, DataElement]) -> ItemFit:
    """How an item agrees with the element of its name."""
    element = element_of(item.name, elements)
    if element is None:
        return ItemFit(item.name, Fit.OWN, None, ())
    fixes = tuple(_fixes(item, element))
    return ItemFit(item.name, Fit.DEVIATES if fixes else Fit.STANDARD, element, fixes)


def compliance(fits: Iterable[ItemFit]) -> Compliance:
    """Counted over items."""
    held = [one.fit for one in fits]
    return Compliance(held.count(Fit.STANDARD), held.count(Fit.DEVIATES), held.count(Fit.OWN))


def _fixes(item: Item, element: DataElement) -> Iterable[Fix]:
    if item.data_type != element.type:
        yield Fix("data_type", item.data_type, element.type)
    elif element.length and not _long_enough(item.length, element):
        yield Fix("length", item.length, str(element.length))
    if element.code_list and item.code_list != element.code_list:
        yield Fix("code_list", item.code_list, element.code_list)
    if element.personal is not Personal.NONE and not item.is_personal:
        yield Fix("is_personal", "", element.personal.value)


def _long_enough(stated: str, element: DataElement) -> bool:
    whole = stated.partition(",")[0].strip()
    if not whole.isdecimal():
        return False
    return int(whole) == element.length if element.fixed else int(whole) >= element.length
