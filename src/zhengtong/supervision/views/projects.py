"""Pages of information projects (信息化项目页面, 条例 第三十八条)."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import sought
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.supervision import queries, services
from zhengtong.supervision.forms import MoneyForm, ProjectForm, ReasonForm
from zhengtong.supervision.rules.projects import Money
from zhengtong.supervision.templatetags.supervision_words import stage_label
from zhengtong.ui import errors, tables


@require_safe
@signed_in
def projects(request: ActorRequest) -> HttpResponse:
    """Information projects of the own department, or of the region (信息化项目)."""
    find = partial(queries.projects, actor=request.actor, sort=sought(request.GET.get("sort", ""))[:20])
    headings = [_("编号"), _("项目名称"), _("部门"), _("阶段"), _("申报"), _("决定")]
    file = tables.download_all(
        request.GET.get("format", ""), name="projects", headings=headings,
        fetch=lambda after, rows: find(after=after, rows=rows),
        row=lambda one: (
            one.number, one.name, one.organization_name, stage_label(one.stage), one.planned_on, one.decided_on,
        ),
    )  # fmt: skip
    if file:
        return file
    page = find(after=sought(request.GET.get("after", ""))[:40])
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
