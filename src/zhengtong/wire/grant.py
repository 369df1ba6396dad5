"""The grant (共享许可): what one consumer may get of one resource, for what, from when to when.

Sharing builds it from a decision, the center signs it, the provider's node compiles it into what
its database lets through.  The row filter and its salt are the provider's private part: the signed
payload holds only a salted digest and a description in words, so that the consumer sees under
which condition it reads without being handed the rule to probe.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.canonical import Json
from zhengtong.wire.casenumber import is_pattern
from zhengtong.wire.documents import SignedDocument, document_from_json
from zhengtong.wire.masks import Mask
from zhengtong.wire.rowfilter import Filter, check_filter, describe, filter_from_json, filter_to_json
from zhengtong.wire.shapes import DIGEST, Shape
from zhengtong.wire.suites import b64, digest_text, unb64

GRANT_BYTES_MAX = 256 << 10
FIELDS_MAX = 500
USES_MAX = 100
MATTERS_MAX = 100
LEGAL_BASIS_MAX = 1000
DESCRIPTION_MAX = 4000
SALT_BYTES = 16
VERSION = 1

__all__ = [
    "FIELDS_MAX",
    "GRANT_BYTES_MAX",
    "FieldType",
    "Grant",
    "GrantEntry",
    "GrantField",
    "GrantStatus",
    "Limits",
    "Mode",
    "Use",
    "check_grant",
    "entry_from_json",
    "entry_to_json",
    "grant_digest",
    "grant_payload",
    "open_entry",
    "parse_grant",
    "with_filter",
]


class Mode(StrEnum):
    """How a grant may be used (共享方式)."""

    VERIFY = "verify"  # 核验：只答一致、不一致、无记录
    QUERY = "query"  # 查询：按主键查
    BATCH = "batch"  # 批量：按数据包拉取
    FILE = "file"  # 文件 (named, not built)
    MESSAGE = "message"  # 消息 (named, not built)


BUILT_MODES = frozenset({Mode.VERIFY, Mode.QUERY, Mode.BATCH})


class GrantStatus(StrEnum):
    """Where a grant stands (状态)."""

    ACTIVE = "active"  # 有效
    SUSPENDED = "suspended"  # 暂停
    REVOKED = "revoked"  # 撤销


class FieldType(StrEnum):
    """The type of a field on the wire (数据类型)."""

    STRING = "string"  # 字符
    INTEGER = "integer"  # 整型
    DECIMAL = "decimal"  # 数值, with precision and scale
    DATE = "date"  # 日期
    TIMESTAMP = "timestamp"  # 日期时间, UTC
    BOOLEAN = "boolean"  # 逻辑


@dataclass(frozen=True, slots=True)
class GrantField:
    """One item of the resource as granted (信息项)."""

    name: str
    type: FieldType
    title: str = ""
    mask: Mask | None = None
    precision: int | None = None
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """Which system may use it for which purpose in which matters (系统、用途、事项).

    `matters` are case-number patterns (see `casenumber`); none: no case number is asked for.
    """

    system: str
    purpose: str
    matters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much (数量上限); None: the grant states no limit.  Days are Beijing days."""

    max_rows: int | None = None  # in one answer
    rows_per_day: int | None = None
    subjects_per_day: int | None = None
    calls_per_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one consumer may get of one resource (共享许可)."""

    id: str
    number: str
    provider: str
    consumer: str
    resource: str
    resource_title: str
    contract_digest: str
    fields: tuple[GrantField, ...]
    verify_fields: tuple[GrantField, ...] = ()
    lookup: tuple[str, ...] = ()
    modes: frozenset[Mode]
    uses: tuple[Use, ...]
    legal_basis: str
    limits: Limits = field(default_factory=Limits)
    valid_from: datetime
    valid_until: datetime
    max_stale_s: int
    status: GrantStatus = GrantStatus.ACTIVE
    decision_digest: str
    issued_at: datetime
    filter_digest: str = ""
    filter_description: str = ""
    row_filter: Filter | None = None
    filter_salt: str = ""

    def field(self, name: str) -> GrantField | None:
        """The granted or compared field of a name, if there is one."""
        return next((f for f in (*self.fields, *self.verify_fields) if f.name == name), None)


@dataclass(frozen=True, slots=True)
class GrantEntry:
    """A signed grant as it stands in a bundle, with the provider's private part where it is due."""

    document: SignedDocument
    row_filter: Filter | None = None
    filter_salt: str = ""


def with_filter(grant: Grant, row_filter: Filter, *, salt: bytes) -> Grant:
    """The grant bound to a row filter (附行级条件): salted digest and description are set."""
    check_filter(row_filter)
    titles = {f.name: f.title for f in (*grant.fields, *grant.verify_fields) if f.title}
    return replace(
        grant,
        row_filter=row_filter,
        filter_salt=b64(salt),
        filter_digest=_filter_digest(row_filter, salt=b64(salt)),
        filter_description=describe(row_filter, titles=titles),
    )


def grant_payload(grant: Grant) -> bytes:
    """The bytes that the center signs (待签内容), without the private part."""
    check_grant(grant)
    return canonical.encode(_to_json(grant))


def grant_digest(grant: Grant) -> str:
    """The digest that every envelope under the grant names (许可摘要)."""
    return digest_text(grant_payload(grant))


def parse_grant(raw: bytes) -> Grant:
    """The grant in signed bytes, strictly (解析); the private part is empty."""
    shape = Shape(canonical.parse(raw, max_bytes=GRANT_BYTES_MAX), thing="grant")
    shape.number("v", least=VERSION, most=VERSION)
    grant = Grant(
        id=shape.text("id", least=1),
        number=shape.text("number", least=1),
        provider=shape.text("provider", least=1),
        consumer=shape.text("consumer", least=1),
        resource=shape.text("resource", least=1),
        resource_title=shape.text("resource_title"),
        contract_digest=shape.digest("contract_digest"),
        fields=tuple(_field(part) for part in shape.each("fields", most=FIELDS_MAX)),
        verify_fields=tuple(_field(part) for part in shape.each("verify_fields", most=FIELDS_MAX)),
        lookup=shape.texts("lookup", most=FIELDS_MAX),
        modes=frozenset(Mode(m) for m in shape.texts("modes", most=len(Mode)) if m in set(Mode)),
        uses=tuple(_use(part) for part in shape.each("uses", most=USES_MAX)),
        legal_basis=shape.text("legal_basis", most=LEGAL_BASIS_MAX),
        limits=_limits(Shape(shape.take("limits"), thing="grant.limits")),
        valid_from=shape.instant("valid_from"),
        valid_until=shape.instant("valid_until"),
        max_stale_s=shape.number("max_stale_s", least=1),
        status=shape.choice("status", GrantStatus),
        decision_digest=shape.digest("decision_digest"),
        issued_at=shape.instant("issued_at"),
        filter_digest=shape.digest("filter_digest", empty=True),
        filter_description=shape.text("filter_description", most=DESCRIPTION_MAX),
    )
    shape.done()
    if grant_payload(grant) != raw:  # e.g. a mode this version does not know, or modes out of order
        raise RuleBroken("wire.grant_invalid", number=grant.number, why="not the canonical form of a grant")
    return grant


def check_grant(grant: Grant) -> None:
    """Refuse a grant that contradicts itself (自检)."""
    for broken, why in _contradictions(grant):
        if broken:
            raise RuleBroken("wire.grant_invalid", number=grant.number, why=why)


def entry_to_json(entry: GrantEntry) -> dict[str, Json]:
    """A bundle's entry as a value."""
    row_filter: Json = filter_to_json(entry.row_filter) if entry.row_filter is not None else None
    return {"grant": entry.document.to_json(), "row_filter": row_filter, "filter_salt": entry.filter_salt}


def entry_from_json(value: Json) -> GrantEntry:
    """A bundle's entry of a value."""
    shape = Shape(value, thing="grants")
    row_filter = shape.take("row_filter")
    entry = GrantEntry(
        document=document_from_json(shape.take("grant"), kind="grant"),
        row_filter=None if row_filter is None else filter_from_json(row_filter),
        filter_salt=shape.text("filter_salt", most=40),
    )
    shape.done()
    return entry


def open_entry(entry: GrantEntry, *, provider_view: bool) -> Grant:
    """The grant of an entry whose signature was checked, its private part bound to it (取许可).

    Raises RuleBroken when the filter is not the one that was signed, or the provider has none.
    """
    grant = parse_grant(entry.document.payload_bytes)
    if not provider_view:
        return grant
    if entry.row_filter is None:
        if grant.filter_digest:
            raise RuleBroken("wire.grant_filter_missing", number=grant.number)
        return grant
    if _filter_digest(entry.row_filter, salt=entry.filter_salt) != grant.filter_digest:
        raise RuleBroken("wire.grant_filter_differs", number=grant.number)
    return replace(grant, row_filter=entry.row_filter, filter_salt=entry.filter_salt)


def _filter_digest(row_filter: Filter, *, salt: str) -> str:
    return digest_text(unb64(salt, size=SALT_BYTES) + canonical.encode(filter_to_json(row_filter)))


def _contradictions(grant: Grant) -> list[tuple[bool, str]]:
    names = [f.name for f in grant.fields]
    compared = [f.name for f in grant.verify_fields]
    digests = (grant.contract_digest, grant.decision_digest)
    looks_up, gives = grant.modes & {Mode.VERIFY, Mode.QUERY}, grant.modes & {Mode.QUERY, Mode.BATCH}
    return [
        (not grant.modes, "no mode"),
        (not grant.uses, "no system and purpose"),
        (not names and not compared, "no field"),
        (len(set(names)) < len(names) or len(set(compared)) < len(compared), "a field twice"),
        (not set(grant.lookup) <= {*names, *compared}, "a lookup field that is not granted"),
        (bool(looks_up) and not grant.lookup, "verify and query need a lookup field"),
        (Mode.VERIFY in grant.modes and not compared, "verify needs fields to compare"),
        (bool(gives) and not names, "query and batch need fields to give"),
        (grant.valid_from >= grant.valid_until, "validity ends before it begins"),
        (grant.provider == grant.consumer, "provider and consumer are the same"),
        (not grant.legal_basis, "no legal basis"),
        (not all(DIGEST.fullmatch(digest) for digest in digests), "a digest is missing"),
        (any(limit is not None and limit < 0 for limit in _limit_values(grant.limits)), "a limit below zero"),
        (any(not is_pattern(p) for use in grant.uses for p in use.matters), "a case-number pattern that is none"),
        (any(f.mask is not None for f in grant.verify_fields), "a mask on a field that is only compared"),
        *(broken for f in (*grant.fields, *grant.verify_fields) for broken in _field_contradictions(f)),
    ]


def _field_contradictions(f: GrantField) -> list[tuple[bool, str]]:
    sized = f.precision is not None and f.scale is not None
    return [
        (not f.name, "a field without a name"),
        (f.mask is not None and f.type is not FieldType.STRING, f"a mask on {f.name}, which is no text"),
        (f.type is FieldType.DECIMAL and not sized, f"{f.name} needs precision and scale"),
    ]


def _limit_values(limits: Limits) -> tuple[int | None, ...]:
    return (limits.max_rows, limits.rows_per_day, limits.subjects_per_day, limits.calls_per_day)


def _to_json(grant: Grant) -> dict[str, Json]:
    return {
        "v": VERSION,
        "id": grant.id,
        "number": grant.number,
        "provider": grant.provider,
        "consumer": grant.consumer,
        "resource": grant.resource,
        "resource_title": grant.resource_title,
        "contract_digest": grant.contract_digest,
        "fields": [_field_json(f) for f in grant.fields],
        "verify_fields": [_field_json(f) for f in grant.verify_fields],
        "lookup": [*grant.lookup],
        "modes": [*sorted(m.value for m in grant.modes)],
        "uses": [{"system": u.system, "purpose": u.purpose, "matters": list(u.matters)} for u in grant.uses],
        "legal_basis": grant.legal_basis,
        "limits": _limits_json(grant.limits),
        "valid_from": canonical.instant(grant.valid_from),
        "valid_until": canonical.instant(grant.valid_until),
        "max_stale_s": grant.max_stale_s,
        "status": grant.status.value,
        "decision_digest": grant.decision_digest,
        "issued_at": canonical.instant(grant.issued_at),
        "filter_digest": grant.filter_digest,
        "filter_description": grant.filter_description,
    }


def _field_json(f: GrantField) -> dict[str, Json]:
    mask = f.mask.value if f.mask is not None else None
    return {
        "name": f.name,
        "type": f.type.value,
        "title": f.title,
        "mask": mask,
        "precision": f.precision,
        "scale": f.scale,
    }


def _field(shape: Shape) -> GrantField:
    built = GrantField(
        name=shape.text("name", least=1),
        type=shape.choice("type", FieldType),
        title=shape.text("title"),
        mask=shape.choice_or_none("mask", Mask),
        precision=shape.number_or_none("precision"),
        scale=shape.number_or_none("scale"),
    )
    shape.done()
    return built


def _use(shape: Shape) -> Use:
    built = Use(
        system=shape.text("system", least=1),
        purpose=shape.text("purpose", least=1),
        matters=shape.texts("matters", most=MATTERS_MAX),
    )
    shape.done()
    return built


def _limits_json(limits: Limits) -> dict[str, Json]:
    return {
        "max_rows": limits.max_rows,
        "rows_per_day": limits.rows_per_day,
        "subjects_per_day": limits.subjects_per_day,
        "calls_per_day": limits.calls_per_day,
    }


def _limits(shape: Shape) -> Limits:
    built = Limits(
        max_rows=shape.number_or_none("max_rows"),
        rows_per_day=shape.number_or_none("rows_per_day"),
        subjects_per_day=shape.number_or_none("subjects_per_day"),
        calls_per_day=shape.number_or_none("calls_per_day"),
    )
    shape.done()
    return built
