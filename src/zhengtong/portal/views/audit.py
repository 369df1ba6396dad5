"""Pages of the audit (审计页面)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.portal import auditbook
from zhengtong.portal.auditbook import Asked
from zhengtong.portal.forms import AuditForm
from zhengtong.ui import tables


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def audit(request: ActorRequest) -> HttpResponse:
    """Search the record of events; POST walks the chain and says whether it holds (审计查询、核验)."""
    form = AuditForm(request.GET)
    asked = Asked(**form.cleaned_data) if form.is_valid() else None
    kind = request.GET.get("format", "")
    rows = auditbook.ROWS_TAKEN if kind else None
    page = auditbook.search(actor=request.actor, asked=asked or Asked(), after=page_after(request), rows=rows)
    headings = [
        _("时间"),
        _("事件"),
        _("名称"),
        _("经办人"),
        _("代"),
        _("机构"),
        _("对象"),
        _("请求编号"),
        _("序号"),
        _("摘要"),
    ]
    lines = (
        (one.at.isoformat(), one.label, one.name, one.who, one.acting_for, one.organization, str(one.subject),
         one.request_id, one.seq, one.digest)
        for one in page.rows
    )  # fmt: skip
    if taken := tables.download(kind, name="audit", headings=headings, rows=lines):
        return taken
    context = {
        "page": page if asked else None,
        "form": form,
        "chain": auditbook.chain(actor=request.actor) if request.method == "POST" else None,
        "kept": request.GET.urlencode(),
    }
    return render(request, "portal/audit.html", context, status=200 if asked else 422)


def page_after(request: ActorRequest) -> str:
    """The id after which a page starts; anything else starts at the beginning."""
    text = request.GET.get("after", "")
    return text if len(text) == 36 and all(c in "0123456789abcdef-" for c in text) else ""
