"""Awkward values that a run must carry unchanged, by field type, as a source gives them (text)."""

from zhengtong.wire.arrow import Table, arrow
from zhengtong.wire.grant import FieldType, GrantField

FIELDS = (
    GrantField("文字", FieldType.STRING),
    GrantField("整数", FieldType.INTEGER),
    GrantField("金额", FieldType.DECIMAL, precision=18, scale=6),
    GrantField("日期", FieldType.DATE),
    GrantField("时刻", FieldType.TIMESTAMP),
    GrantField("是否", FieldType.BOOLEAN),
)
AWKWARD: tuple[tuple[str | None, ...], ...] = (
    ("", "0", "0", "1900-01-01", "1970-01-01T00:00:00+00:00", "0"),
    (None, None, None, None, None, None),
    ("𠮷野家 \\N\t\n'\"%s\\", "-1", "-0.000001", "20240229", "2026-10-16 09:00:00.123456+08:00", "true"),
    ("99010219800101001X", "999999999999999999", "999999999999.999999", "9999-12-31", "2026-10-16T01:00:00", "否"),
    (" 尾部空格 ", "-999999999999999999", "1.5", "0001-01-01", "1899-12-31 23:59:59", "是"),
    ("null", "7", "1e3", "1980/01/01", "2026-10-16T01:00:00.5Z", "f"),
)


def text_batch(rows: tuple[tuple[str | None, ...], ...]) -> Table:
    """Rows of text as a source's Arrow batch."""
    pa = arrow()
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=[field.name for field in FIELDS])
