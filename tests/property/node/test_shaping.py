"""Whatever a table holds, what leaves is of the granted type, and batch and query agree."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.node.shaping import Flaw, cell_value, shape_batch, shape_rows
from zhengtong.wire.grant import FieldType, GrantField
from zhengtong.wire.masks import Mask, is_masked
from zhengtong.wire.parcel import arrow_schema

DECIMAL = GrantField("d", FieldType.DECIMAL, precision=10, scale=2)
FIELDS = (
    GrantField("s", FieldType.STRING),
    GrantField("i", FieldType.INTEGER),
    DECIMAL,
    GrantField("t", FieldType.DATE),
    GrantField("b", FieldType.BOOLEAN),
    GrantField("z", FieldType.TIMESTAMP),
)
wild = st.none() | st.one_of(
    st.text(max_size=6),
    st.integers(-(10**12), 10**12).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-99999, max_value=99999).map(str),
    st.dates().map(lambda d: d.strftime("%Y%m%d")),
    st.dates().map(date.isoformat),
    st.datetimes().map(str),
    st.sampled_from(["1", "0", "true", "是", "长期", "20230230", "１２", " 5 ", "1e3", "NaN", "Infinity"]),
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(*[wild] * len(FIELDS)), min_size=1, max_size=12))
def test_a_batch_keeps_exactly_the_rows_whose_every_cell_fits(rows: list[tuple[str | None, ...]]) -> None:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    batch = pa.RecordBatch.from_arrays(columns, names=[f.name for f in FIELDS])
    schema = arrow_schema(FIELDS)
    shaped = shape_batch(batch, FIELDS, schema=schema, pseudonym_key=b"")
    one_by_one = shape_rows(rows, FIELDS, pseudonym_key=b"")
    flawed = {number for number, _ in one_by_one.flaws}
    assert shaped.table.schema == schema
    assert shaped.table.num_rows == len(rows) - len(flawed)
    assert shaped.withheld == len(flawed)
    shaped.table.validate(full=True)


@settings(deadline=None)
@given(number=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**7), max_value=10**7))
def test_a_decimal_is_never_rounded(number: Decimal) -> None:
    assert Decimal(str(cell_value(DECIMAL, str(number)))) == number
    try:
        cell_value(DECIMAL, f"{number}1")
    except Flaw:
        return
    raise AssertionError("a third decimal place was swallowed")


@settings(deadline=None)
@given(mask=st.sampled_from([m for m in Mask if m is not Mask.PSEUDONYM]), text=st.none() | st.text(max_size=30))
def test_a_masked_cell_leaves_masked_or_not_at_all(mask: Mask, text: str | None) -> None:
    field = GrantField("x", FieldType.STRING, mask=mask)
    shaped = shape_rows([(text,)], (field,), pseudonym_key=b"k" * 32)
    cell = shaped.rows[0][0]
    assert is_masked(mask, None if cell is None else str(cell))
