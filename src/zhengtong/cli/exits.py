"""Exit codes and the terminal's language (退出码与语言): shared by commands with and without Django."""

from enum import IntEnum

from zhengtong.kernel.messages import terminal_language as language

__all__ = ["Exit", "language"]


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FOUND = 1  # `check`, `verify`, `overdue`: there is something
    USAGE = 2
    REFUSED = 3
    TRY_AGAIN = 4
    BUG = 70
