"""The verifier (离线核验): checks ledgers with nothing but their folders and a root fingerprint.

No database, no network, no Django.  A ledger folder holds

    entries.log        records, each behind its u32 length
    L00 L01 …          the tree's complete nodes, 32 bytes each
    heads.jsonl        signed tree heads, one canonical document a line
    cosigned.jsonl     heads that the center signed too
    directory/*.json   the roots and members documents that the node accepted
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.wire.audit import audit
from zhengtong.wire.cosigned import parse_heads_file
from zhengtong.wire.cross_check import Pair, cross_check
from zhengtong.wire.directory import JournalHead
from zhengtong.wire.findings import Audited, LedgerBytes, Problem
from zhengtong.wire.ledger import LEVELS_MAX
from zhengtong.wire.records import Octets, TreeHead

ENTRIES_BYTES_MAX = 1 << 40  # mapped, never read whole
_MOVING = frozenset({"wire.ledger_unsigned_tail", "wire.ledger_level_longer", "wire.ledger_cut", "wire.ledger_shorter"})
READ_ATTEMPTS = 3  # of a ledger that its node is still writing
ENTRIES, HEADS, COSIGNED, DIRECTORY = "entries.log", "heads.jsonl", "cosigned.jsonl", "directory"

__all__ = ["COSIGNED", "DIRECTORY", "ENTRIES", "HEADS", "LedgerSummary", "Report", "find_ledgers", "verify"]


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """One ledger in figures (账本概况)."""

    name: str
    node: str
    records: int
    heads: int
    root: str
    exchanges: int
    open_intents: tuple[str, ...]
    alarms: int
    cosigned: int | None  # records under the center's highest co-signature; None: it has not co-signed yet
    journal_head: JournalHead | None  # of the center, as the newest directory in the archive says


@dataclass(frozen=True, slots=True)
class Report:
    """What the verification gave (核验报告); `problems` first to last, empty when `ok`."""

    ok: bool
    ledgers: tuple[LedgerSummary, ...]
    pairs: tuple[Pair, ...]
    problems: tuple[Problem, ...]


def verify(
    paths: Sequence[Path],
    *,
    root_fingerprint: str,
    heads: bytes | None = None,
    strict: bool = False,
    pause: Callable[[], None] = lambda: None,
) -> Report:
    """Whether ledgers are whole, signed under the root, and agree with each other (核验).

    `heads` is the center's own file of co-signed heads, which a ledger must reach whatever its folder says.
    `strict` makes a ledger that the center never co-signed a problem.
    `pause` is called before a ledger that its node is still writing is read again.

    Raises:
        NotFound: a path holds no ledger.
        RuleBroken: the file of heads is not the center's.
    """
    center = parse_heads_file(heads, pinned=root_fingerprint) if heads is not None else {}
    folders = find_ledgers(paths)
    ledgers = [_settled(folder, root_fingerprint, center, pause) for folder in folders]
    pairs = cross_check(ledgers)
    if any(pair.problems for pair in pairs) and _read_on(folders, ledgers, root_fingerprint, center, pause):
        pairs = cross_check(ledgers)
    problems = [problem for ledger in ledgers for problem in ledger.problems]
    problems += [problem for pair in pairs for problem in pair.problems]
    problems += [_not_cosigned(ledger) for ledger in ledgers if strict and ledger.cosigned is None]
    return Report(
        ok=not problems,
        ledgers=tuple(_summary(ledger) for ledger in ledgers),
        pairs=pairs,
        problems=tuple(problems),
    )


def _read_on(
    folders: Sequence[Path],
    ledgers: Sequence[Audited],
    root_fingerprint: str,
    center: Mapping[str, TreeHead],
    pause: Callable[[], None],
) -> bool:
    """Read ledgers again that have grown since: a node in use goes on while the others are read."""
    has_grown = False
    for folder, ledger in zip(folders, ledgers, strict=True):
        if (folder / ENTRIES).stat().st_size > ledger.octets:
            later = _settled(folder, root_fingerprint, center, pause)
            if later.leaves[: len(ledger.leaves)] == ledger.leaves:
                ledger.later, has_grown = later, True
    return has_grown


def _not_cosigned(ledger: Audited) -> Problem:
    return Problem(ledger.name, COSIGNED, None, "wire.ledger_not_cosigned", {"node": ledger.node or "?"})


def find_ledgers(paths: Iterable[Path]) -> list[Path]:
    """The ledger folders that paths stand for: a ledger, a node's home, or a home of nodes (找账本)."""
    found: list[Path] = []
    for path in paths:
        candidates = [path, path / "ledger", *sorted(path.glob("nodes/*/ledger")), *sorted(path.glob("*/ledger"))]
        ledgers = [candidate for candidate in candidates if (candidate / ENTRIES).is_file()]
        if not ledgers:
            raise NotFound("wire.ledger_not_found", path=str(path))
        found += ledgers[:1] if ledgers[0] in {path, path / "ledger"} else ledgers
    return list(dict.fromkeys(found))


def _summary(ledger: Audited) -> LedgerSummary:
    return LedgerSummary(
        name=ledger.name,
        node=ledger.node,
        records=len(ledger.leaves),
        heads=ledger.heads,
        root=ledger.head.root if ledger.head else "",
        exchanges=len(ledger.exchanges),
        open_intents=ledger.open_intents,
        alarms=ledger.alarms,
        cosigned=ledger.cosigned.size if ledger.cosigned else None,
        journal_head=ledger.journal_head,
    )


def _settled(folder: Path, root_fingerprint: str, center: Mapping[str, TreeHead], pause: Callable[[], None]) -> Audited:
    """The audit of a folder; again when all that is wrong is what a node in the middle of writing leaves."""
    found = audit(_read(folder), root_fingerprint=root_fingerprint, center=center)
    for _ in range(READ_ATTEMPTS):
        if not found.problems or {problem.key for problem in found.problems} - _MOVING:
            break
        pause()
        found = audit(_read(folder), root_fingerprint=root_fingerprint, center=center)
    return found


def _read(folder: Path) -> LedgerBytes:
    """The bytes of a folder; read again when its node wrote meanwhile."""
    for _ in range(READ_ATTEMPTS):
        cosigned = _bytes(folder / COSIGNED)  # before the entries, which only grow: never ahead of them
        before = _bytes(folder / HEADS)
        size = (folder / ENTRIES).stat().st_size
        if size > ENTRIES_BYTES_MAX:
            raise RuleBroken("wire.too_long", thing=ENTRIES, size=size, limit=ENTRIES_BYTES_MAX)
        ledger = LedgerBytes(
            name=str(folder),
            entries=_mapped(folder / ENTRIES),
            heads=before,
            cosigned=cosigned,
            levels={n: _bytes(path) for n in range(LEVELS_MAX) if (path := folder / f"L{n:02d}").is_file()},
            directory={path.name: _bytes(path) for path in sorted((folder / DIRECTORY).glob("*.json"))},
        )
        if _bytes(folder / HEADS) == before:
            return ledger
    raise RuleBroken("wire.ledger_moving", path=str(folder))


def _mapped(path: Path) -> Octets:
    """A file that need not fit into memory."""
    if path.stat().st_size == 0:
        return b""
    with path.open("rb") as opened:
        return mmap(opened.fileno(), 0, access=ACCESS_READ)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
