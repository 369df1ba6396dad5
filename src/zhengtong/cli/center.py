"""zhengtong center … : install, serve, work, check, back up, restore (中心)."""

import json
import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from django.core.management import call_command

from zhengtong.cli.exits import Exit, language
from zhengtong.config import checks, env, wiring
from zhengtong.journal import keys
from zhengtong.journal.door import current_clock
from zhengtong.journal.worker import Worker
from zhengtong.kernel.errors import NotFound

LOOPBACK = "127.0.0.1"
_LEFT_OUT = {
    "zh": "离线根密钥没有放入备份：请另存到不联网的介质，恢复时要用。",
    "en": "The offline root keys are not in the archive: keep them on media of their own, a restore needs them.",
}
_AFTERWARDS = {
    "zh": "备份之后的办理要重新录入；各结点在新纪元下继续，备份之后送达的回执会再送一遍。",
    "en": "Enter again what was done after the backup; nodes go on in the new epoch and send later receipts again.",
}
PassphraseFile = Annotated[Path, typer.Option("--passphrase-file", help="File whose first line is the passphrase.")]

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


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write; it must not exist yet.")],
    passphrase_file: PassphraseFile,
    with_root_keys: Annotated[bool, typer.Option("--with-root-keys", help="Put the offline root keys in too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Write keys and database into one sealed archive, while the center serves (备份)."""
    from zhengtong.config import backup as archives

    written = archives.write(
        file, passphrase=_passphrase(passphrase_file), clock=current_clock(), with_root_keys=with_root_keys
    )
    said = {"path": str(written.path), "files": written.files, "bytes": written.bytes}
    said |= {"root_fingerprint": written.root_fingerprint, "root_keys_left_out": written.root_keys_left_out}
    _tell(said, as_json=as_json)
    if written.root_keys_left_out and not as_json:
        typer.echo(_LEFT_OUT[language()])


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The archive written by `center backup`.")],
    passphrase_file: PassphraseFile,
    reason: Annotated[str, typer.Option(help="Why the center is restored; recorded with the new epoch.")],
    offline: Annotated[Path | None, typer.Option(help="Folder of the offline root keys.")] = None,
    newer_roots: Annotated[
        list[Path] | None, typer.Option("--roots", help="A roots document newer than the backup; oldest first.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Restore a center into an empty home and open a new epoch of the directory (恢复)."""
    from zhengtong.config import backup as archives

    back = archives.restore(
        file, passphrase=_passphrase(passphrase_file), reason=reason, clock=current_clock(), offline=offline,
        newer_roots=newer_roots or (),
    )  # fmt: skip
    said = {"taken_at": back.taken_at.isoformat(), "epoch": back.epoch, "directory": back.directory}
    _tell(said | {"root_fingerprint": back.root_fingerprint}, as_json=as_json)
    if not as_json:
        typer.echo(_AFTERWARDS[language()])


def _passphrase(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    if not lines or not lines[0]:
        raise NotFound("config.passphrase_missing", path=str(file))
    return lines[0]


def _tell(said: dict[str, str | int | bool], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    for name, value in said.items():
        typer.echo(f"{name:20} {value}")
