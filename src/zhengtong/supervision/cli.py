"""zhengtong supervision …: findings, detection and the monthly report, from a terminal (督查)."""

import json
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from zhengtong.journal.door import current_clock
from zhengtong.kernel.actors import SYSTEM
from zhengtong.supervision import queries, services, workbook
from zhengtong.supervision.rules import SECTIONS, STATE_WORDS, FindingState, month_of
from zhengtong.supervision.rules.directives import DIRECTIVE_WORDS, DirectiveState
from zhengtong.supervision.rules.quality import Part
from zhengtong.supervision.templatetags.supervision_words import points, shown

ROWS_DEFAULT = 200

app = typer.Typer(help="Findings and the monthly report (督查、月度通报).", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of lines.")]


@app.command()
def findings(
    state: Annotated[str, typer.Option(help="Only this state, e.g. open; `live` for all that are not over.")] = "",
    after: Annotated[str, typer.Option(help="Only numbers before this one (the page before ended with it).")] = "",
    rows: Annotated[int, typer.Option(help="How many lines at most, up to 200.")] = ROWS_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List findings, newest first, with the article, the department and how late."""
    if state and state not in {*FindingState, "live"}:
        raise typer.BadParameter(f"{state!r} is none of {', '.join([*FindingState, 'live'])}", param_hint="--state")
    page = queries.everything(on=current_clock().today(), state=state, after=after, rows=rows)
    for line in page.rows:
        typer.echo(json.dumps(_facts(line), ensure_ascii=False) if as_json else _text(line))
    if page.next_after and not as_json:
        typer.echo(f"… --after {page.next_after}")


@app.command()
def quality(
    department: Annotated[str, typer.Option(help="Department code; every department if left out.")] = "",
    after: Annotated[str, typer.Option(help="Only codes after this one (the page before ended with it).")] = "",
    rows: Annotated[int, typer.Option(help="How many lines at most, up to 200.")] = ROWS_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Score entries in force by code: metadata, data, timeliness, and how much of it is known (数据质量)."""
    most = min(max(rows, 1), ROWS_DEFAULT)
    lines = queries.all_qualities(on=current_clock().today(), department=department, after=after, most=most)
    for line in lines:
        parts = {str(part): line.score.part(part) for part in Part}
        if as_json:
            told: dict[str, object] = {"code": line.code, "name": line.name, "provider": line.provider_code, **parts}
            told |= {"score": line.score.permille, "known": line.score.known}
            told["checks"] = {one.id: one.worth for one in line.score.checks}
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            said = " ".join(f"{name}={points(held)}" for name, held in parts.items())
            known = f"known {points(line.score.known)}%"
            typer.echo(f"{line.code} {line.name} {points(line.score.permille)} ({said}, {known})")
    if len(lines) == most and not as_json:
        typer.echo(f"… --after {lines[-1].code}")


@app.command()
def directives(
    state: Annotated[str, typer.Option(help="Only this state, e.g. owed; `late` for those past their day.")] = "",
    after: Annotated[str, typer.Option(help="Only those before this id (the page before ended with it).")] = "",
    rows: Annotated[int, typer.Option(help="How many lines at most, up to 200.")] = ROWS_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List orders and conclusions of joint meetings, newest first: who is asked for what, by when (交办事项)."""
    if state and state not in {*DirectiveState, "late"}:
        raise typer.BadParameter(f"{state!r} is none of {', '.join([*DirectiveState, 'late'])}", param_hint="--state")
    if after:
        after = _id(after)
    page = queries.all_directives(on=current_clock().today(), state=state, after=after, rows=rows)
    for line in page.rows:
        typer.echo(json.dumps(_asked(line), ensure_ascii=False) if as_json else _asked_text(line))
    if page.next_after and not as_json:
        typer.echo(f"… --after {page.next_after}")


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an id", param_hint="--after") from None


def _asked(line: queries.DirectiveLine) -> dict[str, object]:
    return {
        "id": str(line.id), "number": line.number, "kind": str(line.kind), "issuer": line.issuer_name,
        "organization": line.organization_name, "text": line.text, "state": str(line.state),
        "issued_on": line.issued_on.isoformat(), "due_on": line.due_on.isoformat(), "late": line.late,
    }  # fmt: skip


def _asked_text(line: queries.DirectiveLine) -> str:
    late = "  已超期" if line.late else ""
    organs = f"{line.issuer_name} → {line.organization_name}"
    return f"{line.number}  {DIRECTIVE_WORDS[line.state].zh}  {organs}  {line.text}  期限 {line.due_on}{late}"


@app.command()
def detect(as_json: AsJson = False) -> None:
    """Look for what is late now and open findings; safe to repeat (the worker does it every minute)."""
    opened = services.detect(clock=current_clock())
    typer.echo(json.dumps({"opened": opened}) if as_json else f"新发现 {opened} 项")


@app.command()
def report(
    month: Annotated[str, typer.Option(help="The month, YYYY-MM; the last that is over if left out.")] = "",
    xlsx: Annotated[Path | None, typer.Option(help="Write the report as a workbook to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the month's figures of every department, or write them as a workbook (条例 第三十八条)."""
    clock = current_clock()
    wanted = month or month_of(clock.today()).before.text
    found = queries.month_report(actor=SYSTEM, month=wanted, clock=clock)
    if xlsx is not None:
        xlsx.write_bytes(workbook.written(found))
        typer.echo(json.dumps({"file": str(xlsx)}, ensure_ascii=False) if as_json else f"已写入 {xlsx}")
        return
    if as_json:
        rows = [{"code": one.code, "name": one.name, **one.values} for one in found.departments]
        typer.echo(
            json.dumps({"month": found.month.text, "departments": rows, "total": found.total}, ensure_ascii=False)
        )
        return
    for one in found.departments:
        typer.echo(f"{one.name}")
        for section in SECTIONS:
            figures = "  ".join(f"{f.words.zh} {shown(one.values.get(f.key), f)}" for f in section.figures)
            typer.echo(f"  {section.words.zh}：{figures}")


def _facts(line: queries.FindingLine) -> dict[str, object]:
    return {
        "id": str(line.id),
        "number": line.number,
        "rule": line.breach.id,
        "article": line.breach.cites(),
        "kind": str(line.kind),
        "about": line.about_number,
        "organization": line.organization_name,
        "state": str(line.state),
        "opened_on": line.opened_on.isoformat(),
        "limit_ended_on": line.passed_on.isoformat(),
        "late_days": line.late_days,
        "done_on": line.done_on.isoformat() if line.done_on else None,
        "due_on": line.due_on.isoformat() if line.due_on else None,
    }


def _text(line: queries.FindingLine) -> str:
    words = STATE_WORDS[line.state].zh
    done = f"  {line.done_on} 已办" if line.done_on else ""
    late = f"逾期 {line.late_days} 个工作日{done}" if line.is_late else f"{line.passed_on} {line.breach.zh}{done}"
    about = f"{line.organization_name} {line.about_number} {line.about_title}"
    return f"{line.number}  {words}  {about}  {late}  {line.breach.cites()}"
