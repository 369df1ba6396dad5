"""Pages of conformity (标准符合性页面)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhengtong.catalog import queries
from zhengtong.catalog.templatetags.catalog_words import fix_text
from zhengtong.parties import queries as parties
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import tables

CODE_CHARS_MAX = 60


@require_safe
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """How each department's items agree with the data elements, or what one department has to mend."""
    code, kind = request.GET.get("department", "")[:CODE_CHARS_MAX], request.GET.get("format", "")
    if code:
        return _department(request, code, kind)
    overview = queries.conformity_of_departments(actor=request.actor)
    headings = [_("部门"), _("目录条目"), _("符合数据元"), _("与数据元不一致"), _("没有对应的数据元")]
    rows = ((o.name, o.entries, o.counts.standard, o.counts.deviating, o.counts.own) for o in overview.lines)
    taken = tables.download(kind, name="conformity", headings=headings, rows=rows)
    return taken or render(request, "catalog/conformity.html", {"lines": overview.lines, "partly": overview.partly})


def _department(request: ActorRequest, code: str, kind: str) -> HttpResponse:
    card = parties.organization_by_code(code=code)
    lines = queries.deviations(department=code, actor=request.actor)
    headings = [_("代码"), _("资源"), _("信息项"), _("数据元"), _("标准"), _("怎样改")]
    rows = (
        (o.code, o.name, o.fit.name, o.fit.element.zh, o.fit.element.source, "；".join(map(fix_text, o.fit.fixes)))
        for o in lines if o.fit.element
    )  # fmt: skip
    taken = tables.download(kind, name=f"conformity-{card.code}", headings=headings, rows=rows)
    return taken or render(request, "catalog/conformity_department.html", {"lines": lines, "card": card})
