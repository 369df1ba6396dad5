"""Sizes, the place of `async`, names and files."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.house.tree import Module, functions, imported, modules

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
INIT_LINES_MAX = 20
ASYNC_PLACES = ("node/", "config/gate.py")
FORBIDDEN_NAMES = frozenset(
    {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "manager",
        "managers",
        "handler",
        "handlers",
        "data",
        "info",
        "misc",
    }
)
PINYIN_WORDS = """
    zhengwu zhengfu gongxiang mulu shenqing bumen shenpi ziyuan jiaohuan jigou yonghu shuju xinxi fuwu guanli jiancha
    jixiao banjian shixiang cailiao zhengzhao gongmin faren renkou huji hukou tiaoli xuqiu xuke huizhi zhangben
    jiedian biaozhun fenlei jianhao xiaohe zhengyi qixian gongzuori shouli banli shenhe tongyi jujue chehui
"""
PINYIN = frozenset(PINYIN_WORDS.split())

# The files of a domain area (design §3).  A folder of the same name may stand for a file.
CORE_FILES = frozenset({"__init__", "apps", "rules", "events", "models", "queries", "services", "migrations"})
DOOR_FILES = frozenset({"forms", "views", "urls", "api", "listeners", "cli"})
OTHER_FILES: dict[str, str] = {
    "templates": "pages of the area",
    "locale": "the area's translations",
    "messages.toml": "the area's messages and remedies",
    "rebuild": "replays the area's events for `journal rebuild --check`",
    "labels": "what pages and commands call states, in the reader's language",
    "templatetags": "tags of the area's own templates; Django asks for this name",
    "tables": "shipped tables of the area, as TOML or CSV with their source",
    "sql": "raw SQL, named, with one line of purpose",
}
# Files that one area alone has, and why.
OWN_FILES: dict[str, str] = {
    "parties/middleware": "tells every request who acts (request.actor)",
    "parties/spreadsheets": "reads the workbook of the bulk load and writes the empty form (xlsx)",
    "parties/sign_in": "passwords, cards and locks: the one use case without an actor",
    "parties/oidc": "speaks OpenID Connect with the configured identity provider; no rows",
    "parties/web": "the typed request that other areas' doors receive",
    "standards/tables": "reads the packaged code lists and profiles",
    "standards/previewing": "what a changed limit would move: done and taken back; areas above name their open things",
    "standards/codelists": "packaged code lists as CSV with source and edition",
    "standards/profiles": "packaged metadata profiles as TOML",
    "catalog/policy": "choices where the Decree is silent, read from policy.toml",
    "catalog/policy.toml": "those choices",
    "catalog/search": "tokens, words and the full text index of each store: pure, below the rows",
    "catalog/searching": "reads and writes the address of a search, for page and API alike",
    "catalog/upload": "the page on which a file is looked at before it is taken",
    "supervision/workbook": "writes the monthly report as a workbook (xlsx)",
    "sharing/clockwork": "turns a request's events into its clocks",
    "sharing/documents": "forms and replies as canonical JSON, for digests",
    "sharing/forms_of": "a stored request as the frozen form that rules read",
    "sharing/offers": "what the catalogue offers, as the frozen offer that rules read",
}
DOMAIN_AREAS = (
    "parties", "standards", "catalog", "sharing", "exchange",
    "registry", "approval", "healthcare", "supervision", "performance",
)  # fmt: skip


def long_files(root: Path) -> list[str]:
    """Files over the limit."""
    return [f"{m.shown}: {m.lines} lines" for m in modules(root) if m.lines > FILE_LINES_MAX]


def long_functions(root: Path) -> list[str]:
    """Functions over the limit, decorators not counted."""
    return [
        f"{m.shown}:{f.lineno} {f.name}: {lines} lines"
        for m in modules(root)
        for f in functions(m)
        if (lines := (f.end_lineno or f.lineno) - f.lineno + 1) > FUNCTION_LINES_MAX
    ]


def misplaced_async(root: Path) -> list[str]:
    """`async def` outside the node and the gate."""
    return [
        f"{m.shown}:{f.lineno} async def {f.name}"
        for m in modules(root)
        if not m.shown.startswith(ASYNC_PLACES)
        for f in functions(m)
        if isinstance(f, ast.AsyncFunctionDef)
    ]


def forbidden_names(root: Path) -> list[str]:
    """Modules whose name says nothing."""
    return [m.shown for m in modules(root) if FORBIDDEN_NAMES & {p.removesuffix(".py") for p in _module_parts(m)}]


def _module_parts(module: Module) -> tuple[str, ...]:
    return tuple(module.shown.removesuffix("/__init__.py").split("/"))


def pinyin(root: Path) -> list[str]:
    """Identifiers that spell Chinese words in Latin letters."""
    return [
        f"{m.shown}:{line} {name}"
        for m in modules(root)
        for name, line in _identifiers(m)
        if PINYIN & set(re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"_\1", name).lower()))
    ]


def _identifiers(module: Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno


def silent_modules(root: Path) -> list[str]:
    """Modules that do not say why they exist."""
    return [m.shown for m in modules(root) if m.tree.body and ast.get_docstring(m.tree) is None]


def silent_use_cases(root: Path) -> list[str]:
    """Public functions of rules, services and queries without a docstring."""
    return [
        f"{m.shown}:{node.lineno} {node.name}"
        for m in modules(root)
        if m.role in {"rules", "services", "queries"} and not m.path.name.startswith("_")
        for node in m.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and ast.get_docstring(node) is None
    ]


def unusual_files(root: Path) -> list[str]:
    """Files of a domain area that are missing, or that no rule names."""
    found: list[str] = []
    for area in DOMAIN_AREAS:
        folder = root / area
        if not folder.is_dir():
            continue
        names = {p.name if p.suffix == ".toml" else p.stem for p in folder.iterdir() if p.name != "__pycache__"}
        found += [f"{area}: {name} is missing" for name in sorted(CORE_FILES - names)]
        own = {name.partition("/")[2] for name in OWN_FILES if name.startswith(f"{area}/")}
        unusual = names - CORE_FILES - DOOR_FILES - OTHER_FILES.keys() - own
        found += [f"{area}: {name} is no usual file" for name in sorted(unusual)]
    return found


def crowded_inits(root: Path) -> list[str]:
    """`__init__.py` of an area that holds more than its docstring."""
    return [
        m.shown
        for m in modules(root)
        if m.path.name == "__init__.py" and m.area in DOMAIN_AREAS and m.shown.count("/") == 1
        if len(m.tree.body) != 1 or m.lines > INIT_LINES_MAX or ast.get_docstring(m.tree) is None
    ]


def kernel_beyond_stdlib(root: Path) -> list[str]:
    """What the kernel imports besides the standard library and itself."""
    return [
        f"{m.shown}:{line} {name}"
        for m in modules(root)
        if m.area == "kernel"
        for name, line in imported(m)
        if name.split(".")[0] not in sys.stdlib_module_names
        and name != "zhengtong"
        and not name.startswith("zhengtong.kernel")
    ]


WIRE_FORBIDDEN = frozenset(
    {"asyncio", "socket", "http", "urllib", "sqlite3", "threading", "time", "aiohttp", "starlette", "psycopg"}
)


def wire_with_io(root: Path) -> list[str]:
    """What would make the wire format do input or output, or read a clock, by itself."""
    return [
        f"{m.shown}:{line} {name}"
        for m in modules(root)
        if m.area == "wire"
        for name, line in imported(m)
        if name.split(".")[0] in WIRE_FORBIDDEN
    ]
