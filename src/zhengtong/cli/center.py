"""zhengtong center … : install, serve, work, check (中心).  `backup` and `restore` come with a later issue."""

import json
import signal
from types import FrameType
from typing import Annotated

import typer
from django.core.management import call_command

from zhengtong.cli.exits import Exit, language
from zhengtong.config import checks, env, wiring
from zhengtong.journal import keys
from zhengtong.journal.door import current_clock
from zhengtong.journal.worker import Worker

LOOPBACK = "127.0.0.1"

app = typer.Typer(help="Install, serve and check the center (中心).", no_args_is_help=True)


@app.command()
def init(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Create home folder, keys and database of the center, or bring them up to date (安装)."""
    given = env.settings()
    for folder in (given.home, given.center):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made_keys = keys.create(given.keys)
    call_command("migrate", interactive=False, verbosity=0)
    said = {"home": str(given.home), "database": given.database.engine, "keys": "made" if made_keys else "kept"}
    for step in wiring.installs():
        said |= step(clock=current_clock())
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    for name, value in said.items():
        typer.echo(f"{name:16} {value}")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 8000,
) -> None:
    """Serve pages and API through the gate until SIGTERM (对外服务)."""
    from zhengtong.config import serve as serving

    checks.refuse_unsafe_demo(host=host)
    serving.run(host=host, port=port)


@app.command()
def worker(
    once: Annotated[bool, typer.Option("--once", help="Run what is due now, then end.")] = False,
) -> None:
    """Run background jobs and clockwork until SIGTERM (后台办理)."""
    working = Worker(clock=current_clock())
    if once:
        typer.echo(f"{working.drain()} jobs")
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        working.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    working.run()


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per finding.")] = False,
) -> None:
    """Explain what is missing or unsafe; exit 1 if anything is (检查)."""
    found = checks.findings(clock=current_clock())
    lang = language()
    for finding in found:
        if as_json:
            typer.echo(json.dumps(finding.as_dict(lang), ensure_ascii=False))
        else:
            typer.echo(f"{'✗' if finding.fatal else '!'} {finding.message(lang)}\n  → {finding.remedy(lang)}")
    if not found and not as_json:
        typer.echo("✓ " + ("all is in order" if lang == "en" else "一切就绪"))
    raise typer.Exit(code=Exit.FOUND if any(f.fatal for f in found) else Exit.DONE)
