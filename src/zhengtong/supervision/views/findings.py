"""Pages of findings (督办页面): the list, one finding, and what may be done."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import Page, sought
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.supervision import queries, services
from zhengtong.supervision.forms import ExplanationForm, ReasonForm
from zhengtong.supervision.rules import FindingState
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
        sort=sought(request.GET.get("sort", ""))[:20],
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
    context["may_issue"] = queries.may_issue(request.actor)
    return render(request, "supervision/finding.html", context, status=status)
