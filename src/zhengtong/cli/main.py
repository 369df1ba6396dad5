"""`zhengtong`: finds each area's commands when they are asked for, and explains refusals.

Exit codes: 0 done · 1 something was found or a check failed · 2 wrong usage or settings ·
3 refused by a rule · 4 try again later · 70 a bug.
"""

import json
import os
import sys
import traceback
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info, get_group

from zhengtong.cli.exits import Exit, language
from zhengtong.kernel.errors import PlatformError, RuleBroken, Unreachable

OWNER_ONLY = 0o077
UNUSABLE: dict[type[OSError], tuple[str, str]] = {
    FileNotFoundError: ("没有这个文件或者文件夹", "no such file or folder"),
    FileExistsError: ("已经存在", "it exists already"),
    IsADirectoryError: ("是文件夹", "it is a folder"),
    NotADirectoryError: ("上一级不是文件夹", "its parent is no folder"),
    PermissionError: ("没有权限", "no right to do so"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the commands of one word live."""

    module: str
    help: str
    django: bool = True
    single: bool = False  # the word is itself the command


PLACES = {
    "demo": Place("zhengtong.demo.cli", "Build the demo city and walk its story (演示).", django=False, single=True),
    "center": Place("zhengtong.cli.center", "Install, serve and check the center (中心)."),
    "node": Place("zhengtong.cli.node", "A department's node; needs no Django (结点).", django=False),
    "verify": Place("zhengtong.cli.verify", "Verify ledgers offline (账本核验).", django=False, single=True),
    "parties": Place("zhengtong.parties.cli", "Organizations, officers, accounts (主体)."),
    "standards": Place("zhengtong.standards.cli", "Code lists, profiles, calendars (标准规范)."),
    "catalog": Place("zhengtong.catalog.cli", "Import, export, check and search entries (目录)."),
    "sharing": Place("zhengtong.sharing.cli", "Requests, what is overdue, grants (共享)."),
    "exchange": Place("zhengtong.exchange.cli", "Nodes, keys, directory, receipts (交换)."),
    "supervision": Place("zhengtong.supervision.cli", "Findings and the monthly report (督查)."),
    "rules": Place("zhengtong.cli.regulations", "The limits in force, with their articles (规则).", django=False),
    "journal": Place("zhengtong.journal.cli", "Events, jobs, chain, keys (日志)."),
}


class Lazy(TyperGroup):
    """A group whose members are imported only when one of them is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- Any: typer keeps its context type private
        return [name for name, place in PLACES.items() if _exists(place.module)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A stand-in with the help line; enough for the list of commands."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return TyperGroup(name=cmd_name, help=PLACES[cmd_name].help)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, stand_in, rest = super().resolve_command(ctx, args)
        if name is None or stand_in is None:
            return name, stand_in, rest
        return name, _load(name, PLACES[name]), rest


__all__ = ["PLACES", "Exit", "Place", "app", "language", "run"]

app = typer.Typer(cls=Lazy, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback(epilog="Exit codes: 0 done · 1 found or failed · 2 usage · 3 refused by a rule · 4 try again · 70 bug.")
def zhengtong() -> None:
    """政通: government information sharing as executable rules."""


def run(argv: list[str] | None = None) -> None:
    """The entry point: runs a command and explains what stopped it."""
    args = sys.argv[1:] if argv is None else argv
    try:
        app(args=args, prog_name="zhengtong")
    except PlatformError as refused:
        _explain(refused, as_json="--json" in args)
        sys.exit(Exit.TRY_AGAIN if refused.retryable else Exit.REFUSED)
    except Exception as failed:
        if named := _unusable_file(failed, args):
            _explain(named, as_json="--json" in args)
            sys.exit(Exit.USAGE)
        if not _is_database(failed):
            traceback.print_exc()
            sys.exit(Exit.BUG)
        why = str(failed).strip().partition("\n")[0]
        _explain(Unreachable("config.database_unreachable", why=why), as_json="--json" in args)
        sys.exit(Exit.TRY_AGAIN)


def _unusable_file(failed: Exception, args: list[str]) -> PlatformError | None:
    """The refusal for a file that the command line names and that cannot be read or written; None: another failure."""
    found = next((one for one in (failed, *failed.args) if isinstance(one, OSError) and one.filename), None)
    if found is None:
        return None
    path = Path(os.fsdecode(found.filename)).absolute()
    named = [Path(arg.rpartition("=")[2]).absolute() for arg in args]
    beside = not path.parent.exists() or isinstance(found, PermissionError)  # written under another name first
    if not any(path == one or (beside and path.parent == one.parent) for one in named):
        return None
    zh, en = UNUSABLE.get(type(found), ("", found.strerror or type(found).__name__))
    return RuleBroken("config.file_unusable", path=str(path), why_zh=zh or en, why_en=en)


def _is_database(failed: Exception) -> bool:
    """Whether the center's database is away, or was never made (数据库不可用): by name, for Django may be absent."""
    kinds = {f"{kind.__module__}.{kind.__name__}" for kind in (type(failed), type(failed.__cause__))}
    return bool(kinds & {"django.db.utils.OperationalError", "psycopg.errors.UndefinedTable"})


def _explain(refused: PlatformError, *, as_json: bool) -> None:
    lang = language()
    said = {"key": refused.key, "message": refused.message(lang), "remedy": refused.remedy(lang)}
    if as_json:
        typer.echo(json.dumps({**said, "status": refused.status}, ensure_ascii=False), err=True)
        return
    typer.echo(f"{said['message']}\n→ {said['remedy']}  [{said['key']}]", err=True)


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _load(name: str, place: Place) -> Any:  # Any: typer keeps the type of its commands private
    if place.django:
        os.umask(OWNER_ONLY)  # what the center writes is its own: database, keys, exports
        _set_up_django()
    found: typer.Typer = import_module(place.module).app
    if place.single and not found.registered_callback and len(found.registered_commands) == 1:
        only = found.registered_commands[0]
        only.name = name
        return get_command_from_info(only, pretty_exceptions_short=False, rich_markup_mode=None)
    made = get_group(found)
    made.name = name
    return made


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.config.settings")
    if not _exists("django"):
        typer.echo("This command belongs to the center: install zhengtong[center].", err=True)
        sys.exit(Exit.USAGE)
    import django

    try:
        django.setup()
    except ValueError as wrong:  # a ZHENGTONG_* variable, named by config.env
        typer.echo(str(wrong), err=True)
        sys.exit(Exit.USAGE)


if __name__ == "__main__":
    run()
