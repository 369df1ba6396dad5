"""Deltas of the members document (名录增量): what changed between two serials.

A delta has no signature of its own: a node applies it to the payload it holds, which must give
exactly the bytes that the new document's signatures cover.  A wrong delta is therefore only a
failed check, after which the node asks for the whole document.
"""

from typing import cast

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.canonical import Json
from zhengtong.wire.directory import MEMBERS_BYTES_MAX, ORGANIZATIONS_MAX
from zhengtong.wire.documents import SignedDocument, document_from_json
from zhengtong.wire.shapes import Shape

_PARTS = {"organizations": "code", "nodes": "id", "systems": "id", "bundles": "node"}
_SCALARS = ("v", "epoch", "serial", "previous", "issued_at", "valid_until")
_OPTIONAL = "journal_head"  # stands among the scalars if the new document has it

__all__ = ["apply_delta", "make_delta"]


def make_delta(old: SignedDocument, new: SignedDocument) -> bytes:
    """What turns the old members document into the new one (求增量), as canonical bytes."""
    before = canonical.parse_object(old.payload_bytes, max_bytes=MEMBERS_BYTES_MAX)
    after = canonical.parse_object(new.payload_bytes, max_bytes=MEMBERS_BYTES_MAX)
    changes: dict[str, Json] = {}
    for part, name in _PARTS.items():
        held, wanted = _by_id(before[part], name), _by_id(after[part], name)
        changes[part] = {
            "put": [item for key, item in wanted.items() if held.get(key) != item],
            "drop": [key for key in held if key not in wanted],
        }
    return canonical.encode(
        {
            "from": old.digest,
            "digest": new.digest,
            "scalars": {key: after[key] for key in (*_SCALARS, _OPTIONAL) if key in after},
            "changes": changes,
            "signatures": new.to_json()["signatures"],
        }
    )


def apply_delta(held: SignedDocument, raw: bytes) -> SignedDocument:
    """The new members document, still to be accepted (施增量); RuleBroken when it does not fit the held one."""
    shape = Shape(canonical.parse(raw, max_bytes=MEMBERS_BYTES_MAX), thing="delta")
    if shape.digest("from") != held.digest:
        raise RuleBroken("wire.delta_does_not_fit")
    value = canonical.parse_object(held.payload_bytes, max_bytes=MEMBERS_BYTES_MAX)
    scalars = Shape(shape.take("scalars"), thing="delta")
    for key in _SCALARS:
        value[key] = scalars.take(key)
    value.pop(_OPTIONAL, None)
    if scalars.has(_OPTIONAL):
        value[_OPTIONAL] = scalars.take(_OPTIONAL)
    scalars.done()
    changes = Shape(shape.take("changes"), thing="delta")
    for part, name in _PARTS.items():
        value[part] = _changed(value[part], Shape(changes.take(part), thing="delta"), name)
    changes.done()
    digest = shape.digest("digest")
    signatures = shape.take("signatures")
    shape.done()
    container: dict[str, Json] = {
        "kind": "members",
        "payload": canonical.encode(value).decode(),
        "signatures": signatures,
    }
    document = document_from_json(container, kind="members")
    if document.digest != digest:
        raise RuleBroken("wire.delta_does_not_fit")
    return document


def _by_id(items: Json, name: str) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for item in cast("list[dict[str, Json]]", items):
        found[str(item[name])] = item
    return found


def _changed(items: Json, change: Shape, name: str) -> list[Json]:
    held = _by_id(items, name)
    for key in change.texts("drop", most=ORGANIZATIONS_MAX):
        held.pop(key, None)
    for item in change.items("put", most=ORGANIZATIONS_MAX):
        if not (isinstance(item, dict) and isinstance(item.get(name), str)):
            raise RuleBroken("wire.delta_does_not_fit")
        held[str(item[name])] = item
    change.done()
    return [held[key] for key in sorted(held)]
