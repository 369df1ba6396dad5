"""zhengtong journal …"""

import json
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer

from zhengtong.journal import anchors, door, keys, queries
from zhengtong.journal import rebuild as rebuilding
from zhengtong.journal.rules import UNSEALED_S_MAX, ChainHead, Flaw, check_chain
from zhengtong.journal.services import jobs as work
from zhengtong.journal.services import retention
from zhengtong.journal.services.rotation import rotate
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.jobs import JobState

DIGEST_CHARS = 64

app = typer.Typer(help="Events, jobs, chain, keys (日志).", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


@app.command()
def verify(
    head: Annotated[str, typer.Option(help="A head published before, NUMBER:DIGEST; the chain must pass it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Walk the hash chain of events; exit 1 and name the first that is not as it was (核验).

    The chain must also pass through the head in the newest signed directory, which every node archives.
    """
    published = anchors.published()
    verdict = check_chain(queries.sealed_events(), anchors=[*published, *_anchor(head)])
    waiting, since = queries.unsealed()
    late = since is not None and door.current_clock().now() - since > timedelta(seconds=UNSEALED_S_MAX)
    flaw = verdict.flaw or (Flaw.UNSEALED if late else None)
    said = {
        "checked": verdict.checked,
        "head": f"{verdict.head.seq}:{verdict.head.digest}",
        "unsealed": waiting,
        "published": [f"{one.seq}:{one.digest}" for one in published],
        "flaw": flaw,
        "seq": verdict.seq,
        "event": str(verdict.event) if verdict.event else None,
        "name": verdict.name,
    }
    if as_json:
        typer.echo(json.dumps(said))
    elif flaw is None:
        passed = "".join(f" · passes published head {one.seq}" for one in published)
        typer.echo(f"{verdict.checked} events hold · {waiting} not yet sealed · head {said['head']}{passed}")
    else:
        typer.echo(f"{flaw}: event {verdict.seq} {verdict.event} {verdict.name} ({verdict.checked} before it hold)")
    raise typer.Exit(code=1 if flaw else 0)


@app.command()
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Compare only; rows are never written from here.")] = True,
    area: Annotated[str, typer.Option(help="One area; all if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Replay the events and compare with the rows; exit 1 on a difference (重放核对)."""
    if not check:
        raise typer.BadParameter("only --check exists: rows are corrected by acts, not by replay")
    outcomes = rebuilding.check(area=area)
    if area and not outcomes:
        raise typer.BadParameter(f"no area {area!r} keeps rows that events can be compared with", param_hint="--area")
    for outcome in outcomes:
        if as_json:
            said = {"area": outcome.area, "things": outcome.things, "differences": list(outcome.differences)}
            typer.echo(json.dumps(said, ensure_ascii=False))
            continue
        typer.echo(f"{outcome.area}: {outcome.things} things, {len(outcome.differences)} differences")
        for line in outcome.differences:
            typer.echo(f"  {line}")
    raise typer.Exit(code=1 if any(o.differences for o in outcomes) else 0)


@app.command()
def events(
    subject: Annotated[str, typer.Argument(help="Id of a request, grant, entry …")],
    as_json: AsJson = False,
) -> None:
    """List what happened to one thing, oldest first (事件历史)."""
    for event in queries.events_of(_uuid(subject)):
        said = {
            "at": event.at.isoformat(),
            "name": event.name,
            "actor": str(event.actor or ""),
            "acting_for": str(event.acting_for or ""),
            "seq": event.seq,
            "payload": event.payload,
        }
        line = f"{event.at:%Y-%m-%d %H:%M:%S} {event.name} {event.actor or 'system'}"
        typer.echo(json.dumps(said, ensure_ascii=False) if as_json else line)


@app.command()
def jobs(
    state: Annotated[JobState | None, typer.Option(help="All if left out.")] = None,
    after: Annotated[str, typer.Option(help="Id after which the page starts.")] = "",
    as_json: AsJson = False,
) -> None:
    """List jobs, one page (任务)."""
    page = queries.jobs(state=state or "", after=after)
    for job in page.rows:
        said = {
            "id": str(job.id),
            "kind": job.kind,
            "state": job.state,
            "attempts": job.attempts,
            "run_after": job.run_after.isoformat(),
            "every_s": job.every_s,
            "last_error": job.last_error,
        }
        line = f"{job.id} {job.state:8} {job.attempts} {job.kind} {job.last_error}"
        typer.echo(json.dumps(said, ensure_ascii=False) if as_json else line)
    if page.next_after and not as_json:
        typer.echo(f"more: --after {page.next_after}")


@app.command()
def retry(job: Annotated[str, typer.Argument(help="Id of a dead job.")]) -> None:
    """Give a dead job a fresh set of attempts (重新办理)."""
    work.retry_dead(_uuid(job), clock=door.current_clock())


@app.command()
def reads(
    subject_kind: Annotated[str, typer.Option(help="What was read, such as parties.officer.")] = "",
    subject: Annotated[str, typer.Option(help="Whose; all if left out.")] = "",
    after: Annotated[str, typer.Option(help="Id after which the page starts.")] = "",
    as_json: AsJson = False,
) -> None:
    """List who read personal data, newest first, one page (查阅记录)."""
    page = queries.reads_of(actor=SYSTEM, subject_kind=subject_kind, subject=subject, after=after)
    for read in page.rows:
        said = {
            "id": str(read.id),
            "at": read.at.isoformat(),
            "actor": str(read.actor or ""),
            "subject_kind": read.subject_kind,
            "subject": read.subject,
            "fields": list(read.fields),
            "purpose": read.purpose,
        }
        line = f"{read.at:%Y-%m-%d %H:%M} {read.actor} {read.subject_kind} {read.subject} {read.purpose}"
        typer.echo(json.dumps(said, ensure_ascii=False) if as_json else line)
    if page.next_after and not as_json:
        typer.echo(f"more: --after {page.next_after}")


@app.command("retention")
def show_retention(
    check: Annotated[bool, typer.Option("--check", help="Count what is over now; nothing is disposed of.")] = False,
    dispose: Annotated[bool, typer.Option("--dispose", help="Dispose of what is over now, with records.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how long each kind of record is kept, what is over, or dispose of it (保存期限)."""
    clock = door.current_clock()
    if check or dispose:
        for one in retention.dispose_due(clock=clock) if dispose else retention.count_due(clock=clock):
            said = {"kind": one.kind, "days": one.days, "before": one.before.isoformat(), "count": one.count}
            line = f"{one.kind:18} {one.count:7} ended before {one.before:%Y-%m-%d %H:%M}"
            typer.echo(json.dumps(said) if as_json else line)
        return
    for held in queries.periods(on=clock.today()):
        kind = held.kind
        said = {
            "kind": kind.key, "zh": kind.zh, "en": kind.en, "then": str(kind.then), "days": held.days,
            "least": held.least, "cites": kind.cites, "mark": kind.mark, "ground": held.ground,
        }  # fmt: skip
        line = f"{kind.key:18} {held.days:6} {kind.then!s:7} {held.ground or kind.cites or kind.mark}  {kind.zh}"
        typer.echo(json.dumps(said, ensure_ascii=False) if as_json else line)


@app.command("rotate-keys")
def rotate_keys(
    resume: Annotated[bool, typer.Option("--resume", help="Make no new key; go on with a broken-off run.")] = False,
    finish: Annotated[bool, typer.Option("--finish", help="Then forget the old keys. Old backups need them!")] = False,
) -> None:
    """Make a new column key and rewrite every sealed value and index under it (密钥轮换)."""
    if not resume:
        sealing, indexing = keys.add_active(door.keys_dir())
        typer.echo(f"active now: sealing {sealing}, index {indexing}")
    for model, rows in rotate().items():
        typer.echo(f"{model}: {rows} rows")
    if finish:
        typer.echo(f"{keys.drop_inactive(door.keys_dir())} old keys forgotten")


def _anchor(text: str) -> tuple[ChainHead, ...]:
    if not text:
        return ()
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != DIGEST_CHARS:
        raise RuleBroken("journal.no_such_head")
    return (ChainHead(int(number), digest),)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an id") from None
