"""Checks that the locks (锁定文件) name no host, carry hashes and hold every package that is asked for."""

import re
import sys
import tomllib
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


def unlocked(project: str, lock: str) -> list[str]:
    """Packages that pyproject.toml asks for and the lock does not hold."""
    asked = tomllib.loads(project)
    tables = asked["project"]
    groups = [tables["dependencies"], *tables["optional-dependencies"].values(), *asked["dependency-groups"].values()]
    names = {re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0].lower() for group in groups for text in group}
    return sorted(names - set(PIN.findall(lock)))


def main() -> int:
    """Look at every lock at the top and beside the benchmarks."""
    locks = sorted([*ROOT.glob("*.lock"), *(ROOT / "benchmarks").glob("*.lock")])
    found = [f"{lock.name}: {fault}" for lock in locks for fault in faults(lock.read_text(encoding="utf-8"))]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lacking = unlocked(project, (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    found += [f"requirements.lock: {name} is asked for and not locked; run: make lock" for name in lacking]
    print(*found, sep="\n") if found else print(f"{len(locks)} locks name no host")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
