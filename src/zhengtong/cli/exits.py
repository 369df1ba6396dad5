"""Exit codes and the terminal's language (退出码与语言): shared by commands with and without Django."""

import os
from enum import IntEnum

from zhengtong.kernel.messages import Lang


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FOUND = 1  # `check`, `verify`, `overdue`: there is something
    USAGE = 2
    REFUSED = 3
    TRY_AGAIN = 4
    BUG = 70


def language() -> Lang:
    """English where the terminal's locale says so, else Chinese."""
    spoken = next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")
    return "en" if spoken.lower().startswith("en") else "zh"
