"""No model rows outside the files that may hold them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.house.tree import Module, imported, modules

DOORS = frozenset({"views", "api", "cli", "listeners", "forms", "urls"})
ROW_TYPES = frozenset({"QuerySet", "Manager", "Model", "HttpRequest"})


def model_names(root: Path) -> frozenset[str]:
    """Names of all classes in the areas' models."""
    return frozenset(
        node.name
        for m in modules(root)
        if m.role == "models"
        for node in m.tree.body
        if isinstance(node, ast.ClassDef)
        and any("model" in ast.unparse(b).lower() or "Base" in ast.unparse(b) for b in node.bases)
    )


def doors_with_rows(root: Path) -> list[str]:
    """Doors that import an area's models or the ORM's row types."""
    return [
        f"{m.shown}:{line} {name}"
        for m in modules(root)
        if m.area != "config" and (m.role in DOORS or m.area in {"portal", "ui"})
        for name, line in imported(m)
        if ".models" in name or name.startswith("django.db.models") or name == "django.apps.apps"
        if name.startswith(("zhengtong.", "django.db.models", "django.apps"))
    ]


def rows_handed_out(root: Path) -> list[str]:
    """Public functions of queries and services that hand rows out, or do not say what they return.

    Inside a folder `services/` a module may share rows with its neighbours, not with anybody else.
    """
    rows = model_names(root) | ROW_TYPES
    return [
        f"{m.shown}:{function.lineno} {function.name} returns {shown}"
        for m in modules(root)
        if m.role in {"queries", "services"} and not m.path.name.startswith("_")
        for function in _public(m)
        if (shown := _returned(function)) is None or rows & _names(function.returns)
        if shown is None or _leaves(root, m, function.name)
    ]


def _leaves(root: Path, home: Module, name: str) -> bool:
    """Whether anybody outside the folder of the module can get at the function by its name."""
    folder = f"{home.area}/{home.role}/"
    if not home.shown.startswith(folder):
        return True
    for m in modules(root):
        is_neighbour = m.shown.startswith((folder, f"{home.area}/services", f"{home.area}/queries"))
        if is_neighbour and m.path.name != "__init__.py":
            continue
        if name in {n.rpartition(".")[2] for n, _ in imported(m) if n.startswith(f"zhengtong.{home.area}.")}:
            return True
        if _calls(m, module_name=home.path.stem, name=name):
            return True
    return False


def _calls(module: Module, *, module_name: str, name: str) -> bool:
    wanted = f"{module_name}.{name}"
    return any(isinstance(n, ast.Attribute) and ast.unparse(n).endswith(wanted) for n in ast.walk(module.tree))


def _public(module: Module) -> Iterator[ast.FunctionDef]:
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def _returned(function: ast.FunctionDef) -> str | None:
    return None if function.returns is None else ast.unparse(function.returns)


def _names(annotation: ast.expr | None) -> set[str]:
    if annotation is None:
        return set()
    found: set[str] = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= _names(ast.parse(node.value, mode="eval").body)
    return found


TEMPLATE_ROWS = re.compile(r"\{[{%][^}]*(\.objects\b|_set\b|\.all\b|\.pk\b|\.queryset\b)[^}]*[}%]\}")


def templates_with_rows(root: Path) -> list[str]:
    """Templates that reach through a record into the database."""
    return [
        f"{path.relative_to(root).as_posix()}: {match[0]}"
        for path in sorted(root.rglob("templates/**/*.html"))
        for match in TEMPLATE_ROWS.finditer(path.read_text(encoding="utf-8"))
    ]


def areas_with_models(root: Path) -> frozenset[str]:
    """Areas that store rows."""
    return frozenset(m.area for m in modules(root) if m.role == "models")


def areas_without_contract(root: Path, contracts: list[dict[str, object]]) -> list[str]:
    """Areas with models that no contract protects."""
    return sorted(area for area in areas_with_models(root) if not any(_protects(c, area) for c in contracts))


def _protects(contract: dict[str, object], area: str) -> bool:
    return (
        contract.get("type") == "protected"
        and contract.get("protected_modules") == [f"zhengtong.{area}.models"]
        and contract.get("allowed_importers") == [f"zhengtong.{area}"]
        and not contract.get("ignore_imports")
    )


def upward_foreign_keys(root: Path, order: list[str]) -> list[str]:
    """Foreign keys that point to an area above, or to a class instead of a string.  `order` is lowest first."""
    found: list[str] = []
    for m in modules(root):
        if m.role != "models":
            continue
        for call in (n for n in ast.walk(m.tree) if isinstance(n, ast.Call)):
            if not ast.unparse(call.func).endswith(("ForeignKey", "OneToOneField", "ManyToManyField")):
                continue
            if fault := _key_fault(call, area=m.area, order=order):
                found.append(f"{m.shown}:{call.lineno} {fault}")
    return found


def _key_fault(call: ast.Call, *, area: str, order: list[str]) -> str:
    target = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "to"), None)
    if isinstance(target, ast.Name):
        return ""  # a class of the same file
    if not isinstance(target, ast.Constant) or not isinstance(target.value, str):
        return f"points to {ast.unparse(target) if target else 'nothing'}, not to a string"
    other = target.value.split(".")[0] if "." in target.value else area
    if other not in order or order.index(other) > order.index(area):
        return f"points up to {target.value}"
    return ""
