"""Pages of the monthly report and the lists behind its figures (月度通报页面)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_safe

from zhengtong.kernel.clock import Clock
from zhengtong.parties import queries as parties
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.supervision import queries, workbook
from zhengtong.supervision.rules import FIGURES, SECTIONS, month_of


@require_GET
@signed_in
def report_now(request: ActorRequest) -> HttpResponse:
    """The last month that is over."""
    return redirect("supervision:report", _last_month(request.clock))


def _last_month(clock: Clock) -> str:
    return month_of(clock.today()).before.text


@require_safe
@signed_in
def report(request: ActorRequest, month: str) -> HttpResponse:
    """The month of the region; a department is led to its own page (月度通报)."""
    if not queries.may_read_all(request.actor) and request.actor.organization is not None:
        own = parties.organization(id=request.actor.organization)
        return redirect("supervision:report_department", month, own.code)
    found = queries.month_report(actor=request.actor, month=month, clock=request.clock)
    tables = [(section, [one for one in found.departments if one.has_any(section)]) for section in SECTIONS]
    return render(request, "supervision/report.html", {"report": found, "tables": tables})


@require_safe
@signed_in
def department(request: ActorRequest, month: str, code: str) -> HttpResponse:
    """One department's month on a page of its own."""
    found = queries.department_report(actor=request.actor, month=month, code=code, clock=request.clock)
    context = {"report": found, "one": found.departments[0], "sections": SECTIONS}
    return render(request, "supervision/department.html", context)


@require_safe
@signed_in
def behind(request: ActorRequest, month: str, code: str, figure: str) -> HttpResponse:
    """The list behind a figure."""
    found = queries.behind(actor=request.actor, month=month, code=code, figure=figure, clock=request.clock)
    shown = FIGURES[found.figure.listed]
    context = {"behind": found, "shown": shown, "opens": queries.opens_things(request.actor)}
    return render(request, "supervision/behind.html", context)


@require_safe
@signed_in
def sheet(request: ActorRequest, month: str) -> HttpResponse:
    """The report as a workbook (xlsx)."""
    found = queries.month_report(actor=request.actor, month=month, clock=request.clock)
    answer = HttpResponse(workbook.written(found), content_type=workbook.CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="sharing-{found.month.text}.xlsx"'
    return answer
