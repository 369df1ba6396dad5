"""What pages hand to components (界面值): words and dates already decided, nothing to compute."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Tone(StrEnum):
    """How a badge or alert speaks.  Every tone has its own sign: color is never the only one."""

    QUIET = "quiet"  # 平常
    WAIT = "wait"  # 待办
    GOOD = "good"  # 完成、有效
    LATE = "late"  # 超期、撤销、错误: the only red
    OFF = "off"  # 已结束、未同意
    OPEN = "open"  # 无条件共享
    PART = "part"  # 有条件共享
    SHUT = "shut"  # 不予共享


SIGNS: dict[Tone, str] = {
    Tone.QUIET: "·",
    Tone.WAIT: "…",
    Tone.GOOD: "✓",
    Tone.LATE: "!",
    Tone.OFF: "⊘",
    Tone.OPEN: "●",
    Tone.PART: "◐",
    Tone.SHUT: "○",
}


class StepState(StrEnum):
    DONE = "done"  # 已完成
    NOW = "now"  # 正在办理
    TODO = "todo"  # 未开始
    SKIPPED = "skipped"  # 不需要


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """One station on the way of a thing (办理环节)."""

    label: str
    state: StepState
    on: date | None = None  # when it was done
    who: str = ""
    note: str = ""
    article: str = ""
