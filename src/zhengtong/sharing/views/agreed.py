"""The page of the exchange-sharing catalogue (交换共享目录)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries
from zhengtong.sharing.rules import MODE_WORDS, GrantState, Mode
from zhengtong.sharing.templatetags.sharing_words import label, said
from zhengtong.ui import tables
from zhengtong.ui.templatetags.ui import listed


@require_safe
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Who gives what to whom, on which ground, for what, how and until when; `format` takes it away."""
    state = request.GET.get("state", "")
    known = state if state in set(GrantState) else ""
    lines = queries.agreed_flows(actor=request.actor, state=known)
    headings = [
        _("编号"), _("资源代码"), _("资源"), _("提供方"), _("使用方"), _("使用依据"), _("使用场景"), _("使用范围"),
        _("使用用途"), _("给值的信息项"), _("只核验的信息项"), _("脱敏的信息项"), _("共享方式"), _("行范围"), _("起"),
        _("止"), _("状态"), _("申请"),
    ]  # fmt: skip
    rows = (
        (
            o.number, o.resource_code, o.resource_name, o.provider, o.consumer, o.legal_basis, o.scenario, o.scope,
            listed(o.purposes), listed(o.items), listed(o.verified), listed(o.masks), _modes(o.modes), o.rows_note,
            o.begins, o.ends, label(o.state), o.request,
        )
        for o in lines
    )  # fmt: skip
    taken = tables.download(request.GET.get("format", ""), name="exchange-catalogue", headings=headings, rows=rows)
    if taken is not None:
        return taken
    shown = [(line, _modes(line.modes)) for line in lines]
    context = {"lines": shown, "state": known, "states": [*GrantState]}
    return render(request, "sharing/agreed.html", context)


def _modes(modes: tuple[str, ...]) -> str:
    return listed([said(MODE_WORDS[mode]) for mode in Mode if str(mode) in modes])
