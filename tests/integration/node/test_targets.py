"""What is staged, swapped and read back is what was sent, to the last character, in both stores."""

from pathlib import Path

import pytest

from tests.support.wire_rows import AWKWARD, FIELDS, text_batch
from zhengtong.kernel.errors import Unreachable
from zhengtong.node.inbound import read_back
from zhengtong.node.shaping import shape_batch
from zhengtong.node.targets import Settling, StagedParcel, Standing, Target, TargetTable, open_target
from zhengtong.wire.fingerprint import fingerprint_table, to_hex
from zhengtong.wire.parcel import arrow_schema, decode_table, encode_table

TABLE = TargetTable(table="结果表", fields=FIELDS, columns=tuple(field.name for field in FIELDS))
RUN = "0190c1a2-0000-7000-8000-000000000001"
AT = "2026-10-16T01:00:00.000Z"


def carry(target: Target) -> tuple[int, int, int]:
    """Through the whole way; rows sent, fingerprint sent, fingerprint read back."""
    schema = arrow_schema(FIELDS)
    shaped = shape_batch(text_batch(AWKWARD), FIELDS, schema=schema, pseudonym_key=b"")
    table = decode_table(encode_table(shaped.table), schema=schema)
    target.prepare(TABLE)
    target.begin(RUN, TABLE)
    target.stage(RUN, StagedParcel(seq=1, digest="sha-256:" + "0" * 64, rows=table.num_rows), TABLE, table)
    assert [parcel.seq for parcel in target.staged(RUN)] == [1]
    whole = to_hex(fingerprint_table(table))
    standing = Standing(
        grant="g", columns=TABLE.columns, run=RUN, mark="", rows=table.num_rows, fingerprint=whole, chain=(RUN,),
        full_at=AT,
    )  # fmt: skip
    applied = target.swap(RUN, TABLE, Settling(grant="g", fingerprint=whole, at=AT, standing=standing))
    assert target.standing(TABLE.table) == standing
    assert (applied.rows, applied.quarantined) == (table.num_rows, 0)
    assert target.swapped(RUN) == applied
    found = read_back(target, RUN, TABLE)
    target.finish(RUN)
    target.close()
    return table.num_rows, fingerprint_table(table), found


def test_awkward_values_survive_sqlite(tmp_path: Path) -> None:
    rows, sent, found = carry(open_target(f"sqlite://{tmp_path}/t.db"))
    assert (rows, sent) == (len(AWKWARD), found)


def test_awkward_values_survive_postgresql(postgres_url: str) -> None:
    rows, sent, found = carry(open_target(postgres_url))
    assert (rows, sent) == (len(AWKWARD), found)


@pytest.mark.fault("node.target_unwritable", what="落地库打不开", unchanged="没有请求发出")
def test_a_target_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    for url in (f"sqlite://{tmp_path}/nowhere/t.db", "postgresql://nobody@127.0.0.1:1/x"):
        with pytest.raises(Unreachable) as refused:
            open_target(url)
        assert refused.value.key == "node.target_unwritable"
