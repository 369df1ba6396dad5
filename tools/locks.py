"""Checks that the locks (锁定文件) name no host and that every package in them has its hash."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOST = re.compile(r"://|--(index-url|extra-index-url|find-links|trusted-host)")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==", re.MULTILINE)


def faults(text: str) -> list[str]:
    """What is wrong with the text of one lock, a line each."""
    found = [f"line {n} names a host: {line[:80]}" for n, line in enumerate(text.splitlines(), 1) if HOST.search(line)]
    for block in re.split(r"\n(?=[a-z0-9])", text):
        pin = PIN.match(block)
        if pin and "--hash=sha256:" not in block:
            found.append(f"{pin[1]} has no hash")
    return found


def main() -> int:
    """Look at every lock at the top and beside the benchmarks."""
    locks = sorted([*ROOT.glob("*.lock"), *(ROOT / "benchmarks").glob("*.lock")])
    found = [f"{lock.name}: {fault}" for lock in locks for fault in faults(lock.read_text(encoding="utf-8"))]
    print(*found, sep="\n") if found else print(f"{len(locks)} locks name no host")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
