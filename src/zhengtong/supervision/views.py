"""Pages of supervision (督查页面): findings, the monthly report, and the lists behind its figures."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import Page, sought
from zhengtong.parties import queries as parties
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.supervision import queries, services, workbook
from zhengtong.supervision.forms import ExplanationForm, MoneyForm, ProjectForm, ReasonForm
from zhengtong.supervision.rules import FIGURES, SECTIONS, FindingState, month_of
from zhengtong.supervision.rules.projects import Money
from zhengtong.supervision.templatetags.supervision_words import breach_cites, breach_name, owed, state_label
from zhengtong.ui import errors, tables

STATES = ("live", *FindingState)


@require_safe
@signed_in
def findings(request: ActorRequest) -> HttpResponse:
    """Findings of the region, or about the own department (督办)."""
    state = request.GET.get("state", "live")
    find = partial(
        queries.findings,
        actor=request.actor,
        on=request.clock.today(),
        state=state if state in STATES else "",
        organization=sought(request.GET.get("organization", ""))[:40],
    )
    if file := _findings_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request.GET.get("after", ""))[:40])
    context = {
        "page": page,
        "state": state,
        "states": [*FindingState],
        "counts": queries.counts(actor=request.actor),
        "may_report": queries.reads_findings(request.actor),
    }
    return render(request, "supervision/findings.html", context)


def _findings_taken(
    request: ActorRequest, fetch: Callable[[str, int], Page[queries.FindingLine]]
) -> HttpResponse | None:
    headings = [
        _("编号"), _("情形"), _("依据"), _("是什么事"), _("编号或者名称"), _("部门"), _("相对方"), _("状态"), _("发现"),
        _("期限"), _("补办"), _("逾期工作日"), _("结束"),
    ]  # fmt: skip
    return tables.download_all(
        request.GET.get("format", ""), name="findings", headings=headings, fetch=fetch,
        row=lambda one: (
            one.number, breach_name(one.breach), breach_cites(one.breach), owed(one.kind),
            f"{one.about_number} {one.about_title}", one.organization_name, one.counterpart_name,
            state_label(one.state), one.opened_on, one.passed_on, one.done_on, one.late_days, one.ended_on,
        ),
    )  # fmt: skip


@require_safe
@signed_in
def finding(request: ActorRequest, finding_id: UUID) -> HttpResponse:
    """One finding: the facts, whose turn, by when, and what may be done (督办详情)."""
    return _page(request, finding_id)


@require_POST
@signed_in
def act(request: ActorRequest, finding_id: UUID, verb: str) -> HttpResponse:
    """Ask, explain, close or uphold."""
    page = queries.finding(actor=request.actor, id=finding_id, on=request.clock.today())
    if verb not in page.verbs:
        raise NotFound("supervision.no_finding")
    form = {"explain": ExplanationForm}.get(verb, ReasonForm)(request.POST)
    try:
        if verb == "ask":
            services.ask_explanation(finding=finding_id, actor=request.actor, clock=request.clock)
        elif not form.is_valid():
            return _page(request, finding_id, form=form, verb=verb, status=422)
        elif verb == "explain":
            text = form.cleaned_data["text"]
            services.explain(finding=finding_id, text=text, actor=request.actor, clock=request.clock)
        else:
            end = services.close if verb == "close" else services.uphold
            end(finding=finding_id, reason=form.cleaned_data["reason"], actor=request.actor, clock=request.clock)
    except PlatformError as error:
        errors.say(request, error)
    return redirect("supervision:finding", finding_id)


def _page(
    request: ActorRequest,
    finding_id: UUID,
    *,
    form: ExplanationForm | ReasonForm | None = None,
    verb: str = "",
    status: int = 200,
) -> HttpResponse:
    page = queries.finding(actor=request.actor, id=finding_id, on=request.clock.today())
    forms = {"explain": ExplanationForm(), "close": ReasonForm(verb="close"), "uphold": ReasonForm(verb="uphold")}
    if form is not None:
        forms[verb] = form
    context = {"page": page, "f": page.line, "forms": forms, "opens": queries.opens_things(request.actor)}
    return render(request, "supervision/finding.html", context, status=status)


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


@require_safe
@signed_in
def projects(request: ActorRequest) -> HttpResponse:
    """Information projects of the own department, or of the region (信息化项目)."""
    page = queries.projects(actor=request.actor, after=sought(request.GET.get("after", ""))[:40])
    return render(request, "supervision/projects.html", {"page": page, "may_plan": queries.may_plan(request.actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_project(request: ActorRequest) -> HttpResponse:
    """Put a project before the data authority (申报项目)."""
    entries = queries.own_entries(actor=request.actor)
    form = ProjectForm(entries, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.plan_project(
                    name=given["name"], system=given["system"], entries=map(UUID, given["entries"]),
                    actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("supervision:project", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    return render(request, "supervision/project_form.html", {"form": form}, status=status)


@require_safe
@signed_in
def project(request: ActorRequest, project_id: UUID) -> HttpResponse:
    """One project with its three gates (项目详情)."""
    return _project_page(request, project_id)


@require_POST
@signed_in
def project_act(request: ActorRequest, project_id: UUID, verb: str) -> HttpResponse:
    """Approve, refuse, accept, withdraw, or judge a year's money."""
    page = queries.project(id=project_id, actor=request.actor, on=request.clock.today())
    if verb not in page.verbs:
        raise NotFound("supervision.no_project")
    form = MoneyForm(request.POST) if verb == "judge_money" else ReasonForm(request.POST, verb=verb)
    if not form.is_valid():
        return _project_page(request, project_id, form=form, verb=verb, status=422)
    given, actor, clock = form.cleaned_data, request.actor, request.clock
    try:
        if verb == "judge_money":
            money = Money(given["money"])
            services.judge_money(
                project=project_id, year=given["year"], money=money, reason=given["reason"], actor=actor, clock=clock
            )
        else:
            services.decide_project(project=project_id, verb=verb, reason=given["reason"], actor=actor, clock=clock)
    except PlatformError as error:
        errors.add_to(form, error)
        return _project_page(request, project_id, form=form, verb=verb, status=error.status)
    return redirect("supervision:project", project_id)


def _project_page(
    request: ActorRequest, project_id: UUID, *, form: ReasonForm | MoneyForm | None = None, verb: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    page = queries.project(id=project_id, actor=request.actor, on=request.clock.today())
    acts = [(one, MoneyForm() if one == "judge_money" else ReasonForm(verb=one)) for one in page.verbs]
    if form is not None:
        acts = [(one, form if one == verb else empty) for one, empty in acts]
    return render(request, "supervision/project.html", {"page": page, "p": page.line, "acts": acts}, status=status)
