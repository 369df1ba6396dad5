"""JSON Schemas of the wire's documents (报文模式), for implementers in other languages.

They describe shapes; what a schema cannot say (canonical bytes, digests, order of ids) is in the
protocol pages and in the strict readers.  Written to `docs/protocol/schemas/` by `write`.
"""

import json
from dataclasses import fields
from pathlib import Path

from zhengtong.wire.canonical import Json
from zhengtong.wire.envelope import Envelope, Kind
from zhengtong.wire.grant import FIELDS_MAX, FieldType, GrantStatus, Mode
from zhengtong.wire.masks import Mask
from zhengtong.wire.records import OutcomeKind, RecordKind, Role
from zhengtong.wire.rowfilter import FILTER_NODES_MAX, FILTER_VALUES_MAX, Op
from zhengtong.wire.shapes import TEXT_MAX

Schema = dict[str, Json]
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DIGEST: Schema = {"type": "string", "pattern": "^(sha-256|sm3):[0-9a-f]{64}$"}
_INSTANT: Schema = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
}
_TEXT: Schema = {"type": "string", "maxLength": TEXT_MAX}
_WHOLE: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}

__all__ = ["schemas", "write"]


def schemas() -> dict[str, Schema]:
    """Every schema by the name of its document (全部模式)."""
    return {
        "envelope": _document("envelope", _envelope()),
        "grant": _document("grant", _grant()),
        "row-filter": _document("row filter", _row_filter(), definitions={"filter": _row_filter()}),
        "ledger-record": _document("ledger record", _record()),
        "signed-document": _document("signed document", _signed()),
    }


def write(folder: Path) -> None:
    """Write every schema as `<name>.schema.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        text = json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True)
        (folder / f"{name}.schema.json").write_text(text + "\n", encoding="utf-8")


def _document(title: str, schema: Schema, *, definitions: Schema | None = None) -> Schema:
    named: Schema = {"$schema": _DRAFT, "title": title, **schema}
    if definitions:
        named["$defs"] = definitions
    return named


def _closed(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [*sorted(properties)],
        "additionalProperties": False,
    }


def _one_of(*values: str) -> Schema:
    return {"enum": [*values]}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: Schema, *, most: int, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _envelope() -> Schema:
    special: Schema = {
        "v": {"const": 1},
        "suite": _one_of("intl", "gm"),
        "key": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "id": {"type": "string", "format": "uuid"},
        "kind": _one_of(*Kind),
        "from": {"type": "string", "pattern": "^[a-z0-9-]{2,40}$"},
        "to": {"type": "string", "pattern": "^[a-z0-9-]{2,40}$"},
        "directory": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+$"},
        "body_digest": _DIGEST,
        "ledger_head": {"type": "string", "pattern": "^[0-9]+:[0-9a-f]{64}$"},
        "created": _INSTANT,
        "expires": _INSTANT,
        **{name: _or_null(_DIGEST) for name in ("grant_digest", "contract", "prev", "in_reply_to")},
        **{name: _or_null(_WHOLE) for name in ("seq", "rows")},
    }
    names = [{"sender": "from", "recipient": "to"}.get(f.name, f.name) for f in fields(Envelope)]
    return _closed({name: special.get(name, _or_null({**_TEXT, "minLength": 1})) for name in names})


def _grant() -> Schema:
    field = _closed(
        {
            "name": {**_TEXT, "minLength": 1},
            "type": _one_of(*FieldType),
            "title": _TEXT,
            "mask": _or_null(_one_of(*Mask)),
            "precision": _or_null(_WHOLE),
            "scale": _or_null(_WHOLE),
        }
    )
    use = _closed({"system": _TEXT, "purpose": _TEXT, "matters": _list(_TEXT, most=100)})
    limits = ("max_rows", "rows_per_day", "subjects_per_day", "calls_per_day")
    texts = ("id", "number", "provider", "consumer", "resource", "resource_title")
    return _closed(
        {
            "v": {"const": 1},
            **dict.fromkeys(texts, _TEXT),
            "contract_digest": _DIGEST,
            "fields": _list(field, most=FIELDS_MAX),
            "verify_fields": _list(field, most=FIELDS_MAX),
            "lookup": _list(_TEXT, most=FIELDS_MAX),
            "modes": _list(_one_of(*Mode), most=len(Mode), least=1),
            "uses": _list(use, most=100, least=1),
            "legal_basis": {"type": "string", "maxLength": 1000},
            "limits": _closed({name: _or_null(_WHOLE) for name in limits}),
            "valid_from": _INSTANT,
            "valid_until": _INSTANT,
            "max_stale_s": {**_WHOLE, "minimum": 1},
            "status": _one_of(*GrantStatus),
            "decision_digest": _DIGEST,
            "issued_at": _INSTANT,
            "filter_digest": {"anyOf": [_DIGEST, {"const": ""}]},
            "filter_description": {"type": "string", "maxLength": 4000},
        }
    )


def _row_filter() -> Schema:
    value: Schema = {"anyOf": [_TEXT, {"type": "integer"}, {"type": "boolean"}]}
    inner: Schema = {"$ref": "#/$defs/filter"}
    name: Schema = {**_TEXT, "minLength": 1}
    return {
        "oneOf": [
            _closed({"op": _one_of(*Op), "field": name, "value": value}),
            _closed({"op": {"const": "in"}, "field": name, "values": _list(value, most=FILTER_VALUES_MAX, least=1)}),
            _closed({"op": {"const": "between"}, "field": name, "low": value, "high": value}),
            _closed({"op": {"const": "is_null"}, "field": name}),
            _closed({"op": _one_of("and", "or"), "args": _list(inner, most=FILTER_NODES_MAX, least=1)}),
            _closed({"op": {"const": "not"}, "arg": inner}),
        ]
    }


def _record() -> Schema:
    evidence = _closed(
        {
            "party": _TEXT,
            "key": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "form": _one_of("http", "envelope"),
            "base": {"type": "string", "contentEncoding": "base64"},
            "signature": {"type": "string", "contentEncoding": "base64"},
        }
    )
    return _closed(
        {
            "v": {"const": 1},
            "kind": _one_of(*RecordKind),
            "at": _INSTANT,
            "exchange": _or_null(_TEXT),
            "role": _or_null(_one_of(*Role)),
            "peer": _or_null(_TEXT),
            "grant": _or_null(_TEXT),
            "envelope_digest": _or_null(_DIGEST),
            "evidence": _list(evidence, most=4),
            "outcome": _or_null(_one_of(*OutcomeKind)),
            "refusal": _or_null(_TEXT),
            "rows": _or_null(_WHOLE),
            "body_digest": _or_null(_DIGEST),
            "subject": _or_null({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
            "facts": {"type": "object"},
        }
    )


def _signed() -> Schema:
    signature = _closed(
        {"key": {"type": "string", "pattern": "^[0-9a-f]{32}$"}, "value": {"type": "string", "maxLength": 100}}
    )
    kinds = _one_of("roots", "members", "grants", "grant", "head", "receipts", "join")
    return _closed({"kind": kinds, "payload": {"type": "string"}, "signatures": _list(signature, most=16)})
