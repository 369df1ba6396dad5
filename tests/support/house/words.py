"""Messages, translations and the glossary."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.house.tree import Module, modules

FAMILIES = frozenset({"PlatformError", "NotFound", "NotAllowed", "WrongState", "RuleBroken", "Unreachable"})
KEY = re.compile(r"^[a-z]+\.[a-z][a-z0-9_]*$")
LANGS = ("zh", "en")


def catalogues(root: Path) -> dict[str, dict[str, str]]:
    """Every message of every area, by its full key."""
    return {
        f"{path.parent.name}.{name}": entry
        for path in sorted(root.glob("*/messages.toml"))
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }


def incomplete_messages(root: Path) -> list[str]:
    """Messages without zh or en, with half a remedy, or whose languages name different facts."""
    found: list[str] = []
    for key, entry in catalogues(root).items():
        found += [f"{key} has no {lang}" for lang in LANGS if not entry.get(lang, "").strip()]
        if bool(entry.get("remedy_zh", "").strip()) != bool(entry.get("remedy_en", "").strip()):
            found.append(f"{key} has its remedy in one language only")
        for a, b in (("zh", "en"), ("remedy_zh", "remedy_en")):
            if _facts(entry.get(a, "")) != _facts(entry.get(b, "")):
                found.append(f"{key}: {a} and {b} name different facts")
    return found


def _facts(text: str) -> set[str]:
    """Names of the facts in a text; `role_zh` and `role_en` are one fact in two languages."""
    return {re.sub(r"_(zh|en)$", "", name) for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def error_names(root: Path) -> frozenset[str]:
    """The five families and every class below them."""
    names, grew = set(FAMILIES), True
    while grew:
        new = {
            node.name
            for m in modules(root)
            for node in ast.walk(m.tree)
            if isinstance(node, ast.ClassDef) and names & {ast.unparse(b).rpartition(".")[2] for b in node.bases}
        } - names
        names |= new
        grew = bool(new)
    return frozenset(names)


def keys_used(root: Path) -> Iterator[tuple[str, str, bool]]:
    """(key, place, is an error's) for every message key that stands in the code as a literal."""
    errors = error_names(root)
    for m in modules(root):
        for node in ast.walk(m.tree):
            if isinstance(node, ast.Call) and (key := _literal_key(node)):
                name = ast.unparse(node.func)
                if name.rpartition(".")[2] in errors:
                    yield key, f"{m.shown}:{node.lineno}", True
                elif name in {"messages.text", "messages.remedy", "message", "language.message"}:
                    yield key, f"{m.shown}:{node.lineno}", False


def _literal_key(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and KEY.match(first.value):
        return first.value
    return ""


def keys_without_message(root: Path) -> list[str]:
    """Keys in the code that no catalogue has, or that lack the remedy an error needs."""
    known, found = catalogues(root), []
    for key, place, is_error in keys_used(root):
        if key not in known:
            found.append(f"{place} {key} is in no catalogue")
        elif is_error and not known[key].get("remedy_zh"):
            found.append(f"{place} {key} is raised and has no remedy")
    return sorted(set(found))


@dataclass(frozen=True, slots=True)
class Term:
    """One row of GLOSSARY.md."""

    chinese: str
    english: str
    name: str
    source: str


ROW = re.compile(r"^\|([^|]+)\|([^|]+)\|([^|]+)\|([^|]+)\|\s*$", re.MULTILINE)


def terms(glossary: str) -> list[Term]:
    """The rows of the glossary's table, head and rule aside."""
    rows = [Term(*(cell.strip() for cell in match)) for match in ROW.findall(glossary)]
    return [r for r in rows if not set(r.chinese) <= set("-: ") and r.chinese != "中文"]


def unknown_names(root: Path, glossary: str) -> list[str]:
    """Names that the glossary gives and the code does not have.  `—` marks a word whose code is yet to come."""
    found = []
    for term in terms(glossary):
        for name in re.findall(r"`([^`]+)`", term.name):
            module, _, attribute = name.partition(":")
            if not _exists(root, module, attribute):
                found.append(f"{term.chinese} {term.english}: {name}")
    return found


def _exists(root: Path, module: str, attribute: str) -> bool:
    base = root.joinpath(*module.split("."))
    files = [base.with_suffix(".py")] if base.with_suffix(".py").exists() else sorted(base.glob("*.py"))
    if not attribute:
        return bool(files)
    first, _, second = attribute.partition(".")
    return any(_declares(m, first, second) for m in modules(root) if m.path in files)


def _declares(module: Module, name: str, member: str) -> bool:
    for node in module.tree.body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return not member or member in {ast.unparse(t) for n in node.body for t in _targets(n)}
        targets += _targets(node)
        if not member and name in {ast.unparse(t) for t in targets}:
            return True
    return False


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def nouns_without_term(root: Path, glossary: str) -> list[str]:
    """Stored things of the areas that the glossary does not name: a new noun is agreed on before it is stored."""
    named = {name for term in terms(glossary) for name in re.findall(r"`([^`]+)`", term.name)}
    stored = [
        f"{m.area}.models:{node.name}"
        for m in modules(root)
        if m.role == "models"
        for node in m.tree.body
        if isinstance(node, ast.ClassDef) and any("Manager" not in ast.unparse(b) for b in node.bases)
    ]
    return [name for name in stored if name not in named]


def areas_without_terms(root: Path, glossary: str, areas: tuple[str, ...]) -> list[str]:
    """Areas of which the glossary names nothing."""
    named = {
        name.split(".")[0].split(":")[0] for term in terms(glossary) for name in re.findall(r"`([^`]+)`", term.name)
    }
    return [area for area in areas if (root / area).is_dir() and area not in named]
