"""The page of keys and protection (密码应用和防护台账)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhengtong.journal.services.drills import record_drill
from zhengtong.kernel.errors import PlatformError
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.portal import protectionbook
from zhengtong.portal.forms import DrillForm
from zhengtong.ui import tables
from zhengtong.ui.errors import add_to


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def protection(request: ActorRequest) -> HttpResponse:
    """Which key lies where, by which algorithm, made when, due when, who may touch it; POST records a drill."""
    actor, clock = request.actor, request.clock
    lines = protectionbook.lines(actor=actor, clock=clock)
    headings = [
        _("密钥或防护"),
        _("在哪里"),
        _("算法"),
        _("编号或指纹"),
        _("启用"),
        _("应更换"),
        _("谁能接触"),
        _("不符"),
    ]
    rows = ((f"{x.what} {x.code}".strip(), x.where, x.algorithm, x.name, x.made, x.due, x.who, x.bad) for x in lines)
    kind = request.GET.get("format", "")
    if taken := tables.download(kind, name="protection", headings=headings, rows=rows):
        return taken
    form, status = DrillForm(initial={"held_on": clock.today()}), 200
    if request.method == "POST":
        form, status = DrillForm(request.POST), 422
        if form.is_valid():
            try:
                record_drill(**form.cleaned_data, actor=actor, clock=clock)
                return redirect("portal:protection")
            except PlatformError as error:
                add_to(form, error)
                status = error.status
    context = {
        "lines": lines, "drills": protectionbook.drills(), "form": form,
        "may_record": actor.has(Role.SECURITY_ADMIN),
    }  # fmt: skip
    return render(request, "portal/protection.html", context, status=status)
