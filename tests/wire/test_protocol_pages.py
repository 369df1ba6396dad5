"""The protocol pages say what the code does: fields, kinds, keys, bounds."""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from zhengtong.kernel import messages
from zhengtong.wire import arrow_bounds, envelope, grant, parcel, records, rowfilter
from zhengtong.wire.directory import members_to_json, parse_members
from zhengtong.wire.documents import KINDS
from zhengtong.wire.envelope import Envelope, Kind
from zhengtong.wire.grant import GrantStatus, Mode
from zhengtong.wire.masks import Mask
from zhengtong.wire.records import Record

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "protocol"
GOLDEN = Path(__file__).parent / "golden"


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def words(name: str) -> set[str]:
    text = page(name)
    blocks = re.findall(r"```.*?```", text, re.DOTALL)
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return {part for code in [*blocks, *inline] for part in re.findall(r"[a-z0-9_]+", code)}


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("envelope", {{"sender": "from", "recipient": "to"}.get(f.name, f.name) for f in fields(Envelope)}),
        ("envelope", {kind.value for kind in Kind}),
        ("bytes", set(KINDS)),
        ("grant", {f.name for f in fields(grant.Grant)} - {"row_filter", "filter_salt"}),
        ("grant", {f.name for f in fields(grant.Limits)} | {mode.value for mode in Mode}),
        ("grant", {mask.value for mask in Mask} | {status.value for status in GrantStatus}),
        ("grant", {op.value for op in rowfilter.Op}),
        ("ledger", {f.name for f in fields(Record)} | {kind.value for kind in records.RecordKind}),
        ("ledger", {f.name for f in fields(records.Receipt)}),
        ("parcels", {f.name for f in fields(parcel.RunManifest)}),
    ],
)
def test_every_term_of_the_code_stands_on_its_page(name: str, terms: set[str]) -> None:
    assert terms - words(name) == set()


def test_the_members_table_is_complete() -> None:
    directory = json.loads((GOLDEN / "directory.json").read_text(encoding="utf-8"))
    payload = json.loads(directory["members"])["payload"].encode()
    assert set(members_to_json(parse_members(payload))) - words("directory") == set()


def test_bounds_on_the_pages_are_those_of_the_code() -> None:
    for name, bound in (
        ("envelope", f"{envelope.ENVELOPE_BYTES_MAX:,} bytes"),
        ("envelope", f"±{envelope.SKEW_S} s"),
        ("parcels", f"{parcel.PARCEL_BYTES_MAX >> 20} MiB"),
        ("parcels", f"{parcel.PARCEL_PLAIN_BYTES_MAX >> 20} MiB"),
        ("parcels", f"{parcel.PARCEL_ROWS_MAX:,} rows"),
        ("parcels", f"{arrow_bounds.BATCHES_MAX:,} batches"),
        ("grant", f"{grant.GRANT_BYTES_MAX >> 10} KiB"),
        ("grant", f"depth {rowfilter.FILTER_DEPTH_MAX}, {rowfilter.FILTER_NODES_MAX} nodes"),
        ("ledger", f"{records.RECORD_BYTES_MAX >> 10} KiB"),
        ("ledger", f"{records.RECEIPTS_MAX} receipts"),
    ):
        assert bound in page(name), (name, bound)


def test_every_decision_key_is_on_the_errors_page() -> None:
    text = page("errors")
    for name in messages.catalogue("wire"):
        if name.startswith("refused_"):
            assert f"wire.{name}" in text or f"_{name.removeprefix('refused_')}`" in text, name


def test_links_between_pages_lead_somewhere() -> None:
    for found in PAGES.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", found.read_text(encoding="utf-8")):
            assert (PAGES / target).exists(), (found.name, target)


def test_every_message_is_complete() -> None:
    source = (ROOT / "src" / "zhengtong" / "wire" / "messages.toml").read_text(encoding="utf-8")
    for name, entry in tomllib.loads(source).items():
        assert set(entry) == {"zh", "en", "remedy_zh", "remedy_en"}, name
        assert all(entry.values()), name
