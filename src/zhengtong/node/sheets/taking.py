"""Taking a spreadsheet in (接收表格): read, match, judge, replace; the same file again changes nothing.

Good rows answer for the resource at once; bad rows wait in quarantine with their rule and row
number, and never stop the good ones.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound, RuleBroken, WrongState
from zhengtong.node import bindings, contracts
from zhengtong.node import store as node_store
from zhengtong.node.bounds import SHEET_FILE_B
from zhengtong.node.contracts import Contract
from zhengtong.node.home import NodeHome
from zhengtong.node.sheets import store
from zhengtong.node.sheets.checking import Problem, check_row, key_of, repeated
from zhengtong.node.sheets.matching import ColumnMatch, Matched, match_columns
from zhengtong.node.sheets.reading import SheetRow, read_sheet

_NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of the file that waits, and why."""

    row: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadReport:
    """What became of a file; the counts are exact: total = accepted + quarantined."""

    resource: str
    file: str
    digest: str
    unchanged: bool
    dry_run: bool
    total: int
    accepted: int
    quarantined: int
    columns: tuple[ColumnMatch, ...]
    bad: tuple[BadRow, ...]
    bound: bool

    def to_json(self) -> dict[str, object]:
        """The same for programs; rules as keys and Chinese words, never a value."""
        columns = [{"source": c.source, "field": c.item, "confidence": round(c.confidence, 3)} for c in self.columns]
        refused = [
            {"row": bad.row, "field": p.item, "rule": p.key, "reason": p.message()}
            for bad in self.bad
            for p in bad.problems
        ]
        rows = {
            "total": self.total, "accepted": self.accepted, "quarantined": self.quarantined, "refused": refused,
        }  # fmt: skip
        return {
            "resource": self.resource, "file": self.file, "digest": self.digest, "unchanged": self.unchanged,
            "dry_run": self.dry_run, "columns": columns, "rows": rows, "bound": self.bound,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Judged:
    good: list[tuple[int, Mapping[str, str | None]]]
    bad: list[tuple[int, Mapping[str, str], Sequence[Problem]]]


def upload(
    home: NodeHome, *, resource: str, file: Path, by: str = "", clock: Clock, dry_run: bool = False
) -> UploadReport:  # fmt: skip
    """Take a file in for a resource (上传表格).

    Raises NotFound without a contract, RuleBroken for a file that is no table of the resource.
    """
    if not file.is_file():
        raise NotFound("node.sheet_no_file", name=file.name)
    if file.stat().st_size > SHEET_FILE_B:
        raise RuleBroken("node.sheet_too_big", limit_mb=SHEET_FILE_B >> 20)
    return upload_bytes(
        home, resource=resource, name=file.name, content=file.read_bytes(), by=by, clock=clock, dry_run=dry_run
    )


def upload_bytes(
    home: NodeHome, *, resource: str, name: str, content: bytes, by: str = "", clock: Clock, dry_run: bool = False
) -> UploadReport:  # fmt: skip
    """The same for a file that came over a page.  Raises WrongState for a resource that a database answers for."""
    contract = contract_of(home, resource)
    bound = _is_bound(home, resource)
    digest = "sha-256:" + hashlib.sha256(content).hexdigest()
    with store.opened(home) as db:
        judged_as = _judged_as(contract, content)
        same = store.same_as_current(db, resource, judged_as)
    matched = match_columns(read_sheet(content), contract)
    judged = _judge(contract, matched)
    report = UploadReport(
        resource=resource, file=_shown(name), digest=digest, unchanged=same is not None, dry_run=dry_run,
        total=len(judged.good) + len(judged.bad), accepted=len(judged.good), quarantined=len(judged.bad),
        columns=matched.columns, bad=tuple(BadRow(row, tuple(problems)) for row, _cells, problems in judged.bad),
        bound=bound,
    )  # fmt: skip
    if dry_run or same is not None:
        return report
    if not judged.good:
        raise RuleBroken("node.sheet_nothing_good", rows=report.total)
    columns = json.dumps([[c.source, c.item] for c in matched.columns], ensure_ascii=False)
    with store.opened(home) as db:
        brought = store.Incoming(
            name=report.file, digest=judged_as, by=by, at=clock.now(), columns=columns, good=judged.good, bad=judged.bad
        )
        store.replace_rows(db, contract, brought)
    if not report.bound:
        _bind(home, contract)
    return report


def _judged_as(contract: Contract, content: bytes) -> str:
    """What makes an upload the same: the file and the rules it was judged by."""
    rules = json.dumps(contracts.contract_to_json(contract), ensure_ascii=False, sort_keys=True).encode()
    return "sha-256:" + hashlib.sha256(len(rules).to_bytes(8, "big") + rules + content).hexdigest()


def prepare(home: NodeHome, resource: str) -> tuple[str, str]:
    """Make the resource's empty table, if it is missing; returns source URL and table, for `bind_source`."""
    contract = contract_of(home, resource)
    with store.opened(home) as db:
        store.make_table(db, contract, anew=False)
    return store.url_of(home), store.table_of(resource)


def contract_of(home: NodeHome, resource: str) -> Contract:
    """The contract of a resource.  Raises NotFound if nobody gave one."""
    with closing(node_store.connect(home.database)) as db:
        contract = contracts.known(db, resource)
    if contract is None:
        raise NotFound("node.no_contract", resource=resource)
    return contract


def cells_of(contract: Contract, columns: Sequence[ColumnMatch], row: SheetRow) -> dict[str, str]:
    """A row's cells by item; columns that were taken for none are left out."""
    found = {item.name: "" for item in contract.items}
    for column, cell in zip(columns, row.cells, strict=False):
        if column.item:
            found[column.item] = cell
    return found


def _judge(contract: Contract, matched: Matched) -> _Judged:
    good: list[tuple[int, Mapping[str, str | None]]] = []
    bad: list[tuple[int, Mapping[str, str], Sequence[Problem]]] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in matched.rows:
        cells = cells_of(contract, matched.columns, row)
        if not any(cells.values()):
            continue  # a second header row or a note beside the table
        checked = check_row(contract, cells)
        problems = list(checked.problems)
        key = key_of(contract, checked.values)
        if key is not None and key in seen:
            problems.append(repeated(contract, row=seen[key]))
        if problems:
            bad.append((row.number, cells, problems))
            continue
        if key is not None:
            seen[key] = row.number
        good.append((row.number, checked.values))
    return _Judged(good, bad)


def _is_bound(home: NodeHome, resource: str) -> bool:
    with closing(node_store.connect(home.database)) as db:
        found = db.execute("SELECT url FROM binding WHERE side = 'source' AND resource = ?", (resource,)).fetchone()
    if found is not None and found["url"] != store.url_of(home):
        raise WrongState("node.sheet_other_source", resource=resource)
    return found is not None


def _bind(home: NodeHome, contract: Contract) -> None:
    """Let the store answer for the resource; every grant waits for the department's word."""
    items = {item.name: item.name for item in contract.items}
    ceiling = bindings.ceiling_of(
        contract.resource, items, masks={}, purposes=(), rows_a_day=None, accept="confirm"
    )  # fmt: skip
    made = bindings.SourceBinding(
        resource=contract.resource, url=store.url_of(home), table=store.table_of(contract.resource), columns=items,
        ceiling=ceiling,
    )  # fmt: skip
    with closing(node_store.connect(home.database)) as db:
        bindings.bind_source(db, made)


def _shown(name: str) -> str:
    plain = "".join(c for c in Path(name.replace("\\", "/")).name if c.isprintable())
    return plain[-_NAME_CHARS:] or "-"
