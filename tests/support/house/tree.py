"""Source files, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "src" / "zhengtong"


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path below the tree, its lines, its syntax tree."""

    path: Path
    shown: str
    lines: int
    tree: ast.Module

    @property
    def area(self) -> str:
        """The top folder, or '' for a file at the top."""
        return self.shown.split("/")[0] if "/" in self.shown else ""

    @property
    def role(self) -> str:
        """The file's role in its area: `views` for views.py and for everything in views/."""
        parts = self.shown.split("/")
        return parts[1].removesuffix(".py") if len(parts) > 1 else ""


@lru_cache(maxsize=16)
def modules(root: Path) -> tuple[Module, ...]:
    """Every Python file below a folder, migrations aside."""
    return tuple(_modules(root))


def _modules(root: Path) -> Iterator[Module]:
    for path in sorted(root.rglob("*.py")):
        shown = path.relative_to(root).as_posix()
        if "migrations" in path.parts or "__pycache__" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        yield Module(path, shown, text.count("\n"), ast.parse(text, filename=shown))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(module: Module) -> Iterator[tuple[str, int]]:
    """Full names of what a file imports, with the line; `from a import b` gives `a` and `a.b`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
