"""The catalogue as data.json (Project Open Data 1.1), which open-data portals harvest."""

from collections.abc import Iterable
from typing import Any

from zhengtong.catalog.rules.federation.records import Home, SharedEntry
from zhengtong.catalog.rules.federation.vocabularies import said
from zhengtong.catalog.rules.terms import ShareType

CONFORMS = "https://project-open-data.cio.gov/v1.1/schema"
_LEVELS = {ShareType.WITHHELD: "non-public"}
Json = dict[str, Any]  # Any: JSON


def document(entries: Iterable[SharedEntry], home: Home, *, next_page: str = "") -> Json:
    """A catalogue of these entries."""
    told: Json = {
        "@context": f"{CONFORMS}/catalog.jsonld",
        "@id": home.catalogue(),
        "@type": "dcat:Catalog",
        "conformsTo": CONFORMS,
        "describedBy": f"{CONFORMS}/catalog.json",
        "dataset": [dataset(entry, home) for entry in entries],
    }
    return {**told, "next": next_page} if next_page else told


def dataset(entry: SharedEntry, home: Home) -> Json:
    """One entry."""
    told: Json = {
        "@type": "dcat:Dataset",
        "identifier": entry.code,
        "title": entry.name,
        "description": entry.abstract or entry.name,
        "keyword": list(entry.keywords) or [entry.name],
        "issued": entry.issued_on.isoformat(),
        "modified": entry.modified_on.isoformat(),
        "publisher": {"@type": "org:Organization", "name": entry.provider},
        "contactPoint": {"@type": "vcard:Contact", "fn": entry.office or entry.provider},
        "accessLevel": "public" if entry.open_flag else _LEVELS.get(entry.share_type, "restricted public"),
        "landingPage": home.entry(entry.id),
        "language": ["zh-CN"],
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "accessURL": home.entry(entry.id),
                "format": mode,
                "description": entry.name,
            }
            for mode in entry.share_modes
        ],
    }
    if repeat := said("repeat", entry.cycle):
        told["accrualPeriodicity"] = repeat
    if entry.theme_zh:
        told["theme"] = [entry.theme_zh]
    if entry.place:
        told["spatial"] = entry.place
    if terms := entry.open_conditions if entry.open_flag else entry.conditions:
        told["rights"] = terms[:255]
    return told
