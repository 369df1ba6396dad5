"""zhengtong sharing …: the same queries, from a terminal (共享申请、共享许可)."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from zhengtong.journal.door import current_clock
from zhengtong.kernel.actors import SYSTEM
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.rules import (
    CHANGE_KIND_WORDS,
    CHANGE_WORDS,
    DISPUTE_WORDS,
    ONBOARDING_WORDS,
    STATE_WORDS,
    ChangeState,
    DisputeState,
    GrantState,
    OnboardingStage,
    RequestState,
    rows_of,
)
from zhengtong.sharing.tables import FILE_BYTES_MAX, lines_of

ROWS_DEFAULT = 200

app = typer.Typer(help="Sharing requests and grants (共享申请、共享许可).", no_args_is_help=True)

Today = Annotated[str, typer.Option("--today", help="Count as of this legal day, YYYY-MM-DD; today if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
State = Annotated[str, typer.Option(help="Only this state, e.g. received, refused; `late` for overdue.")]
Granted = Annotated[GrantState | None, typer.Option("--state", help="Only this state.")]
After = Annotated[str, typer.Option(help="Only numbers after this one (the page before ended with it).")]
Rows = Annotated[int, typer.Option(help="How many lines at most, up to 200.")]


@app.command()
def requests(
    state: State = "", after: After = "", rows: Rows = ROWS_DEFAULT, today: Today = "", as_json: AsJson = False
) -> None:
    """List requests by number, with where they stand and when they are due."""
    if state and state not in {*RequestState, "late"}:
        raise typer.BadParameter(f"{state!r} is none of {', '.join([*RequestState, 'late'])}", param_hint="--state")
    page = queries.everything(on=_day(today), state=state, after=after, rows=rows)
    for line in page.rows:
        _say(_request_text(line), line, as_json=as_json)
    if page.next_after and not as_json:
        typer.echo(f"… --after {page.next_after}")


@app.command()
def overdue(
    provider: Annotated[str, typer.Option(help="Department code; every department if left out.")] = "",
    today: Today = "",
    as_json: AsJson = False,
) -> None:
    """List requests whose reply is late (条例 第三十九条第四项).  Exit status 1 if there are any."""
    late = queries.overdue(actor=None, on=_day(today), provider=provider)
    for line in late:
        _say(_request_text(line), line, as_json=as_json)
    raise typer.Exit(code=1 if late else 0)


@app.command()
def grants(
    state: Granted = None, after: After = "", rows: Rows = ROWS_DEFAULT, today: Today = "", as_json: AsJson = False
) -> None:
    """List grants by number: whose data, for whom, until when."""
    page = queries.all_grants(on=_day(today), state=state or "", after=after, rows=rows)
    for line in page.rows:
        _say(_grant_text(line), line, as_json=as_json)
    if page.next_after and not as_json:
        typer.echo(f"… --after {page.next_after}")


@app.command()
def disputes(
    state: Annotated[str, typer.Option(help="Only this state; `open` or `settled` for several.")] = "",
    after: After = "", rows: Rows = ROWS_DEFAULT, today: Today = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """List disputes, newest first: what is contested, between whom, who mediates, by when (争议)."""
    if state and state not in {*DisputeState, "open", "settled"}:
        raise typer.BadParameter(
            f"{state!r} is none of {', '.join([*DisputeState, 'open', 'settled'])}", param_hint="--state"
        )
    page = queries.all_disputes(on=_day(today), state=state, after=after, rows=rows)
    for line in page.rows:
        if as_json:
            typer.echo(json.dumps(asdict(line), ensure_ascii=False, default=str))
        else:
            typer.echo(_dispute_text(line))
    if page.next_after and not as_json:
        typer.echo(f"… --after {page.next_after}")


@app.command("take-over")
def take_over(
    file: Annotated[Path, typer.Argument(help="The list: xlsx or csv, titles first.", exists=True, dir_okay=False)],
    authority: Annotated[str, typer.Option(help="Code of the authority that files it, if there are several.")] = "",
    as_json: AsJson = False,
) -> None:
    """File sharing that exists already, for its providers to confirm (既有共享接管).  All rows or none."""
    found = [card.code for card in parties.organizations(actor=SYSTEM) if card.is_authority]
    if not authority and len(found) != 1:
        raise typer.BadParameter(f"say which authority: --authority {'|'.join(found) or 'CODE'}")
    clock = current_clock()
    actor = parties.seat_holder(
        organization_code=authority or found[0], role=Role.AUTHORITY_REVIEWER, on=clock.today()
    )  # fmt: skip
    with file.open("rb") as source:
        rows = rows_of(lines_of(source.read(FILE_BYTES_MAX + 1)))
    for made in services.file_takeovers(rows=rows, actor=actor, clock=clock):
        line = queries.takeover(id=made, actor=actor).line
        text = f"{line.number}  {line.provider.short_name} → {line.consumer.short_name} {line.entry_name}"
        typer.echo(json.dumps(asdict(line), ensure_ascii=False, default=str) if as_json else text)


@app.command()
def changes(
    state: Annotated[ChangeState | None, typer.Option("--state", help="Only this state.")] = None,
    after: After = "", rows: Rows = ROWS_DEFAULT, today: Today = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """List proposed ends and changes of service, newest first: whose turn, by when, from which day (服务变更)."""
    page = queries.all_changes(on=_day(today), state=state or "", after=after, rows=rows)
    for line in page.rows:
        typer.echo(json.dumps(asdict(line), ensure_ascii=False, default=str) if as_json else _change_text(line))
    if page.next_after and not as_json:
        typer.echo(f"… --after {page.next_after}")


@app.command()
def board(
    stage: Annotated[OnboardingStage | None, typer.Option("--stage", help="Only this next step.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only those whose day has passed.")] = False,
    today: Today = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """List demands by how far they are, longest waiting first: the next step, whose turn, by when (供需对接)."""
    found = queries.whole_board(on=_day(today))
    for line in found.lines:
        if (stage in (None, line.onboarding.stage)) and (line.late or not late):
            typer.echo(json.dumps(_board_facts(line), ensure_ascii=False) if as_json else _board_text(line))
    if found.is_cut and not as_json:
        typer.echo("…")


def _board_facts(line: queries.BoardLine) -> dict[str, object]:
    return {
        "id": str(line.id), "number": line.number, "what": line.what, "consumer": line.consumer.short_name,
        "source": line.source, "stage": str(line.onboarding.stage), "turn": line.turn,
        "since": line.onboarding.since.isoformat(), "waited_workdays": line.days,
        "due_on": line.due_on.isoformat() if line.due_on else None, "late": line.late,
    }  # fmt: skip


def _board_text(line: queries.BoardLine) -> str:
    words = ONBOARDING_WORDS[line.onboarding.stage].zh
    due = f"  期限 {line.due_on}" if line.due_on else ""
    late = "  已超期" if line.late else ""
    turn = f"轮到 {line.turn}，自 {line.onboarding.since} 已 {line.days} 个工作日" if line.turn else "已办结"
    return f"{line.number}  {words}  {line.consumer.short_name} {line.what}  {turn}{due}{late}"


def _change_text(line: queries.ChangeLine) -> str:
    due = f"  答复期限 {line.due_on}" if line.due_on else ""
    organs = f"{line.provider.short_name} → {line.consumer.short_name}"
    what = f"{CHANGE_KIND_WORDS[line.kind].zh}  {line.grant_number} {line.entry_name}"
    return f"{line.number}  {CHANGE_WORDS[line.state].zh}  {what}  {organs}  自 {line.effective_on} 起{due}"


def _dispute_text(line: queries.DisputeLine) -> str:
    due = f"  期限 {line.due_on}" if line.due_on else ""
    organs = f"{line.consumer.short_name} ⇄ {line.provider.short_name}，{line.mediator.short_name}协调"
    return f"{line.number}  {DISPUTE_WORDS[line.state].zh}  {line.about_number} {line.entry_name}  {organs}{due}"


def _day(text: str) -> date:
    if not text:
        return current_clock().today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day like 2026-10-16", param_hint="--today") from None


def _say(text: str, line: queries.RequestLine | queries.GrantLine, *, as_json: bool) -> None:
    typer.echo(json.dumps(asdict(line), ensure_ascii=False, default=str) if as_json else text)


def _request_text(line: queries.RequestLine) -> str:
    due = f"期限 {line.due_on}" if line.due_on else ""
    late = "  已超期" if line.late else "  暂定" if line.provisional else ""
    words = STATE_WORDS[line.state].zh
    organs = f"{line.consumer.short_name} → {line.provider.short_name}"
    return f"{line.number}  {words}  {organs} {line.entry_name}  {due}{late}"


def _grant_text(line: queries.GrantLine) -> str:
    words = STATE_WORDS[line.state].zh
    organs = f"{line.provider.short_name} → {line.consumer.short_name}"
    return f"{line.number}  {words}  {organs} {line.entry_name}  {line.valid_from} 至 {line.valid_until}"
