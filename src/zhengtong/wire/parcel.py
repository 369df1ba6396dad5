"""Parcels (数据包): numbered, immutable pieces of a batch run, sealed for one consumer.

    "ZTP1" · u32 envelope length · envelope · 64-byte signature · u64 body length · body

The body is an Arrow IPC stream (codec `arrow+zstd`) sealed with HPKE; the seal's `info` binds
grant, run, number and parties, so that a body opens nowhere but in its place.  Everything is
bounded before it is believed: lengths before slicing, buffer counts and decompressed sizes
(read from the stream's own metadata, see `arrow_bounds`) before Arrow allocates a byte.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.arrow import Schema, Table, arrow, ipc
from zhengtong.wire.arrow_bounds import check_stream
from zhengtong.wire.canonical import Json
from zhengtong.wire.envelope import ENVELOPE_BYTES_MAX, Envelope, parse_envelope
from zhengtong.wire.grant import FieldType, GrantField
from zhengtong.wire.shapes import Shape
from zhengtong.wire.suites import SIGNATURE_BYTES, SealingKey, seal

MEDIA_TYPE = "application/vnd.zhengtong.parcel"
CODEC = "arrow+zstd"
PARCEL_BYTES_MAX = 64 << 20  # as carried
PARCEL_PLAIN_BYTES_MAX = 512 << 20  # decompressed
PARCEL_ROWS_MAX = 1 << 20
PARCELS_MAX = 1_000_000  # in one run
_MAGIC = b"ZTP1"
_FIRST = struct.Struct(">4sI")
_SECOND = struct.Struct(">64sQ")

__all__ = [
    "CODEC",
    "MEDIA_TYPE",
    "PARCELS_MAX",
    "PARCEL_BYTES_MAX",
    "PARCEL_PLAIN_BYTES_MAX",
    "PARCEL_ROWS_MAX",
    "Parcel",
    "RunManifest",
    "SealContext",
    "arrow_schema",
    "decode_table",
    "encode_table",
    "manifest_from_json",
    "manifest_to_json",
    "open_body",
    "pack",
    "seal_body",
    "unpack",
]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One numbered piece of a run (数据包); its signature is checked with `envelope.verify_envelope`."""

    envelope: Envelope
    envelope_bytes: bytes
    signature: bytes
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealContext:
    """What a sealed body is bound to (加密上下文)."""

    grant: str
    grant_digest: str
    run: str
    seq: int
    sender: str
    recipient: str

    @property
    def info(self) -> bytes:
        """The bytes given to the seal as `info`."""
        bound: dict[str, Json] = {
            "grant": self.grant,
            "grant_digest": self.grant_digest,
            "run": self.run,
            "seq": self.seq,
            "from": self.sender,
            "to": self.recipient,
        }
        return b"zhengtong/v1/parcel\n" + canonical.encode(bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunManifest:
    """What a run held in all (批量清单), told by the provider when the last parcel is written."""

    run: str
    grant: str
    grant_digest: str
    parcels: int
    rows: int
    fingerprint: str  # 32 hex digits, see `fingerprint`
    last: str | None  # digest of the last parcel's envelope; None: no row, no parcel
    closed_at: datetime


def pack(parcel: Parcel) -> bytes:
    """The bytes of a parcel (组包)."""
    head = _FIRST.pack(_MAGIC, len(parcel.envelope_bytes)) + parcel.envelope_bytes
    raw = head + _SECOND.pack(parcel.signature, len(parcel.body)) + parcel.body
    _check_size(len(raw))
    return raw


def unpack(raw: bytes) -> Parcel:
    """The parcel in bytes, nothing of it verified yet (拆包); RuleBroken when the frame does not fit exactly."""
    _check_size(len(raw))
    if len(raw) < _FIRST.size:
        raise RuleBroken("wire.parcel_frame")
    magic, envelope_bytes = _FIRST.unpack_from(raw)
    second = _FIRST.size + envelope_bytes
    if magic != _MAGIC or envelope_bytes > ENVELOPE_BYTES_MAX or len(raw) < second + _SECOND.size:
        raise RuleBroken("wire.parcel_frame")
    signature, body_bytes = _SECOND.unpack_from(raw, second)
    body = raw[second + _SECOND.size :]
    if len(body) != body_bytes or len(signature) != SIGNATURE_BYTES:
        raise RuleBroken("wire.parcel_frame")
    header = raw[_FIRST.size : second]
    return Parcel(envelope=parse_envelope(header), envelope_bytes=header, signature=signature, body=body)


def _check_size(size: int) -> None:
    if size > PARCEL_BYTES_MAX:
        raise RuleBroken("wire.too_long", thing="parcel", size=size, limit=PARCEL_BYTES_MAX)


def seal_body(plain: bytes, *, public: str, context: SealContext) -> bytes:
    """The body as it travels (加密数据包体); `body_digest` of the envelope is taken over these bytes."""
    return seal(public, plaintext=plain, info=context.info)


def open_body(body: bytes, *, key: SealingKey, context: SealContext) -> bytes:
    """The plain body, if it was sealed for this key in this place (解密)."""
    return key.open(body, info=context.info)


_SIMPLE = {
    FieldType.STRING: "string",
    FieldType.INTEGER: "int64",
    FieldType.DATE: "date32",
    FieldType.BOOLEAN: "bool_",
}


def arrow_schema(fields: Sequence[GrantField]) -> Schema:
    """The Arrow schema that granted fields travel in, in their order (数据包模式); every field may be null."""
    pa = arrow()

    def kind(field: GrantField) -> object:
        if field.type is FieldType.DECIMAL:
            return pa.decimal128(field.precision, field.scale)
        if field.type is FieldType.TIMESTAMP:
            return pa.timestamp("us", tz="UTC")
        return getattr(pa, _SIMPLE[field.type])()

    return pa.schema([pa.field(field.name, kind(field)) for field in fields])


def encode_table(table: Table) -> bytes:
    """A table as an Arrow IPC stream with zstd buffers (编码)."""
    pa, writer_of = arrow(), ipc()
    sink = pa.BufferOutputStream()
    options = writer_of.IpcWriteOptions(compression="zstd")
    with writer_of.new_stream(sink, table.schema, options=options) as writer:
        writer.write(table)
    return sink.getvalue().to_pybytes()


def decode_table(plain: bytes, *, schema: Schema) -> Table:
    """The table in an Arrow IPC stream (解码), bounds checked first, then every offset, then the schema."""
    pa = arrow()
    check_stream(plain, rows_max=PARCEL_ROWS_MAX, bytes_max=PARCEL_PLAIN_BYTES_MAX, columns_max=len(schema))
    try:
        with ipc().open_stream(plain) as reader:
            if not reader.schema.equals(schema, check_metadata=False):
                raise RuleBroken("wire.parcel_schema", found=str(reader.schema)[:200], granted=str(schema)[:200])
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as bad:
        raise RuleBroken("wire.parcel_arrow", why=str(bad)[:200]) from None
    return table


def manifest_to_json(manifest: RunManifest) -> dict[str, Json]:
    """The manifest as the content of a service body."""
    return {
        "run": manifest.run,
        "grant": manifest.grant,
        "grant_digest": manifest.grant_digest,
        "parcels": manifest.parcels,
        "rows": manifest.rows,
        "fingerprint": manifest.fingerprint,
        "last": manifest.last,
        "closed_at": canonical.instant(manifest.closed_at),
    }


def manifest_from_json(value: Json) -> RunManifest:
    """The manifest of a body's content."""
    shape = Shape(value, thing="manifest")
    built = RunManifest(
        run=shape.text("run", least=36, most=36),
        grant=shape.text("grant", least=1),
        grant_digest=shape.digest("grant_digest"),
        parcels=shape.number("parcels", most=PARCELS_MAX),
        rows=shape.number("rows"),
        fingerprint=shape.text("fingerprint", least=32, most=32),
        last=shape.digest_or_none("last"),
        closed_at=shape.instant("closed_at"),
    )
    shape.done()
    return built
