"""Lists drawn from the catalogue (目录清单): what is withheld, what may be shared, who answers for what."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhengtong.catalog import queries
from zhengtong.catalog.templatetags.catalog_words import code, modes, share
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import tables

SHOWN_MAX = 300
CODE_CHARS_MAX = 60


@require_safe
@signed_in
def negative(request: ActorRequest) -> HttpResponse:
    """What is withheld, on which ground, and when that is looked at again (负面清单); `format` takes it away."""
    lines = queries.negative_list(actor=request.actor, on=request.clock.today())
    headings = [
        _("代码"), _("资源"), _("信息项"), _("提供方"), _("理由"), _("依据"), _("复核日期"),
    ]  # fmt: skip
    rows = ((o.code, o.name, o.item, o.provider, o.reason, o.legal_basis, o.review_on) for o in lines)
    taken = tables.download(request.GET.get("format", ""), name="negative-list", headings=headings, rows=rows)
    return taken or render(request, "catalog/negative.html", {"lines": lines})


@require_safe
@signed_in
def shared(request: ActorRequest) -> HttpResponse:
    """Every item that may be shared, with its terms (共享目录); `department` narrows it, `format` takes it away."""
    lines = queries.sharing_catalogue(actor=request.actor, department=_department(request))
    headings = [
        _("代码"), _("资源"), _("提供方"), _("信息项"), _("类型"), _("长度"), _("共享属性"), _("共享范围"),
        _("使用用途"), _("共享方式"), _("更新"),
    ]  # fmt: skip
    rows = (
        (
            o.code, o.name, o.provider, o.item, code(o.data_type, "item_type"), o.length, share(o.share_type), o.range,
            o.purpose, modes(o.modes), code(o.cycle, "update_cycle"),
        )
        for o in lines
    )  # fmt: skip
    taken = tables.download(request.GET.get("format", ""), name="sharing-catalogue", headings=headings, rows=rows)
    context = {"lines": lines[:SHOWN_MAX], "more": max(len(lines) - SHOWN_MAX, 0), "department": _department(request)}
    return taken or render(request, "catalog/shared.html", context)


@require_safe
@signed_in
def responsibilities(request: ActorRequest) -> HttpResponse:
    """What each department answers for (责任清单); `department` narrows it, `format` takes it away."""
    lines = queries.responsibilities(actor=request.actor, department=_department(request))
    headings = [
        _("提供方"), _("内设机构"), _("代码"), _("资源"), _("共享属性"), _("共享方式"), _("更新"), _("数源信息项"),
        _("应更新日期"),
    ]  # fmt: skip
    rows = (
        (
            o.provider, o.office, o.code, o.name, share(o.share_type), modes(o.modes), code(o.cycle, "update_cycle"),
            "、".join(o.sources), o.update_due_on,
        )
        for o in lines
    )  # fmt: skip
    taken = tables.download(request.GET.get("format", ""), name="responsibilities", headings=headings, rows=rows)
    context = {"lines": lines[:SHOWN_MAX], "more": max(len(lines) - SHOWN_MAX, 0), "department": _department(request)}
    return taken or render(request, "catalog/responsibilities.html", context)


def _department(request: ActorRequest) -> str:
    return request.GET.get("department", "")[:CODE_CHARS_MAX]
