"""Two states of another's catalogue compared (快照比对): what is new, changed, gone, and back again.

What is missing once is only missing: files come short.  Missing a second time in a row it is gone, and a
tombstone says so; a catalogue with nothing in it ends nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

ABSENCES_TO_END = 2


class Relation(StrEnum):
    """How another catalogue stands to this one (与本级的关系)."""

    UPPER = "upper"  # 上级回流
    LOWER = "lower"  # 下级上报
    PEER = "peer"  # 同级或者其他


class Standing(StrEnum):
    """How an entry of another catalogue stands here (收录状态)."""

    PRESENT = "present"  # 在列
    MISSING = "missing"  # 上次未见
    GONE = "gone"  # 已注销（墓碑）


class Move(StrEnum):
    """What a run finds of one entry (收录结果)."""

    NEW = "new"  # 新增
    CHANGED = "changed"  # 变更
    SAME = "same"  # 未变
    BACK = "back"  # 重现
    MISSING = "missing"  # 未见
    GONE = "gone"  # 注销


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of an entry before a run."""

    digest: str
    standing: Standing
    absences: int


def compared(known: Mapping[str, Known], seen: Mapping[str, str]) -> dict[str, Move]:
    """What a run finds: `known` by remote id, `seen` remote id → digest."""
    moves = {remote: _met(known.get(remote), digest) for remote, digest in seen.items()}
    if seen:
        for remote, before in known.items():
            if remote not in seen and before.standing is not Standing.GONE:
                moves[remote] = Move.GONE if before.absences + 1 >= ABSENCES_TO_END else Move.MISSING
    return moves


def _met(before: Known | None, digest: str) -> Move:
    if before is None:
        return Move.NEW
    if before.standing is not Standing.PRESENT:
        return Move.BACK
    return Move.SAME if before.digest == digest else Move.CHANGED


def counted(moves: Iterable[Move]) -> dict[str, int]:
    """How many of each, all kinds named."""
    counts = dict.fromkeys(map(str, Move), 0)
    for move in moves:
        counts[str(move)] += 1
    return counts
