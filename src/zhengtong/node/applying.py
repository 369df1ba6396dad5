"""Applying a run to the target (入库): whole or merged by key, read back, and what the whole then is.

Blocking; called in worker threads.  Fingerprints add up, so the whole of a table is known after a merge without
reading all of it: the whole before, less the rows that were replaced, with the rows that came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.node import failpoints
from zhengtong.node.ahead import ahead
from zhengtong.node.fetching import Fetched
from zhengtong.node.shaping import table_of_text
from zhengtong.node.targets import Applied, Mended, Settling, StagedParcel, Standing, Target, TargetTable
from zhengtong.node.targets.base import text_table
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.fingerprint import combine, fingerprint_table, to_hex
from zhengtong.wire.grant import FieldType, Grant
from zhengtong.wire.masks import Mask
from zhengtong.wire.parcel import RunManifest, arrow_schema

_KEY_TYPES = frozenset({FieldType.STRING, FieldType.INTEGER, FieldType.DATE})
_SPAN = 1 << 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Where one run goes: its table, the positions of the keys, and the mark it was asked from."""

    run: str
    grant: Grant
    table: TargetTable
    keys: tuple[int, ...]
    since: str | None


@dataclass(frozen=True, slots=True)
class Landed:
    """What a run did, and the fingerprint of what is there now of it."""

    applied: Applied
    fingerprint: str
    standing: Standing | None


def key_positions(table: TargetTable, keys: tuple[str, ...]) -> tuple[int, ...]:
    """Where the keys of a target stand among the items; empty if rows cannot be told apart by them.

    A mask that makes two values one cannot be a key; a pseudonym can.
    """
    places = {field.name: index for index, field in enumerate(table.fields)}
    for name in keys:
        field = table.fields[places[name]] if name in places else None
        if field is None or field.type not in _KEY_TYPES or field.mask not in {None, Mask.PSEUDONYM}:
            return ()
    return tuple(places[name] for name in keys)


def since_of(
    target: Target, table: TargetTable, *, grant: str, keys: tuple[int, ...], full_days: int | None, now: datetime
) -> str | None:
    """The mark to ask from; None for a whole run: no keys, no mark, another grant's rows, or the last one too old.

    Deleted rows arrive with whole runs only, so those must come again.
    """
    held = target.standing(table.table)
    if held is None or not keys or not held.mark or held.grant != grant or held.columns != table.columns:
        return None
    if full_days is not None and held.full_at <= instant(now - timedelta(days=full_days)):
        return None
    return held.mark


def land(target: Target, landing: Landing, fetched: Fetched, *, now: datetime) -> Landed:
    """Apply once (what was committed is not done again), then read back what is there."""
    run, table = landing.run, landing.table
    if fetched.since is not None and fetched.since != landing.since:
        raise RuleBroken("node.answer_beyond_grant", number=landing.grant.number, why="since")
    keys = landing.keys if fetched.since is not None else ()
    applied = target.swapped(run)
    if applied is None:
        applied = target.swap(run, table, _settling(target, landing, fetched, keys, now))
        failpoints.reached(failpoints.CONSUMER_AFTER_COMMIT)
    return Landed(applied, to_hex(read_back(target, run, table, keys)), target.standing(table.table))


def read_back(target: Target, run: str, table: TargetTable, keys: tuple[int, ...] = ()) -> int:
    """The fingerprint of what the target now holds of a run, quarantined rows included."""
    _, total = _measure(target, run, table, keys)
    return combine(total, _of_rows(table, target.quarantined((run,))))


def whole(target: Target, table: TargetTable, chain: tuple[str, ...]) -> tuple[int, str]:
    """Rows and fingerprint of a table as its provider sent it: less repaired rows, with the quarantined ones."""
    rows, total = _measure(target, "", table, ())
    aside, mended = target.quarantined(chain), target.mended(chain)
    total = combine(total, _of_rows(table, aside))
    total = (total - _of_rows(table, [one.row for one in mended])) % _SPAN
    return rows + len(aside) - len(mended), to_hex(total)


def _settling(
    target: Target, landing: Landing, fetched: Fetched, keys: tuple[int, ...], now: datetime
) -> Settling:  # fmt: skip
    manifest = fetched.manifest
    assert manifest is not None  # a run lands with its manifest
    standing = Standing(
        grant=landing.grant.id, columns=landing.table.columns, run=landing.run, mark=fetched.mark or "",
        rows=manifest.rows, fingerprint=manifest.fingerprint, chain=(landing.run,), full_at=instant(now),
    )  # fmt: skip
    superseded: tuple[tuple[str, int], ...] = ()
    held = target.standing(landing.table.table) if keys else None
    if held is not None:
        count, total, replaced = _replaced(target, landing, held)
        superseded = tuple((one.run, one.n) for one in replaced)
        fingerprint = (int(held.fingerprint, 16) - total + int(manifest.fingerprint, 16)) % _SPAN
        standing = Standing(
            grant=held.grant, columns=held.columns, run=landing.run, mark=fetched.mark or "",
            rows=held.rows - count + manifest.rows, fingerprint=to_hex(fingerprint),
            chain=(*held.chain, landing.run), full_at=held.full_at,
        )  # fmt: skip
    return Settling(
        grant=landing.grant.id, fingerprint=manifest.fingerprint, at=instant(now), standing=standing, keys=keys,
        superseded=superseded,
    )  # fmt: skip


def _replaced(target: Target, landing: Landing, held: Standing) -> tuple[int, int, list[Mended]]:
    """Rows that a merge replaces, less those repaired here, with the repaired ones themselves."""
    table, keys = landing.table, landing.keys
    count, total = _measure(target, landing.run, table, keys)
    mended = target.mended(held.chain)
    if not mended:
        return count, total, []
    gone: set[tuple[object, ...]] = set()
    for piece in target.read_back(landing.run, table, keys):
        gone |= set(zip(*(piece.column(i).to_pylist() for i in keys), strict=True))
    replaced = [one for one in mended if tuple(one.row[i] for i in keys) in gone]
    return count - len(replaced), total - _of_rows(table, [one.row for one in replaced]), replaced


def _measure(target: Target, run: str, table: TargetTable, keys: tuple[int, ...]) -> tuple[int, int]:
    """Rows and fingerprint of what the target holds: computed by itself if it can, else read and computed here."""
    found = target.measured(run, table, keys)
    if found is not None:
        return found
    schema, rows, total = arrow_schema(table.fields), 0, 0
    with ahead(target.read_back(run, table, keys)) as made:
        for read in made:
            rows += read.num_rows
            total = combine(total, fingerprint_table(table_of_text(read, table.fields, schema)))
    return rows, total


def _of_rows(table: TargetTable, rows: Iterable[tuple[str | None, ...]]) -> int:
    held = list(rows)
    if not held:
        return 0
    return fingerprint_table(table_of_text(text_table(table, held), table.fields, arrow_schema(table.fields)))


def check_end(manifest: RunManifest, *, seq: int, last: str | None, staged: Mapping[int, StagedParcel]) -> None:
    """The manifest must name exactly the parcels that were staged."""
    rows = sum(parcel.rows for parcel in staged.values())
    if manifest.parcels != seq - 1 or manifest.last != last or manifest.rows != rows:
        raise NotAllowed("node.manifest_differs", parcels=manifest.parcels, staged=seq - 1)


def standing_json(landed: Landed) -> dict[str, Json] | None:
    """What the whole of the table then was, as the node itself remembers it."""
    held = landed.standing
    if held is None:
        return None
    return {"rows": held.rows, "fingerprint": held.fingerprint, "chain": list(held.chain), "run": held.run}
