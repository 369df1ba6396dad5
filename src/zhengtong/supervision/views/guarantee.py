"""Pages of the guarantees (保障情况页面): documents, training, money by department."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import whole
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.supervision import queries, services
from zhengtong.supervision.forms import DocumentForm, PlanForm, ReasonForm, TrainingForm
from zhengtong.supervision.forms.guarantee import YEAR_MAX, YEAR_MIN
from zhengtong.supervision.rules.institutions import InstitutionKind
from zhengtong.supervision.rules.training import Plan
from zhengtong.supervision.templatetags.guarantee_words import requirement_names, yuan_text
from zhengtong.ui import errors, tables

WHATS = ("document", "repeal", "plan", "training")


@require_safe
@signed_in
def guarantee(request: ActorRequest) -> HttpResponse:
    """Documents, training and money of every department the reader may read about (保障情况)."""
    year = _year(request)
    rows = queries.guarantee(actor=request.actor, on=request.clock.today(), year=year)
    headings = [
        _("部门"), _("缺少的制度"), _("过了评估日期的制度"), _("应训"), _("已训"), _("申报金额（元）"),
        _("列入金额（元）"), _("执行金额（元）"),
    ]  # fmt: skip
    file = tables.download(
        request.GET.get("format", ""), name=f"guarantee-{year}", headings=headings,
        rows=(
            (
                one.name, requirement_names(one.missing), one.reviews_passed, one.training.owed, one.training.trained,
                yuan_text(one.money.asked), yuan_text(one.money.listed), yuan_text(one.money.spent),
            )
            for one in rows
        ),
    )  # fmt: skip
    if file:
        return file
    return render(request, "supervision/guarantee.html", {"rows": rows, "year": str(year)})


@require_safe
@signed_in
def department(request: ActorRequest, code: str) -> HttpResponse:
    """One department's documents, trainings and money of a year (部门保障情况)."""
    return _page(request, code)


@require_POST
@signed_in
def act(request: ActorRequest, code: str, what: str) -> HttpResponse:
    """File or repeal a document, set the year's plan, record a training: for one's own organization only."""
    if what not in WHATS or not _is_own(request, code):
        raise NotFound("supervision.no_guarantee")
    form = _forms(request, code, filled=what)[what]
    if not form.is_valid():
        return _page(request, code, form=form, what=what, status=422)
    try:
        _act(request, what, form)
    except PlatformError as error:
        errors.add_to(form, error)
        return _page(request, code, form=form, what=what, status=error.status)
    return redirect("supervision:guarantee_of", code)


def _act(request: ActorRequest, what: str, form: forms.Form) -> None:
    given, actor, clock = form.cleaned_data, request.actor, request.clock
    if what == "document":
        services.file_document(
            kind=InstitutionKind(given["kind"]), title=given["title"], document_number=given["document_number"],
            issued_on=given["issued_on"], in_force_from=given["in_force_from"], review_on=given["review_on"],
            digest=given["digest"].lower(), replaces=UUID(given["replaces"]) if given["replaces"] else None,
            actor=actor, clock=clock,
        )  # fmt: skip
    elif what == "repeal":
        services.repeal_document(document=_uuid(request), reason=given["reason"], actor=actor, clock=clock)
    elif what == "plan":
        plan = Plan(given["year"], frozenset(map(Role, given["roles"])), given["hours"])
        services.set_training_plan(plan=plan, reason=given["reason"], actor=actor, clock=clock)
    else:
        services.record_training(
            topic=given["topic"], held_on=given["held_on"], hours=given["hours"],
            attendees=map(UUID, given["attendees"]), actor=actor, clock=clock,
        )  # fmt: skip


def _forms(request: ActorRequest, code: str, *, filled: str = "") -> dict[str, forms.Form]:
    """The four forms of a page; the one named in `filled` with what was sent."""
    page = queries.guarantee_of(code=code, actor=request.actor, on=request.clock.today(), year=_year(request))
    data = {one: request.POST if one == filled else None for one in WHATS}
    replaceable = [(str(one.id), one.title) for one in page.documents if one.ended_on is None]
    people = queries.trainees(actor=request.actor, on=request.clock.today())
    return {
        "document": DocumentForm(data["document"], replaceable=replaceable),
        "repeal": ReasonForm(data["repeal"], verb="repeal"),
        "plan": PlanForm(data["plan"]),
        "training": TrainingForm(people, data["training"]),
    }


def _page(
    request: ActorRequest, code: str, *, form: forms.Form | None = None, what: str = "", status: int = 200
) -> HttpResponse:
    page = queries.guarantee_of(code=code, actor=request.actor, on=request.clock.today(), year=_year(request))
    shown = _forms(request, code) if page.may_file or page.may_plan else {}
    if form is not None:
        shown[what] = form
    context = {"page": page, "row": page.row, "year": str(page.year), "code": code, "forms": shown, "failed": what}
    return render(request, "supervision/guarantee_of.html", context, status=status)


def _is_own(request: ActorRequest, code: str) -> bool:
    if request.actor.organization is None:
        return False
    return parties.organization(id=request.actor.organization).code == code


def _uuid(request: ActorRequest) -> UUID:
    try:
        return UUID(request.POST.get("document", ""))
    except ValueError as broken:
        raise NotFound("supervision.no_document") from broken


def _year(request: ActorRequest) -> int:
    asked = whole(request.GET.get("year", ""))
    return asked if asked is not None and YEAR_MIN <= asked <= YEAR_MAX else request.clock.today().year
