"""The demo as a command, run once, and what it left behind."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PEOPLE = 400
DEMO_S_MAX = 240


@dataclass(frozen=True, slots=True)
class Finished:
    """A demo that has run: its home and what it said of itself."""

    home: Path
    said: dict[str, Any]

    @property
    def root(self) -> str:
        return str(self.said["ledger"]["root"])


def run_demo(home: Path, *options: str, database: str = "") -> subprocess.CompletedProcess[str]:
    """The demo as a command, with nothing of this session's environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGTONG_")}
    return subprocess.run(
        [sys.executable, "-m", "zhengtong.cli.main", "demo", "--home", str(home), "--no-serve", *options],
        capture_output=True,
        text=True,
        timeout=DEMO_S_MAX,
        check=False,
        env={**environment, "ZHENGTONG_DEMO_DATABASE": database},
    )
