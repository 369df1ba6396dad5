"""隔离区 at the desk: bad rows of uploads and of pulled batches, repaired or given up one by one.

A list shows personal values by their first character; the repair form shows a faulty value whole,
to the officer only, and leaves a record that it was looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.node import contracts
from zhengtong.node.bindings import TargetBinding, target_binding
from zhengtong.node.bounds import DESK_ROWS, TEXT_CHARS
from zhengtong.node.contracts import Contract, Item
from zhengtong.node.desk import records
from zhengtong.node.desk.visits import Visit, go
from zhengtong.node.sheets import store
from zhengtong.node.sheets.checking import Problem, check_row
from zhengtong.node.targets import mending
from zhengtong.node.targets.mending import RefusedRow
from zhengtong.wire.canonical import Json
from zhengtong.wire.grant import FieldType

TARGET_RULES: Mapping[str, str] = {
    "target.not_null": "目标表要求这一项必填",
    "target.unique": "目标表中已有相同的主键",
    "target.check": "不符合目标表的取值约束",
    "target.foreign_key": "目标表要求的关联记录不存在",
    "target.type": "不符合目标表的类型",
    "target.other": "目标表没有接受",
}
_NUMBER_MAX = 2**63 - 1
STATE_TITLES: Mapping[str, str] = {
    "open": "待处理", "repaired": "已修正", "discarded": "已放弃", "replaced": "已被新表取代",
    "superseded": "已被新数据取代",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value of a bad row as a page shows it."""

    name: str
    title: str
    value: str
    personal: bool
    problems: tuple[str, ...]
    remedies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One bad row in the list."""

    path: str
    title: str
    number: int
    rules: tuple[str, ...]
    faulty: tuple[Cell, ...]
    state: str
    open: bool
    who: str
    at: str


async def listed(visit: Visit) -> Response:
    """Everything that waits here, uploads first, with exact counts."""
    page = max(1, visit.asked.number("page")) if visit.asked.text("page") else 1
    uploads = await visit.node.core.in_thread(_of_uploads, visit)
    pulled = await visit.node.core.in_thread(_of_pulls, visit)
    both = uploads + pulled
    lines = both[(page - 1) * DESK_ROWS : page * DESK_ROWS]
    if lines and visit.me.sees_rows:
        await _looked_through(visit, len(lines))
    return visit.page(
        "quarantine.html", lines=lines, uploads=sum(line.open for line in uploads), total=len(both),
        pulled=sum(line.open for line in pulled), page=page, more=len(both) > page * DESK_ROWS,
        sees=visit.me.sees_rows,
    )  # fmt: skip


async def upload_row(visit: Visit) -> Response:
    """The repair form of one row of an upload."""
    upload, row = _number(visit, "upload"), _number(visit, "row")
    found = await visit.node.core.in_thread(_find_upload_row, visit, upload, row)
    await _looked(visit, found.resource, found.row)
    return _upload_form(visit, found)


async def upload_row_now(visit: Visit) -> Response:
    """Resubmit or give up one row of an upload."""
    upload, row = _number(visit, "upload"), _number(visit, "row")
    core, now = visit.node.core, visit.node.core.now()
    found = await core.in_thread(_find_upload_row, visit, upload, row)
    if visit.form.text("act") == "discard":
        reason = _reason(visit)
        await core.in_thread(_discard_upload_row, visit, upload, row, reason)
        await _did(visit, records.Act.DISCARD, found.resource, found.row)
        return go("/desk/quarantine")
    contract = _contract(visit, found.resource)
    cells = {**found.cells, **{n: v for n, v in visit.form.group("cell.").items() if contract.item(n)}}
    cells |= {n: "" for n in visit.form.texts("empty") if n in cells and not visit.form.text(f"cell.{n}")}
    checked = check_row(contract, cells)

    def put() -> tuple[Problem, ...]:
        with store.opened(core.home) as db:
            return store.resubmit(
                db, contract, upload=upload, row=row, checked=checked, cells=cells, by=visit.me.person, at=now
            )

    problems = await core.in_thread(put)
    if problems:
        await _looked(visit, found.resource, found.row)  # the form shows the row again
        return _upload_form(visit, replace(found, cells=cells, problems=problems), status=422)
    await _did(visit, records.Act.REPAIR, found.resource, found.row)
    return go("/desk/quarantine")


async def pulled_row(visit: Visit) -> Response:
    """The repair form of one row that a target refused."""
    binding, found = await visit.node.core.in_thread(_find_pulled_row, visit)
    await _looked(visit, binding.resource, found.number)
    return _pulled_form(visit, binding, found)


async def pulled_row_now(visit: Visit) -> Response:
    """Resubmit or give up one row that a target refused."""
    core, now = visit.node.core, visit.node.core.now()
    binding, found = await core.in_thread(_find_pulled_row, visit)
    who = visit.me.person
    if visit.form.text("act") == "discard":
        reason = _reason(visit)
        await core.in_thread(
            lambda: mending.discard(
                binding.url, binding.table, run=found.run, n=found.n, reason=reason, who=who, at=now
            )
        )
        await _did(visit, records.Act.DISCARD, binding.resource, found.number)
        return go("/desk/quarantine")
    given = visit.form.group("cell.")
    columns = {name: column for column, name in _names(binding, found).items()}
    values = {**found.values, **{columns[n]: v for n, v in given.items() if n in columns}}
    values |= {columns[n]: None for n in visit.form.texts("empty") if n in columns and n not in given}
    try:
        checked = _checked(visit, binding, found, values)
        await core.in_thread(
            lambda: mending.repair(
                binding.url, binding.table, run=found.run, n=found.n, values=checked, who=who, at=now
            )
        )
    except RuleBroken as error:
        await _looked(visit, binding.resource, found.number)  # the form shows the row again
        return _pulled_form(
            visit, binding, replace(found, values=values), said=error.message(visit.lang),
            remedy=error.remedy(visit.lang), status=422,
        )  # fmt: skip
    await _did(visit, records.Act.REPAIR, binding.resource, found.number)
    return go("/desk/quarantine")


def count_open(visit: Visit) -> tuple[int, int]:
    """Rows that wait: of uploads, of pulled batches (blocking)."""
    home, uploads = visit.node.core.home, 0
    if store.path_of(home).is_file():
        with store.opened(home) as db:
            uploads = store.count_open(db)
    targets = _targets(visit)
    return uploads, sum(len(mending.refused_rows(one.url, one.table, open_only=True)) for one in targets)


def _of_uploads(visit: Visit) -> list[Line]:
    home = visit.node.core.home
    if not store.path_of(home).is_file():
        return []
    with store.opened(home) as db:
        rows = store.bad_rows(db, open_only=False, limit=DESK_ROWS * 1000)
    known = {c.resource: c for c in contracts.all_known(visit.node.core.reader)}
    return [_upload_line(visit, row, known.get(row.resource)) for row in rows]


def _upload_line(visit: Visit, row: store.QuarantinedRow, contract: Contract | None) -> Line:
    faulty = tuple(cell for cell in _cells(visit, row, contract) if cell.problems)
    return Line(
        path=f"/desk/quarantine/upload/{row.upload}/{row.row}", title=contract.title if contract else row.resource,
        number=row.row, rules=tuple(problem.message(visit.lang) for problem in row.problems), faulty=faulty,
        state=visit.say(STATE_TITLES[row.state]), open=row.state is store.RowState.OPEN, who=row.by, at=row.at,
    )  # fmt: skip


def _cells(visit: Visit, row: store.QuarantinedRow, contract: Contract | None) -> list[Cell]:
    items = contract.items if contract else [_unknown_item(name) for name in row.cells]
    return [
        Cell(
            name=item.name, title=item.title, value=row.cells.get(item.name, ""), personal=item.personal,
            problems=tuple(p.message(visit.lang) for p in row.problems if p.item == item.name),
            remedies=tuple(p.remedy(visit.lang) for p in row.problems if p.item == item.name),
        )
        for item in items
    ]  # fmt: skip


def _of_pulls(visit: Visit) -> list[Line]:
    lines: list[Line] = []
    for binding in _targets(visit):
        title = title_of(visit, binding.resource)
        refused = mending.refused_rows(binding.url, binding.table)
        lines += [_pulled_line(visit, binding, found, title=title) for found in refused]
    return sorted(lines, key=lambda line: not line.open)


def _targets(visit: Visit) -> list[TargetBinding]:
    db = visit.node.core.reader
    rows = db.execute("SELECT resource FROM binding WHERE side = 'target' ORDER BY resource").fetchall()
    return [target_binding(db, resource) for (resource,) in rows]


def _pulled_line(visit: Visit, binding: TargetBinding, found: RefusedRow, *, title: str) -> Line:
    return Line(
        path=f"/desk/quarantine/run/{found.run}/{found.n}?resource={binding.resource}",
        title=title, number=found.number, rules=(_rule(visit, found),), faulty=(),
        state=visit.say(STATE_TITLES.get(found.state, "已被新数据取代")), open=found.state == mending.OPEN,
        who=found.who, at=found.at,
    )  # fmt: skip


def _rule(visit: Visit, found: RefusedRow) -> str:
    return visit.say(TARGET_RULES.get(found.rule, "目标表没有接受"))


def _find_upload_row(visit: Visit, upload: int, row: int) -> store.QuarantinedRow:
    with store.opened(visit.node.core.home) as db:
        return store.bad_row(db, upload=upload, row=row)


def _discard_upload_row(visit: Visit, upload: int, row: int, reason: str) -> None:
    core = visit.node.core
    with store.opened(core.home) as db:
        store.discard(db, upload=upload, row=row, reason=reason, by=visit.me.person, at=core.now())


def _find_pulled_row(visit: Visit) -> tuple[TargetBinding, RefusedRow]:
    resource = visit.asked.text("resource") or visit.form.text("resource")
    binding = target_binding(visit.node.core.reader, resource)
    run = str(visit.request.path_params["run"])
    return binding, mending.refused_row(binding.url, binding.table, run=run, n=_number(visit, "n"))


def _upload_form(visit: Visit, row: store.QuarantinedRow, *, status: int = 200) -> Response:
    contract = _contract(visit, row.resource)
    return visit.page(
        "repair.html", status=status, title=contract.title, number=row.row, cells=_cells(visit, row, contract),
        open=row.state is store.RowState.OPEN, state=visit.say(STATE_TITLES[row.state]), reason=row.reason,
        rule="", said="", remedy="", resource="", upload=True,
    )  # fmt: skip


def _pulled_form(
    visit: Visit, binding: TargetBinding, found: RefusedRow, *, said: str = "", remedy: str = "", status: int = 200
) -> Response:  # fmt: skip
    contract = contracts.known(visit.node.core.reader, binding.resource)
    names = _names(binding, found)
    problems = _judged(visit, binding, found, found.values)[1]
    cells = [
        _pulled_cell(visit, _item(contract, names[column]), value or "", found, problems)
        for column, value in found.values.items()
    ]
    return visit.page(
        "repair.html", status=status, title=title_of(visit, binding.resource), number=found.number, cells=cells,
        open=found.state == mending.OPEN, state=visit.say(STATE_TITLES.get(found.state, "已被新数据取代")), reason="",
        rule=_rule(visit, found),
        said=said, remedy=remedy, resource=binding.resource, upload=False,
    )  # fmt: skip


def _pulled_cell(visit: Visit, item: Item, value: str, found: RefusedRow, problems: Sequence[Problem]) -> Cell:
    """A value of a refused row; a personal one that keeps our rules stays covered, unless it may stand in the way."""
    wrong = [problem for problem in problems if problem.item == item.name]
    return Cell(
        name=item.name, title=item.title, value=value,
        personal=item.personal and bool(value) and found.rule != "target.unique",
        problems=tuple(p.message(visit.lang) for p in wrong), remedies=tuple(p.remedy(visit.lang) for p in wrong),
    )  # fmt: skip


def _checked(
    visit: Visit, binding: TargetBinding, found: RefusedRow, values: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The values by column, as the rules keep them.  Raises RuleBroken for the first rule that is broken."""
    kept, problems = _judged(visit, binding, found, values)
    if problems:
        raise RuleBroken(problems[0].key, **problems[0].facts)
    names = _names(binding, found)
    return {column: kept.get(name, values[column]) for column, name in names.items()}


def _judged(
    visit: Visit, binding: TargetBinding, found: RefusedRow, values: Mapping[str, str | None]
) -> tuple[Mapping[str, str | None], list[Problem]]:
    """The same rules as for an upload, where the contract is known; masked items cannot keep them and are left out."""
    contract = contracts.known(visit.node.core.reader, binding.resource)
    if contract is None:
        return {}, []
    names, masked = _names(binding, found), _masked_items(visit, binding.resource)
    items = tuple(item for item in contract.items if item.name in names.values() and item.name not in masked)
    checked = check_row(replace(contract, items=items), {names[c]: value or "" for c, value in values.items()})
    return checked.values, list(checked.problems)


def _masked_items(visit: Visit, resource: str) -> frozenset[str]:
    """Items that come masked: their check digits cannot be right."""
    view = visit.node.core.directory.last_view()
    grants = [g for g in view.grants.values() if g.resource == resource] if view else []
    return frozenset(f.name for g in grants for f in g.fields if f.mask is not None)


def _names(binding: TargetBinding, found: RefusedRow) -> dict[str, str]:
    """Items by column."""
    items = {column: item for item, column in binding.columns.items()}
    return {column: items.get(column, column) for column in found.values}


def _contract(visit: Visit, resource: str) -> Contract:
    contract = contracts.known(visit.node.core.reader, resource)
    if contract is None:
        raise RuleBroken("node.no_contract", resource=resource)
    return contract


def _item(contract: Contract | None, name: str) -> Item:
    return (contract.item(name) if contract else None) or _unknown_item(name)


def _unknown_item(name: str) -> Item:
    return Item(name=name, title=name, type=FieldType.STRING)


def title_of(visit: Visit, resource: str) -> str:
    """What people call a resource: from its contract, or from a grant."""
    contract = contracts.known(visit.node.core.reader, resource)
    view = visit.node.core.directory.last_view()
    titles = [g.resource_title for g in view.grants.values() if g.resource == resource] if view else []
    return contract.title if contract else next(iter(titles), resource)


def _number(visit: Visit, name: str) -> int:
    number = int(visit.request.path_params[name])
    if number > _NUMBER_MAX:  # no database could look for it
        raise NotFound("node.no_bad_row", row=number)
    return number


def _reason(visit: Visit) -> str:
    reason = visit.form.text("reason")
    if not reason or len(reason) > TEXT_CHARS:
        raise RuleBroken("node.discard_reason", limit=TEXT_CHARS)
    return reason


async def _looked_through(visit: Visit, rows: int) -> None:
    core, at, person = visit.node.core, visit.node.core.now(), visit.me.person
    act, facts = records.Act.READ_QUARANTINE, dict[str, Json](rows=rows)
    await core.journal.do(lambda step: records.keep(step.db, at=at, person=person, act=act, subject="", facts=facts))


async def _looked(visit: Visit, resource: str, row: int) -> None:
    await _did(visit, records.Act.READ_BAD_ROW, resource, row)


async def _did(visit: Visit, act: records.Act, resource: str, row: int) -> None:
    core, at, person = visit.node.core, visit.node.core.now(), visit.me.person
    facts: dict[str, Json] = {"row": row}
    await core.journal.do(
        lambda step: records.keep(step.db, at=at, person=person, act=act, subject=resource, facts=facts)
    )
