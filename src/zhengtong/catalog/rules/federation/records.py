"""An entry as other catalogues read it (对外目录条目), before any format is chosen."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from zhengtong.catalog.rules.terms import ShareType

KEYWORDS_MAX = 20


class Audience(StrEnum):
    """Who reads a catalogue that is passed on (读者)."""

    SOCIETY = "society"  # 社会公众: what is open to society, and no more
    GOVERNMENT = "government"  # 政府部门: all that is in force


class Form(StrEnum):
    """The formats a catalogue is passed on in (目录格式)."""

    JSONLD = "jsonld"  # DCAT-AP 3
    TURTLE = "ttl"  # DCAT-AP 3
    DATA_JSON = "datajson"  # Project Open Data 1.1
    GUIDE_XML = "xml"  # elements of GB/T 21063 and of the 2017 guide


@dataclass(frozen=True, slots=True)
class SharedItem:
    """One item (信息项)."""

    code: str
    name: str
    data_type: str
    length: str
    share_type: ShareType


@dataclass(frozen=True, slots=True)
class SharedEntry:
    """What is in force of one entry."""

    id: UUID
    code: str
    name: str
    abstract: str
    provider_code: str
    provider: str
    office: str
    place: str  # jurisdiction of the provider, GB/T 2260
    theme: str
    theme_zh: str
    theme_en: str
    format: str
    cycle: str
    share_type: ShareType
    share_modes: tuple[str, ...]
    conditions: str
    open_flag: bool
    open_conditions: str
    legal_basis: str
    version: int
    issued_on: date
    modified_on: date
    items: tuple[SharedItem, ...]

    @property
    def keywords(self) -> tuple[str, ...]:
        """The theme, then the names of the items, each once."""
        words = [self.theme_zh, *(item.name for item in self.items)]
        return tuple(dict.fromkeys(word for word in words if word))[:KEYWORDS_MAX]


@dataclass(frozen=True, slots=True)
class Home:
    """The catalogue that passes entries on: where it stands and who answers for it."""

    base: str  # https://…, no slash at the end
    publisher_code: str
    publisher: str
    place: str

    def catalogue(self) -> str:
        return f"{self.base}/open"

    def entry(self, entry: UUID) -> str:
        return f"{self.base}/open/{entry}"

    def organization(self, code: str) -> str:
        return f"{self.base}/open/organization/{code}"
