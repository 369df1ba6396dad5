"""Pages of money for sharing (共享经费页面, 条例 第三十八条)."""

from functools import partial
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import sought, whole
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.supervision import queries, services
from zhengtong.supervision.forms import ListingForm, MoneyAskForm, RatingForm, ReasonForm, SpendingForm
from zhengtong.supervision.rules.budget import BudgetKind, BudgetState, Rating
from zhengtong.supervision.templatetags.guarantee_words import budget_kind, budget_state, yuan_text
from zhengtong.ui import errors, tables


@require_safe
@signed_in
def budget(request: ActorRequest) -> HttpResponse:
    """Lines of money of the own department, or of the region (共享经费)."""
    state = request.GET.get("state", "")
    find = partial(
        queries.budget, actor=request.actor, year=whole(request.GET.get("year", "")),
        sort=sought(request.GET.get("sort", ""))[:20],
        state=state if state in tuple(BudgetState) else "",
    )  # fmt: skip
    headings = [
        _("编号"), _("预算年度"), _("部门"), _("经费类别"), _("用途"), _("申报金额（元）"), _("列入金额（元）"),
        _("执行金额（元）"), _("状态"), _("申报"),
    ]  # fmt: skip
    file = tables.download_all(
        request.GET.get("format", ""), name="budget", headings=headings,
        fetch=lambda after, rows: find(after=after, rows=rows),
        row=lambda one: (
            one.number, one.year, one.organization_name, budget_kind(one.kind), one.purpose, yuan_text(one.asked),
            yuan_text(one.listed), yuan_text(one.spent), budget_state(one.state), one.asked_on,
        ),
    )  # fmt: skip
    if file:
        return file
    context = {
        "page": find(after=sought(request.GET.get("after", ""))[:40]),
        "state": state,
        "year": sought(request.GET.get("year", ""))[:4],
        "states": [*BudgetState],
        "may_ask": queries.may_ask_money(request.actor),
    }
    return render(request, "supervision/budget.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_line(request: ActorRequest) -> HttpResponse:
    """Ask for money (经费申报)."""
    form = MoneyAskForm(queries.own_projects(actor=request.actor), request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.ask_money(
                    year=given["year"], kind=BudgetKind(given["kind"]),
                    project=UUID(given["project"]) if given["project"] else None, purpose=given["purpose"],
                    goal=given["goal"], amount=given["amount"], actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("supervision:budget_line", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    return render(request, "supervision/budget_form.html", {"form": form}, status=status)


@require_safe
@signed_in
def line(request: ActorRequest, line_id: UUID) -> HttpResponse:
    """One line of money (共享经费详情)."""
    return _page(request, line_id)


@require_POST
@signed_in
def line_act(request: ActorRequest, line_id: UUID, verb: str) -> HttpResponse:
    """List, leave out, withdraw, report spending, evaluate."""
    verb = verb.replace("-", "_")
    page = queries.budget_line(id=line_id, actor=request.actor)
    if verb not in page.verbs:
        raise NotFound("supervision.no_budget")
    form = _form(verb, request.POST)
    if not form.is_valid():
        return _page(request, line_id, form=form, verb=verb, status=422)
    try:
        _act(request, line_id, verb, form)
    except PlatformError as error:
        errors.add_to(form, error)
        return _page(request, line_id, form=form, verb=verb, status=error.status)
    return redirect("supervision:budget_line", line_id)


def _act(request: ActorRequest, line_id: UUID, verb: str, form: forms.Form) -> None:
    given, actor, clock = form.cleaned_data, request.actor, request.clock
    if verb == "report_spending":
        services.report_spending(line=line_id, spent=given["spent"], result=given["result"], actor=actor, clock=clock)
    elif verb == "evaluate":
        rating = Rating(given["rating"])
        services.evaluate_money(line=line_id, rating=rating, reason=given["reason"], actor=actor, clock=clock)
    else:
        services.decide_money(
            line=line_id, verb=verb, reason=given["reason"], amount=given.get("amount"), actor=actor, clock=clock
        )


def _form(verb: str, data: QueryDict | None = None) -> forms.Form:
    if verb == "list":
        return ListingForm(data)
    if verb == "report_spending":
        return SpendingForm(data)
    if verb == "evaluate":
        return RatingForm(data)
    return ReasonForm(data, verb=verb)


def _page(
    request: ActorRequest, line_id: UUID, *, form: forms.Form | None = None, verb: str = "", status: int = 200
) -> HttpResponse:
    page = queries.budget_line(id=line_id, actor=request.actor)
    acts = [(one, form if form is not None and one == verb else _form(one)) for one in page.verbs]
    return render(request, "supervision/budget_line.html", {"page": page, "b": page.line, "acts": acts}, status=status)
