"""Other pages of the desk (其他页面): first page, uploads, runs with both sides' figures, schedules, records."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from starlette.responses import FileResponse, Response

from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.node import contracts, labels, recheck, runs, schedules
from zhengtong.node.bounds import DESK_ROWS, TEXT_CHARS
from zhengtong.node.desk import asking, quarantine, records
from zhengtong.node.desk.people import Role
from zhengtong.node.desk.visits import Visit, go
from zhengtong.node.journal_thread import Step
from zhengtong.node.sheets import store, upload_bytes
from zhengtong.wire.canonical import Json

ACT_TITLES: Mapping[records.Act, str] = {
    records.Act.SIGN_IN: "登录", records.Act.QUERY: "查询", records.Act.VERIFY: "核验",
    records.Act.READ_QUARANTINE: "查看隔离区", records.Act.READ_BAD_ROW: "查看隔离行",
    records.Act.REPAIR: "修正并重新提交", records.Act.DISCARD: "放弃隔离行", records.Act.UPLOAD: "上传表格",
    records.Act.RECHECK: "重新核对目标库", records.Act.SCHEDULE: "改定时",
}  # fmt: skip
_UPLOADS_SHOWN = 12
_BAD_SHOWN = 20

_STATIC = Path(__file__).with_name("static")


async def first(visit: Visit) -> Response:
    """What waits here, and the way to everything else."""
    core = visit.node.core
    uploads, pulled = await core.in_thread(quarantine.count_open, visit)
    grants = asking.grant_lines(visit)
    return visit.page(
        "first.html", uploads=uploads, pulled=pulled, grants=sum(g.tone == "good" for g in grants),
        runs=_runs(visit, limit=5), view=core.directory.last_view(), receipts=visit.node.receipts.waiting(),
        used=records.count(core.reader),
    )  # fmt: skip


async def upload_page(visit: Visit) -> Response:
    """The form for a file, and what was uploaded before."""
    return await _uploads(visit)


async def upload_now(visit: Visit) -> Response:
    """Take a file in, or only look at it."""
    core, resource = visit.node.core, visit.form.text("resource")[:TEXT_CHARS]
    if visit.form.file is None:
        raise NotFound("node.sheet_no_file", name="—")
    name, content = visit.form.file
    dry = visit.form.text("act") == "look"
    who = visit.me
    try:
        report = await core.in_thread(
            lambda: upload_bytes(
                core.home, resource=resource, name=name, content=content, by=who.name, clock=core.clock, dry_run=dry
            )
        )
    except RuleBroken as error:
        return await _uploads(visit, said=error.message(visit.lang), remedy=error.remedy(visit.lang), status=422)
    if not dry and not report.unchanged:
        at = core.now()
        facts: dict[str, Json] = {"accepted": report.accepted, "quarantined": report.quarantined}
        await core.journal.do(
            lambda step: records.keep(
                step.db, at=at, person=who.person, act=records.Act.UPLOAD, subject=resource, facts=facts
            )
        )
    contract = contracts.known(core.reader, resource)
    titles = {item.name: item.title for item in contract.items} if contract else {}
    bad = [(row.row, [p.message(visit.lang) for p in row.problems]) for row in report.bad[:_BAD_SHOWN]]
    return await _uploads(visit, report=report, titles=titles, bad=bad, more=max(0, len(report.bad) - _BAD_SHOWN))


async def _uploads(
    visit: Visit, *, report: object = None, titles: Mapping[str, str] | None = None, bad: object = (), more: int = 0,
    said: str = "", remedy: str = "", status: int = 200,
) -> Response:  # fmt: skip
    core = visit.node.core
    known = _uploadable(visit)
    held: tuple[store.Upload, ...] = ()
    counts: dict[str, int] = {}
    if store.path_of(core.home).is_file():
        with store.opened(core.home) as db:
            held = store.uploads(db, limit=_UPLOADS_SHOWN)
            counts = {c.resource: store.count_rows(db, c.resource) for c in known}
    return visit.page(
        "upload.html", status=status, contracts=known, uploads=held, counts=counts, report=report,
        titles=titles or {}, bad=bad, more=more, said=said, remedy=remedy,
        chosen=visit.form.text("resource") or visit.asked.text("resource"),
        names={c.resource: c.title for c in known},
    )  # fmt: skip


def _uploadable(visit: Visit) -> list[contracts.Contract]:
    """Resources of this department that are given as sheets: not those it gets, not those a database answers for."""
    core, view = visit.node.core, visit.node.core.directory.last_view()
    gets = {g.resource for g in view.grants.values() if g.consumer == core.code} if view else set[str]()
    rows = core.reader.execute("SELECT resource, url FROM binding WHERE side = 'source'").fetchall()
    elsewhere = {row["resource"] for row in rows if row["url"] != store.url_of(core.home)}
    return [c for c in contracts.all_known(core.reader) if c.resource not in gets | elsewhere]


async def runs_page(visit: Visit) -> Response:
    """Runs of both sides with the figures of both."""
    return visit.page("runs.html", runs=_runs(visit, limit=DESK_ROWS), checked=None, when=None)


async def recheck_now(visit: Visit) -> Response:
    """Read a target again and compare it with what its provider sent."""
    core, run = visit.node.core, visit.form.text("run")[:TEXT_CHARS]
    checked = await core.in_thread(lambda: recheck.recheck(core.home, core.reader, run=run))
    at, person = core.now(), visit.me.person
    facts: dict[str, Json] = {"same": all(one.same for one in checked)}
    await core.journal.do(
        lambda step: records.keep(step.db, at=at, person=person, act=records.Act.RECHECK, subject=run, facts=facts)
    )
    return visit.page("runs.html", runs=_runs(visit, limit=DESK_ROWS), checked=checked, when=at)


def _runs(visit: Visit, *, limit: int) -> list[dict[str, Any]]:  # Any: rows of runs.listed, shown as they are
    """Runs as people read them: grant numbers, names of departments and resources."""
    view = visit.node.core.directory.last_view()
    names = asking.names_of(visit)
    found: list[dict[str, Any]] = []
    checkable = set[str]()  # grants whose newest applied run was seen: older ones were replaced by it
    for run in cast("list[dict[str, Any]]", runs.listed(visit.node.core.reader, limit=limit)):
        grant = view.grants.get(run["grant"]) if view else None
        last = run["side"] == "consumer" and run["reconciled"] is not None and run["grant"] not in checkable
        checkable |= {run["grant"]} if last else set()
        found.append(
            {
                **run, "number": grant.number if grant else "—", "title": grant.resource_title if grant else "—",
                "peer_name": names.get(run["peer"], run["peer"]), "ours": run["side"] == "consumer", "last": last,
                "state_shown": run["state_label" if visit.lang == "zh" else "state_label_en"],
                "why": _why(visit, run.get("reason")),
            }
        )  # fmt: skip
    return found


def _why(visit: Visit, reason: Mapping[str, Any] | None) -> str:  # Any: as `refusals.said` tells it
    return "" if not reason else str(reason["text"] if visit.lang == "zh" else reason["text_en"])


async def schedules_page(visit: Visit) -> Response:
    """What is pulled by itself, when next, and how it went."""
    view = visit.node.core.directory.last_view()
    held: list[dict[str, Any]] = []
    for line in cast("list[dict[str, Any]]", schedules.listed(visit.node.core.reader)):
        grant = view.grant(line["grant"]) if view else None
        held.append(
            {
                **line, "title": grant.resource_title if grant else "—",
                "number": grant.number if grant else line["grant"],
                "why": _why(visit, line["reason"]),
                "every_shown": labels.label(labels.CYCLES, line["every"], lang=visit.lang),
            }
        )  # fmt: skip
    return visit.page("schedules.html", schedules=held, engineer=visit.me.role is Role.ENGINEER)


async def switch_now(visit: Visit) -> Response:
    """Let a schedule run again, or stop it."""
    core, at, person = visit.node.core, visit.node.core.now(), visit.me.person
    grant, on = visit.form.text("grant")[:TEXT_CHARS], visit.form.text("act") == "on"

    def switch(step: Step) -> None:
        schedules.switch(step.db, grant, on=on, now=at)
        records.keep(
            step.db, at=at, person=person, act=records.Act.SCHEDULE, subject=grant, facts={"on": on}
        )  # fmt: skip

    await core.journal.do(switch)
    return go("/desk/schedules")


async def records_page(visit: Visit) -> Response:
    """Who did what at this desk, newest first."""
    before = visit.asked.number("before") if visit.asked.text("before") else None
    lines, onward = records.last(visit.node.core.reader, limit=DESK_ROWS, before=before)
    shown = [(line, visit.say(ACT_TITLES[line.act]), _about(visit, line)) for line in lines]
    return visit.page("records.html", lines=shown, onward=onward)


def _about(visit: Visit, line: records.DeskRecord) -> str:
    """What a line is about, in words."""
    if line.act is records.Act.SIGN_IN:
        return ""
    if line.act is records.Act.READ_QUARANTINE:
        return visit.say("{rows} 行", rows=line.facts.get("rows", 0))
    if line.act in {records.Act.QUERY, records.Act.VERIFY}:
        view = visit.node.core.directory.last_view()
        grant = view.grant(line.subject) if view else None
        contract = contracts.known(visit.node.core.reader, grant.resource) if grant else None
        items = line.facts.get("items")
        names = [str(one).removeprefix("=") for one in items] if isinstance(items, list) else []
        titles = [asking.title_of(name, grant, contract) if grant else name for name in names]
        what = "、".join(titles) if visit.lang == "zh" else ", ".join(titles)
        ended = visit.say("已答复") if line.facts.get("outcome") == "answered" else visit.say("未答复")
        return visit.say("许可 {number}：{what}（{ended}）", number=line.subject, what=what, ended=ended)
    if line.act in {records.Act.RECHECK, records.Act.SCHEDULE}:
        return _about_grant(visit, line)
    contract = contracts.known(visit.node.core.reader, line.subject)
    title = contract.title if contract else quarantine.title_of(visit, line.subject)
    row = line.facts.get("row")
    return visit.say("{title} 第 {row} 行", title=title, row=row) if isinstance(row, int) else title


def _about_grant(visit: Visit, line: records.DeskRecord) -> str:
    """The resource whose run was checked again, or whose schedule was changed."""
    view, name = visit.node.core.directory.last_view(), line.subject
    if line.act is records.Act.RECHECK:
        row = visit.node.core.reader.execute("SELECT grant_id FROM run WHERE run = ?", (name,)).fetchone()
        name = str(row["grant_id"]) if row else ""
    grant = view.grant(name) if view else None
    return f"{grant.resource_title} {grant.number}" if grant else ""


async def style(_visit: Visit) -> Response:
    """The one stylesheet."""
    return FileResponse(_STATIC / "desk.css", media_type="text/css")


async def mark(_visit: Visit) -> Response:
    """The sign in the browser's tab."""
    return FileResponse(_STATIC / "mark.svg", media_type="image/svg+xml")


async def nothing(_visit: Visit) -> Response:
    """Anything else below /desk."""
    raise NotFound("node.desk_no_page")


async def home(_visit: Visit) -> Response:
    """The desk without its last slash."""
    return go("/desk/")
