"""An entry of another's catalogue, as far as we understand it (对方目录条目)."""

import hashlib
from dataclasses import asdict, dataclass
from enum import StrEnum

from zhengtong.standards.rules import Finding
from zhengtong.wire.canonical import Json, encode


class ForeignForm(StrEnum):
    """The forms another's catalogue comes in (对方目录格式)."""

    DATA_JSON = "datajson"
    JSONLD = "jsonld"
    TURTLE = "ttl"
    CKAN = "ckan"  # what package_search or current_package_list_with_resources answers


@dataclass(frozen=True, slots=True)
class Foreign:
    """One dataset of another catalogue."""

    remote_id: str  # its identifier there, or its address
    title: str
    description: str = ""
    publisher: str = ""
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    cycle: str = ""  # our code of the update cycle; empty where theirs is none of ours
    access: str = ""  # as it is said there
    issued: str = ""
    modified: str = ""
    landing: str = ""
    items: tuple[str, ...] = ()  # names of columns

    @property
    def digest(self) -> str:
        """What changes when anything we understand of it changes."""
        return hashlib.sha256(encode(self.content())).hexdigest()

    def content(self) -> dict[str, Json]:
        """What was understood of it, as JSON."""
        told: dict[str, Json] = {**asdict(self)}
        for name in ("keywords", "themes", "items"):
            told[name] = [*getattr(self, name)]
        return told


@dataclass(frozen=True, slots=True)
class ForeignCatalogue:
    """Another's catalogue as it was read: its datasets, and what is wrong with it."""

    form: ForeignForm | None
    datasets: tuple[Foreign, ...]
    findings: tuple[Finding, ...]
