"""Pages of joint meetings, directives and bulletins (联席会议、交办事项、通报页面)."""

from functools import partial
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import sought
from zhengtong.parties import queries as parties
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing.queries.scope import region_prefix
from zhengtong.supervision import queries, services
from zhengtong.supervision.forms import AgainForm, BulletinForm, MeetingForm, OrderForm, ReasonForm
from zhengtong.supervision.queries.directives import ORGANS_MAX
from zhengtong.supervision.rules import SECTIONS, month_of
from zhengtong.supervision.rules.directives import DirectiveAbout, DirectiveState
from zhengtong.supervision.templatetags.directive_words import directive_kind, directive_state
from zhengtong.ui import errors, tables

STATES = ("late", *DirectiveState)


@require_safe
@signed_in
def directives(request: ActorRequest) -> HttpResponse:
    """What was asked of departments in writing (交办事项)."""
    state = request.GET.get("state", "")
    find = partial(
        queries.directives,
        actor=request.actor,
        on=request.clock.today(),
        sort=_sort(request),
        state=state if state in STATES else "",
    )
    headings = [
        _("编号"), _("来源"), _("发出"), _("部门"), _("要求办什么"),
        _("状态"), _("发出日期"), _("期限"), _("报告"), _("结束"),
    ]  # fmt: skip
    file = tables.download_all(
        request.GET.get("format", ""), name="directives", headings=headings,
        fetch=lambda after, rows: find(after=after, rows=rows),
        row=lambda one: (
            one.number, directive_kind(one.kind), one.issuer_name, one.organization_name, one.text,
            directive_state(one.state), one.issued_on, one.due_on, one.reported_on, one.ended_on,
        ),
    )  # fmt: skip
    if file:
        return file
    context = {
        "page": find(after=_after(request)),
        "state": state,
        "states": [*DirectiveState],
        "may_issue": queries.may_issue(request.actor),
    }
    return render(request, "supervision/directives.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_order(request: ActorRequest) -> HttpResponse:
    """Ask a department in writing (发出督办单), from a finding or of its own."""
    finding, about = _finding(request), _about(request)
    organs, initial = _organs(request), dict[str, str]()
    if finding:
        held = queries.finding(actor=request.actor, id=finding, on=request.clock.today())
        initial = {"text": f"{held.line.number} {held.line.about_number} {held.line.about_title}"}
        organ = [str(one) for name, one in organs.items() if name == held.line.organization_name]
        initial |= {"organization": organ[0]} if organ else {}
    if about:
        concerned = queries.concerned_by(about.kind, id=about.id, actor=request.actor)
        organs = {name: one for name, one in organs.items() if one in concerned.organizations}
        initial = {"text": f"{concerned.number} {concerned.title}", "organization": str(concerned.organizations[0])}
    form = OrderForm(organs, request.POST if request.method == "POST" else None, initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.issue_order(
                    organization=UUID(given["organization"]), text=given["text"], due_on=given["due_on"],
                    finding=finding, about=about, actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("supervision:directive", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    context = {"form": form, "finding": finding, "about": about}
    return render(request, "supervision/order_form.html", context, status=status)


@require_safe
@signed_in
def directive(request: ActorRequest, directive_id: UUID) -> HttpResponse:
    """One directive (交办详情)."""
    return _page(request, directive_id)


@require_POST
@signed_in
def directive_act(request: ActorRequest, directive_id: UUID, verb: str) -> HttpResponse:
    """Report, accept, ask again, withdraw."""
    verb = verb.replace("-", "_")
    page = queries.directive(id=directive_id, actor=request.actor, on=request.clock.today())
    if verb not in page.verbs:
        raise NotFound("supervision.no_directive")
    form = _form(verb, request.POST)
    if not form.is_valid():
        return _page(request, directive_id, form=form, verb=verb, status=422)
    given, actor, clock = form.cleaned_data, request.actor, request.clock
    try:
        if verb == "report_directive":
            services.report_directive(directive=directive_id, report=given["reason"], actor=actor, clock=clock)
        else:
            services.answer_directive(
                directive=directive_id, verb=verb, answer=given["reason"], due_on=given.get("due_on"), actor=actor,
                clock=clock,
            )  # fmt: skip
    except PlatformError as error:
        errors.add_to(form, error)
        return _page(request, directive_id, form=form, verb=verb, status=error.status)
    return redirect("supervision:directive", directive_id)


def _form(verb: str, data: QueryDict | None = None) -> forms.Form:
    if verb == "ask_directive_again":
        return AgainForm(data)
    form = ReasonForm(data, verb=verb)
    if verb != "withdraw_directive":
        form.fields["reason"].label = _("办理情况") if verb == "report_directive" else _("意见")
    return form


def _page(
    request: ActorRequest, directive_id: UUID, *, form: forms.Form | None = None, verb: str = "", status: int = 200
) -> HttpResponse:
    page = queries.directive(id=directive_id, actor=request.actor, on=request.clock.today())
    acts = [(one, form if form is not None and one == verb else _form(one)) for one in page.verbs]
    return render(request, "supervision/directive.html", {"page": page, "d": page.line, "acts": acts}, status=status)


@require_safe
@signed_in
def meetings(request: ActorRequest) -> HttpResponse:
    """Joint meetings (联席会议)."""
    find = partial(queries.meetings, actor=request.actor, sort=_sort(request))
    file = tables.download_all(
        request.GET.get("format", ""), name="meetings", headings=[_("编号"), _("会议名称"), _("会议日期"), _("召集")],
        fetch=lambda after, rows: find(after=after, rows=rows),
        row=lambda one: (one.number, one.title, one.held_on, one.organization_name),
    )  # fmt: skip
    if file:
        return file
    page = find(after=_after(request))
    return render(request, "supervision/meetings.html", {"page": page, "may_issue": queries.may_issue(request.actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_meeting(request: ActorRequest) -> HttpResponse:
    """Record the minutes of a joint meeting (登记联席会议纪要)."""
    form = MeetingForm(_organs(request), request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.record_meeting(
                    title=given["title"], held_on=given["held_on"], text=given["text"],
                    present=map(UUID, given["present"]), conclusions=given["conclusions"], actor=request.actor,
                    clock=request.clock,
                )  # fmt: skip
                return redirect("supervision:meeting", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    return render(request, "supervision/meeting_form.html", {"form": form}, status=status)


@require_safe
@signed_in
def meeting(request: ActorRequest, meeting_id: UUID) -> HttpResponse:
    """The minutes of one meeting, to print (纪要)."""
    page = queries.meeting(id=meeting_id, actor=request.actor, on=request.clock.today())
    return render(request, "supervision/meeting.html", {"page": page, "m": page.line})


@require_safe
@signed_in
def bulletins(request: ActorRequest) -> HttpResponse:
    """Bulletins that were issued (通报)."""
    headings = [_("编号"), _("月份"), _("发出"), _("发出日期"), _("送达部门"), _("已阅部门")]
    find = partial(queries.bulletins, actor=request.actor, sort=_sort(request))
    file = tables.download_all(
        request.GET.get("format", ""), name="bulletins", headings=headings,
        fetch=lambda after, rows: find(after=after, rows=rows),
        row=lambda one: (one.number, one.month.text, one.organization_name, one.issued_on, one.told, one.read),
    )  # fmt: skip
    if file:
        return file
    page = find(after=_after(request))
    context = {"page": page, "may_publish": queries.may_publish(request.actor)}
    return render(request, "supervision/bulletins.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_bulletin(request: ActorRequest) -> HttpResponse:
    """Issue the bulletin of a month that is over (发出通报)."""
    last = month_of(request.clock.today()).before.text
    form = BulletinForm(request.POST if request.method == "POST" else None, {"month": last})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.issue_bulletin(
                    month=given["month"], text=given["text"], actor=request.actor, clock=request.clock
                )
                return redirect("supervision:bulletin", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    return render(request, "supervision/bulletin_form.html", {"form": form}, status=status)


@require_safe
@signed_in
def bulletin(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """One bulletin as it was issued, to print (通报)."""
    page = queries.bulletin(id=bulletin_id, actor=request.actor)
    parts = [(section, [one for one in page.departments if one.has_any(section)]) for section in SECTIONS]
    return render(request, "supervision/bulletin.html", {"page": page, "b": page.line, "tables": parts})


@require_safe
@signed_in
def bulletin_content(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """The frozen content as a file: its SHA-256 is the digest printed on the bulletin (通报内容)."""
    content = queries.bulletin_content(id=bulletin_id, actor=request.actor)
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="bulletin-{bulletin_id}.json"'},
    )


@require_POST
@signed_in
def read_bulletin(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Take note of a bulletin (已阅)."""
    services.read_bulletin(bulletin=bulletin_id, actor=request.actor, clock=request.clock)
    return redirect("supervision:bulletin", bulletin_id)


def _organs(request: ActorRequest) -> dict[str, UUID]:
    """Organizations of the region by short name, for forms."""
    prefix = region_prefix(request.actor.jurisdiction)
    cards = [one for one in parties.organizations(actor=request.actor) if one.jurisdiction.startswith(prefix)]
    return {one.short_name: one.id for one in cards[:ORGANS_MAX]}


def _sort(request: ActorRequest) -> str:
    return sought(request.GET.get("sort", ""))[:20]


def _after(request: ActorRequest) -> str:
    """Where the page before ended: an id, or nothing."""
    text = sought(request.GET.get("after", ""))[:36]
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""


def _finding(request: ActorRequest) -> UUID | None:
    return _given(request, "finding", "supervision.no_finding")


def _about(request: ActorRequest) -> services.About | None:
    """The request or demand an order is about, as the address or the form says it."""
    for kind, missing in ((DirectiveAbout.REQUEST, "sharing.no_request"), (DirectiveAbout.DEMAND, "sharing.no_demand")):
        if (given := _given(request, str(kind), missing)) is not None:
            return services.About(kind, given)
    return None


def _given(request: ActorRequest, name: str, missing: str) -> UUID | None:
    text = sought((request.POST if request.method == "POST" else request.GET).get(name, ""))[:36]
    try:
        return UUID(text) if text else None
    except ValueError as broken:
        raise NotFound(missing, id=text) from broken
