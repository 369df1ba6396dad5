"""The page of retention periods and disposals (保存期限)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhengtong.journal.services.retention import set_period
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.portal import retentionbook
from zhengtong.portal.forms import PeriodForm
from zhengtong.portal.views.audit import page_after
from zhengtong.ui import tables
from zhengtong.ui.errors import add_to


@require_http_methods(["GET", "HEAD"])
@signed_in
def retention(request: ActorRequest) -> HttpResponse:
    """How long each kind of record is kept, and what was disposed of."""
    headings = [_("时间"), _("记录种类"), _("此前已到期"), _("数量"), _("保存期限（日）"), _("编号摘要")]
    taken = tables.download_all(
        request.GET.get("format", ""), name="disposals", headings=headings,
        fetch=lambda after, rows: retentionbook.disposals(after=after, rows=rows),
        row=lambda one: (one.at.isoformat(), one.name, one.last_day, one.count, one.days, one.digest),
    )  # fmt: skip
    if taken:
        return taken
    context = {
        "periods": retentionbook.periods(on=request.clock.today()),
        "page": retentionbook.disposals(after=page_after(request)),
        "may_edit": request.actor.has(Role.AUTHORITY_LEADER),
    }
    return render(request, "portal/retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def period(request: ActorRequest, kind: str) -> HttpResponse:
    """Set the period of one kind of record (规定保存期限)."""
    held = next((one for one in retentionbook.periods(on=request.clock.today()) if one.key == kind), None)
    if held is None or not held.may_change or not request.actor.has(Role.AUTHORITY_LEADER):
        raise NotFound("journal.no_such_kind", kind=kind)
    form, status = PeriodForm(initial={"days": held.days}), 200
    if request.method == "POST":
        form, status = PeriodForm(request.POST), 422
        if form.is_valid():
            try:
                set_period(kind=kind, **form.cleaned_data, actor=request.actor, clock=request.clock)
                return redirect("portal:retention")
            except PlatformError as error:
                add_to(form, error)
                status = error.status
    return render(request, "portal/period.html", {"one": held, "form": form}, status=status)
