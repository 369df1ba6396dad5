"""Lists drawn from the catalogue (目录清单): the negative list."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhengtong.catalog import queries
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import tables


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
