"""The workbook that a city's organizations, people and duties come in (批量登记表): sheets, columns, what a row says.

Pure: cells in, typed rows and refusals out.  A refusal names sheet, row and column as they stand in the file.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from zhengtong.kernel.errors import Fact, RuleBroken
from zhengtong.parties.rules.roles import ROLES, Level, OrgKind, Role
from zhengtong.wire import spreadsheet

HEADER_ROWS_MAX = 10  # the line of titles is looked for this far down
ROWS_MAX = 20_000  # of one sheet
CELL_CHARS_MAX = 600

_Word = TypeVar("_Word")
Cell = spreadsheet.Cell | None
Tables = Mapping[str, Sequence[Sequence[Cell]]]  # sheet → rows of cells


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our name for it, its title in the file, whether every row needs it, how to fill it in."""

    field: str
    title: str
    needed: bool
    hint: str


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A row that was left out, and why (拒绝的行).  Row 0 is the sheet itself."""

    sheet: str
    row: int
    field: str
    key: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRow:
    """A row of the sheet 机构."""

    row: int
    code: str
    name: str
    short_name: str
    uscc: str
    level: Level
    kind: OrgKind
    jurisdiction: str
    parent: str
    guidance_by: str
    vertical_under: str
    is_authority: bool
    sharing_office: str

    @property
    def above(self) -> tuple[str, ...]:
        """Codes of organizations that must be there first."""
        return tuple(code for code in (self.parent, self.guidance_by, self.vertical_under) if code)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """A row of the sheet 人员: one seat of one person; the login says who."""

    row: int
    login: str
    name: str
    organization: str
    title: str
    roles: tuple[Role, ...]
    from_on: date | None
    until_on: date | None
    phone: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """A row of the sheet 职责."""

    row: int
    organization: str
    code: str
    name: str
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a file says, and what of it could not be read."""

    organizations: tuple[OrganizationRow, ...]
    seats: tuple[SeatRow, ...]
    duties: tuple[DutyRow, ...]
    refused: tuple[RowRefusal, ...]
    totals: Mapping[str, int]


ORGANIZATIONS, PEOPLE, DUTIES = "机构", "人员", "职责"
_LEVELS = {"国家级": Level.NATION, "省级": Level.PROVINCE, "市级": Level.CITY, "地市级": Level.CITY,
           "县级": Level.COUNTY, "区级": Level.COUNTY, "县区级": Level.COUNTY, "乡镇级": Level.TOWNSHIP}  # fmt: skip
_KINDS = {"人民政府": OrgKind.GOVERNMENT, "政府部门": OrgKind.DEPARTMENT, "事业单位": OrgKind.INSTITUTION,
          "法律、法规授权的组织": OrgKind.AUTHORIZED, "其他": OrgKind.OTHER}  # fmt: skip
_ROLES = {fact.zh: role for role, fact in ROLES.items()}
_YES, _NO = ("是", "true", "1"), ("", "否", "false", "0")

SHEETS: Mapping[str, tuple[Column, ...]] = {
    ORGANIZATIONS: (
        Column("code", "机构代码", True, "2至40个小写字母、数字或连字符，登记后不变；再次导入按它识别同一机构"),
        Column("name", "机构名称", True, "全称"),
        Column("short_name", "简称", False, "页面上显示；不填用全称"),
        Column("uscc", "统一社会信用代码", False, "18位，校验码须正确（GB 32100）"),
        Column("level", "层级", True, "国家级、省级、市级、县级、乡镇级"),
        Column("kind", "机构类型", True, "、".join(_KINDS)),
        Column("jurisdiction", "行政区划代码", True, "六位（GB/T 2260）"),
        Column("parent", "上级机构代码", False, "本级政府或者上级机关"),
        Column("guidance_by", "业务指导机构代码", False, "上一级的同类部门"),
        Column("vertical_under", "垂直管理机构代码", False, "垂直管理的才填"),
        Column("is_authority", "是否主管部门", False, "政务数据共享主管部门填“是”"),
        Column("sharing_office", "共享工作机构", False, "承担数据共享工作的内设机构"),
    ),
    PEOPLE: (
        Column("login", "登录名", True, "小写字母、数字、点、下划线或连字符；再次导入按它识别同一人"),
        Column("name", "姓名", True, ""),
        Column("organization", "机构代码", True, "已登记，或者在“机构”表中"),
        Column("title", "岗位名称", True, "同一人在同一机构的岗位按名称识别"),
        Column("roles", "角色", True, "用顿号分开：" + "、".join(_ROLES)),
        Column("from_on", "任职起日", False, "例如2026-10-16；不填为导入当天"),
        Column("until_on", "任职止日", False, "最后一天；不填为长期"),
        Column("phone", "电话", False, "加密保存"),
        Column("email", "邮箱", False, "加密保存"),
    ),
    DUTIES: (
        Column("organization", "机构代码", True, "已登记，或者在“机构”表中"),
        Column("code", "职责编码", True, "在本机构内唯一"),
        Column("name", "职责名称", True, ""),
        Column("legal_basis", "依据", True, "法律、法规或者本地权责清单"),
    ),
}


def read_workbook(tables: Tables) -> Workbook:
    """Read every sheet that is there.

    Raises:
        RuleBroken: none of the three sheets is in the file.
    """
    if not SHEETS.keys() & tables.keys():
        raise RuleBroken("parties.load_no_sheet", sheets="、".join(SHEETS))
    refused: list[RowRefusal] = []
    totals: dict[str, int] = {}
    organizations: list[OrganizationRow] = []
    seats: list[SeatRow] = []
    duties: list[DutyRow] = []
    for sheet in SHEETS:
        for row, held in _lines(sheet, tables.get(sheet, ()), refused, totals):
            reading = _Reading(sheet, row, held, refused)
            if sheet == ORGANIZATIONS and (organization := reading.organization()):
                organizations.append(organization)
            elif sheet == PEOPLE and (seat := reading.seat()):
                seats.append(seat)
            elif sheet == DUTIES and (duty := reading.duty()):
                duties.append(duty)
    return Workbook(tuple(organizations), tuple(seats), tuple(duties), tuple(refused), totals)


def _lines(
    sheet: str, rows: Sequence[Sequence[Cell]], refused: list[RowRefusal], totals: dict[str, int]
) -> Iterable[tuple[int, dict[str, str]]]:
    """Rows below the titles with their number in the file, as text by field; blank rows are passed over."""
    totals[sheet] = 0
    if not rows:
        return
    titles = {column.title: column for column in SHEETS[sheet]}
    tops = enumerate(rows[:HEADER_ROWS_MAX])
    head = next((n for n, row in tops if len({_text(cell) for cell in row} & set(titles)) > 1), None)
    if head is None:
        refused.append(RowRefusal(sheet, 0, "", "parties.load_no_titles", {"sheet": sheet}))
        return
    places = {titles[_text(cell)].field: n for n, cell in enumerate(rows[head]) if _text(cell) in titles}
    missing = [column.title for column in SHEETS[sheet] if column.needed and column.field not in places]
    if missing:
        refused.append(
            RowRefusal(sheet, 0, "、".join(missing), "parties.load_no_column", {"titles": "、".join(missing)})
        )
        return
    if len(rows) - head - 1 > ROWS_MAX:
        refused.append(RowRefusal(sheet, 0, "", "parties.load_too_many_rows", {"most": ROWS_MAX}))
        return
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        held = {field: _text(row[n]) if n < len(row) else "" for field, n in places.items()}
        if any(held.values()):
            totals[sheet] += 1
            yield number, held


@dataclass(slots=True)
class _Reading:
    """One row being read; what is wrong goes to `refused`, once."""

    sheet: str
    row: int
    held: Mapping[str, str]
    refused: list[RowRefusal]
    good: bool = True

    def organization(self) -> OrganizationRow | None:
        level = self._one_of("level", {**_LEVELS, **{str(v): v for v in Level}})
        kind = self._one_of("kind", {**_KINDS, **{str(v): v for v in OrgKind}})
        authority = self._yes("is_authority")
        if not self._complete() or level is None or kind is None:
            return None
        return OrganizationRow(
            row=self.row, code=self._of("code"), name=self._of("name"),
            short_name=self._of("short_name") or self._of("name"), uscc=self._of("uscc"), level=level, kind=kind,
            jurisdiction=self._of("jurisdiction"), parent=self._of("parent"), guidance_by=self._of("guidance_by"),
            vertical_under=self._of("vertical_under"), is_authority=authority,
            sharing_office=self._of("sharing_office"),
        )  # fmt: skip

    def seat(self) -> SeatRow | None:
        roles = self._roles()
        from_on, until_on = self._day("from_on"), self._day("until_on")
        if not self._complete():
            return None
        return SeatRow(
            row=self.row, login=self._of("login"), name=self._of("name"), organization=self._of("organization"),
            title=self._of("title"), roles=roles, from_on=from_on, until_on=until_on, phone=self._of("phone"),
            email=self._of("email"),
        )  # fmt: skip

    def duty(self) -> DutyRow | None:
        if not self._complete():
            return None
        return DutyRow(
            row=self.row, organization=self._of("organization"), code=self._of("code"), name=self._of("name"),
            legal_basis=self._of("legal_basis"),
        )  # fmt: skip

    def _of(self, field: str) -> str:
        return self.held.get(field, "")

    def _complete(self) -> bool:
        for column in SHEETS[self.sheet]:
            if column.needed and not self._of(column.field):
                self._refuse(column.field, "parties.load_cell_empty")
            if len(self._of(column.field)) > CELL_CHARS_MAX:
                self._refuse(column.field, "parties.load_cell_long", most=CELL_CHARS_MAX)
        return self.good

    def _one_of(self, field: str, known: Mapping[str, _Word]) -> _Word | None:
        said = self._of(field)
        if said and said not in known:
            self._refuse(field, "parties.load_value_unknown", value=said[:40])
        return known.get(said)

    def _yes(self, field: str) -> bool:
        said = self._of(field).lower()
        if said not in (*_YES, *_NO):
            self._refuse(field, "parties.load_value_unknown", value=said[:40])
        return said in _YES

    def _roles(self) -> tuple[Role, ...]:
        named = [word.strip() for word in re.split(r"[、,，;；]", self._of("roles")) if word.strip()]
        known = {**_ROLES, **{str(role): role for role in Role}}
        for word in named:
            if word not in known:
                self._refuse("roles", "parties.load_value_unknown", value=word[:40])
        return tuple(role for role in Role if role in {known.get(word) for word in named})

    def _day(self, field: str) -> date | None:
        said = self._of(field)
        if not said:
            return None
        found = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", said)
        try:
            return date(*(int(part) for part in found.groups())) if found else self._bad_day(field, said)
        except ValueError:
            return self._bad_day(field, said)

    def _bad_day(self, field: str, said: str) -> None:
        self._refuse(field, "parties.load_not_a_day", value=said[:40])

    def _refuse(self, field: str, key: str, **facts: Fact) -> None:
        self.good = False
        title = next(column.title for column in SHEETS[self.sheet] if column.field == field)
        self.refused.append(RowRefusal(self.sheet, self.row, title, key, {"field": title, **facts}))


def _text(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, days as 2026-10-16 whatever the hour, blanks around taken off."""
    if isinstance(cell, datetime):
        cell = cell.date()
    return "" if cell is None else spreadsheet.cell_text(cell).strip()
