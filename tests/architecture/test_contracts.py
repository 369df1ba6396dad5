"""The import contracts hold, and each of them bites: a tree that breaks all of them is refused by all of them."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.house.tree import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {c["id"]: c["name"] for c in CONTRACTS}
FOLDERS = (
    "cli", "demo", "config", "portal", "supervision", "exchange", "sharing", "catalog", "standards", "parties",
    "journal", "node", "ui", "wire", "regulations", "kernel",
)  # fmt: skip
AREAS = ("supervision", "exchange", "sharing", "catalog", "standards", "parties", "journal")
FILES = ("rules", "events", "models", "queries", "services", "forms", "views", "urls", "api", "listeners", "cli")

# One bad import for each contract.
BAD: dict[str, tuple[str, str]] = {
    "layers": ("catalog/services.py", "import zhengtong.sharing.services"),
    "inside": ("catalog/queries.py", "import zhengtong.catalog.services"),
    "no-framework": ("wire/envelope.py", "import django"),
    "node-commands": ("cli/node.py", "import zhengtong.journal.services"),
    "node-no-ui": ("node/gateway.py", "import zhengtong.ui"),
    "node-importers": ("portal/views.py", "import zhengtong.node"),
    "rules": ("sharing/rules.py", "import zhengtong.catalog.queries"),
    "doors": ("sharing/views.py", "import zhengtong.sharing.models"),
    "rows-journal": ("parties/services.py", "import zhengtong.journal.models"),
    "rows-parties": ("standards/services.py", "import zhengtong.parties.models"),
    "rows-standards": ("catalog/services.py", "import zhengtong.standards.models"),
    "rows-catalog": ("sharing/queries.py", "import zhengtong.catalog.models"),
    "rows-sharing": ("exchange/services.py", "import zhengtong.sharing.models"),
    "rows-exchange": ("supervision/queries.py", "import zhengtong.exchange.models"),
    "rows-supervision": ("portal/queries.py", "import zhengtong.supervision.models"),
}


def lint(folder: Path) -> dict[str, bool]:
    """Contract name -> kept, as import-linter says for the source in a folder."""
    program = (
        "import sys; from importlinter.cli import lint_imports_command as c; sys.path.insert(0, sys.argv.pop(1)); c()"
    )
    command = [sys.executable, "-c", program, str(folder), "--no-cache", "--no-logo", str(ROOT / "pyproject.toml")]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=50)
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)", said.stdout, re.MULTILINE))
    if not verdicts:
        pytest.fail(said.stdout + said.stderr)
    return {name: verdict == "KEPT" for name, verdict in verdicts.items()}


def skeleton(folder: Path) -> Path:
    """An empty tree of today's shape."""
    base = folder / "zhengtong"
    for name in FOLDERS:
        (base / name).mkdir(parents=True)
        (base / name / "__init__.py").touch()
        for file in FILES if name in AREAS else ():
            (base / name / f"{file}.py").touch()
    (base / "__init__.py").touch()
    for file in ("cli/node.py", "cli/verify.py", "portal/views.py", "portal/queries.py"):
        (base / file).touch()
    return folder


def test_the_source_keeps_every_contract() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as c; c()",
        "--no-logo",
        "--no-cache",
    ]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50)
    assert said.returncode == 0, said.stdout[-6000:] + said.stderr[-2000:]


def test_a_clean_tree_keeps_every_contract(tmp_path: Path) -> None:
    assert lint(skeleton(tmp_path)) == dict.fromkeys(NAMES.values(), True)


def test_every_contract_bites(tmp_path: Path) -> None:
    assert BAD.keys() == NAMES.keys(), "a contract without an example of its breach"
    folder = skeleton(tmp_path)
    for file, line in BAD.values():
        path = folder / "zhengtong" / file
        path.write_text((path.read_text() if path.exists() else "") + line + "\n")
    assert lint(folder) == dict.fromkeys(NAMES.values(), False)


def test_an_unlisted_folder_is_refused(tmp_path: Path) -> None:
    folder = skeleton(tmp_path)
    (folder / "zhengtong" / "billing").mkdir()
    (folder / "zhengtong" / "billing" / "__init__.py").touch()
    assert lint(folder)[NAMES["layers"]] is False
