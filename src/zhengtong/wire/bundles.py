"""Grant bundles (许可包): for each node the grants it gives or gets, each signed singly.

A bundle counts only while its digest stands in the members document that the node holds, so an old
bundle cannot be slipped in under a new directory.  The provider's entries carry the row filter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from zhengtong.kernel.errors import NotAllowed
from zhengtong.wire import canonical
from zhengtong.wire.documents import SignedDocument, check_signatures
from zhengtong.wire.grant import Grant, GrantEntry, entry_from_json, entry_to_json, open_entry
from zhengtong.wire.shapes import Shape

BUNDLE_BYTES_MAX = 64 << 20
ENTRIES_MAX = 20_000
DEPTH_MAX = 24  # a filter of eight levels is sixteen levels of JSON
VERSION = 1

__all__ = ["BUNDLE_BYTES_MAX", "ENTRIES_MAX", "Bundle", "bundle_payload", "open_bundle", "parse_bundle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The grants of one node at one serial (许可包)."""

    node: str
    serial: int
    issued_at: datetime
    entries: tuple[GrantEntry, ...]


def bundle_payload(bundle: Bundle) -> bytes:
    """The bytes that the center signs."""
    return canonical.encode(
        {
            "v": VERSION,
            "node": bundle.node,
            "serial": bundle.serial,
            "issued_at": canonical.instant(bundle.issued_at),
            "entries": [entry_to_json(entry) for entry in bundle.entries],
        },
        max_depth=DEPTH_MAX,
    )


def parse_bundle(raw: bytes) -> Bundle:
    """The bundle in signed bytes, strictly; the grants in it are not yet checked."""
    shape = Shape(canonical.parse(raw, max_bytes=BUNDLE_BYTES_MAX, max_depth=DEPTH_MAX), thing="grants")
    shape.number("v", least=VERSION, most=VERSION)
    built = Bundle(
        node=shape.text("node", least=1, most=40),
        serial=shape.number("serial", least=1),
        issued_at=shape.instant("issued_at"),
        entries=tuple(entry_from_json(item) for item in shape.items("entries", most=ENTRIES_MAX)),
    )
    shape.done()
    return built


def open_bundle(document: SignedDocument, *, keys: Mapping[str, str], node: str) -> tuple[Bundle, tuple[Grant, ...]]:
    """The bundle and its grants, every signature checked and every private part bound (开包)."""
    check_signatures(document, keys=keys)
    bundle = parse_bundle(document.payload_bytes)
    if bundle.node != node:
        raise NotAllowed("wire.directory_wrong_node", node=bundle.node, me=node)
    grants: list[Grant] = []
    for entry in bundle.entries:
        check_signatures(entry.document, keys=keys)
        grant = open_entry(entry, provider_view=False)
        if node == grant.provider:
            grant = open_entry(entry, provider_view=True)
        grants.append(grant)
    return bundle, tuple(grants)
