"""The provider's table a benchmark fills: its rows, what of it is granted, and under which masks."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.wire_city import PERSON_COLUMNS, PERSON_FIELDS, masked
from zhengtong.wire.grant import FieldType, GrantField
from zhengtong.wire.masks import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchTable:
    """One table `rk`: statements that make it of %(rows)s rows, and the grant on it; all names and numbers invented."""

    statements: tuple[str, ...]
    fields: tuple[GrantField, ...]
    columns: Mapping[str, str]

    @property
    def column_list(self) -> str:
        """The granted columns as text of SQL, in the order of the grant."""
        return ", ".join(f'"{self.columns[field.name]}"' for field in self.fields)


NARROW = BenchTable(
    statements=(
        """CREATE TABLE rk ("GMSFHM" text PRIMARY KEY, "XM" text, "CSRQ" text, "QH" text, "SG" numeric(6,2),
  "SECRET" text)""",
        """INSERT INTO rk SELECT '9901021980' || lpad(n::text, 8, '0'), '程一', '19800101', '990102',
  150.5 + n %% 50, 'x' FROM generate_series(0, %(rows)s - 1) n""",
    ),
    fields=masked(PERSON_FIELDS, XM=Mask.NAME),
    columns=PERSON_COLUMNS,
)

# A million rows are 150 MB of heap: about what a department's register of persons looks like.
WIDE = BenchTable(
    statements=(
        """CREATE TABLE rk (bh bigint PRIMARY KEY, gmsfhm char(18) NOT NULL, xm varchar(60), zz varchar(60),
  zt smallint, csrq date, hh varchar(20), je numeric(12,2), yx boolean, gxsj timestamp, bz text)""",
        """INSERT INTO rk SELECT n, '9901021980' || lpad(n::text, 8, '0'),
  substr('程欧阳李王张赵钱孙周吴郑冯陈褚卫蒋沈韩杨', 1 + (n * 7) %% 20, 1)
    || substr('一二三四五六七八九十甲乙丙丁戊己庚辛壬癸', 1 + (n * 13) %% 20, 1 + n %% 2),
  '江宁市汀兰区' || substr('东西南北中', 1 + n %% 5, 1) || '街道' || n %% 977 || '号' || n %% 31,
  n %% 7, date '1950-01-01' + n %% 25000, '99' || lpad(((n::bigint * 7919) %% 10000000)::text, 7, '0'),
  (n %% 1000000) * 1.37, n %% 3 = 0, timestamp '2020-01-01' + n * interval '37.123457 seconds',
  CASE WHEN n %% 10 > 0 THEN '备注' || substr(md5(n::text), 1, 12) END
  FROM generate_series(0, %(rows)s - 1) n""",
    ),
    fields=(
        GrantField("编号", FieldType.INTEGER, "编号"),
        GrantField("公民身份号码", FieldType.STRING, "公民身份号码", Mask.CITIZEN_ID),
        GrantField("姓名", FieldType.STRING, "姓名", Mask.NAME),
        GrantField("住址", FieldType.STRING, "住址"),
        GrantField("状态", FieldType.INTEGER, "状态"),
        GrantField("出生日期", FieldType.DATE, "出生日期"),
        GrantField("户号", FieldType.STRING, "户号", Mask.PSEUDONYM),
        GrantField("金额", FieldType.DECIMAL, "金额", precision=12, scale=2),
        GrantField("有效", FieldType.BOOLEAN, "有效"),
        GrantField("更新时间", FieldType.TIMESTAMP, "更新时间"),
        GrantField("备注", FieldType.STRING, "备注"),
    ),
    columns={
        "编号": "bh", "公民身份号码": "gmsfhm", "姓名": "xm", "住址": "zz", "状态": "zt", "出生日期": "csrq",
        "户号": "hh", "金额": "je", "有效": "yx", "更新时间": "gxsj", "备注": "bz",
    },
)  # fmt: skip
