"""Pages of the exchange (交换体系页面): parse, one call, render."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhengtong.catalog import queries as catalog
from zhengtong.exchange import labels, queries, rules, services
from zhengtong.exchange.forms import ApproveForm, ExchangeFilter, InviteForm, NoticeForm, ReasonForm
from zhengtong.exchange.queries.notice import exempt
from zhengtong.exchange.rules import NodeState
from zhengtong.exchange.rules.notice import NoticeGround
from zhengtong.exchange.services.notice import exempt_from_notice, restore_notice
from zhengtong.kernel.errors import PlatformError
from zhengtong.kernel.paging import Page
from zhengtong.parties.queries import organizations
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import errors, tables

_WITH_REASON: dict[str, Callable[..., NodeState]] = {
    "reject": services.reject_node,
    "suspend": services.suspend_node,
    "retire": services.retire_node,
}


@require_GET
@signed_in
def nodes(request: ActorRequest) -> HttpResponse:
    """The nodes the reader may see, and the directory in force."""
    rows = queries.nodes(actor=request.actor, clock=request.clock)
    up = "up" in request.GET
    if up:
        rows = tuple(row for row in rows if row.state is NodeState.ACTIVE and row.heard)
    return render(
        request,
        "exchange/nodes.html",
        {
            "rows": rows,
            "up": up,
            "directory": _directory(request),
            "may_invite": request.actor.has(Role.SYSTEM_ADMIN) or request.actor.has(Role.AUTHORITY_REVIEWER),
        },
    )


@require_GET
@signed_in
def node(request: ActorRequest, node: UUID) -> HttpResponse:
    """One node with its fingerprint, keys, systems and ledger heads."""
    return _node_page(request, node, ApproveForm())


@require_http_methods(["GET", "POST"])
@signed_in
def invite(request: ActorRequest) -> HttpResponse:
    """Invite a department's node; the code is shown on the answer to the POST and never again."""
    cards = [card for card in organizations(actor=request.actor) if not card.is_authority]
    form = InviteForm(request.POST or None)
    form.fields["organization"].choices = [(card.id, f"{card.name}（{card.code}）") for card in cards]
    if request.method == "POST" and form.is_valid():
        card = next(card for card in cards if str(card.id) == form.cleaned_data["organization"])
        try:
            found = services.invite(
                organization=card.id,
                node_code=card.code,
                actor=request.actor,
                clock=request.clock,
                hosted=form.cleaned_data["hosted"],
            )
        except PlatformError as refused:
            errors.add_to(form, refused)
            return render(request, "exchange/invite.html", {"form": form}, status=refused.status)
        facts = {"invited": found, "organization": card.name, "root": queries.root_fingerprint()}
        facts["center"] = request.build_absolute_uri("/").rstrip("/")
        return render(request, "exchange/invited.html", facts)
    return render(request, "exchange/invite.html", {"form": form})


@require_http_methods(["POST"])
@signed_in
def approve(request: ActorRequest, node: UUID) -> HttpResponse:
    """Let a node in with the fingerprint that was read out."""
    form = ApproveForm(request.POST)
    queries.node(node=node, actor=request.actor, clock=request.clock)  # another's node is not there
    if not form.is_valid():
        return _node_page(request, node, form, status=422)
    try:
        services.approve_node(
            node=node, fingerprint=form.cleaned_data["fingerprint"], actor=request.actor, clock=request.clock
        )
    except PlatformError as refused:
        errors.add_to(form, refused)
        return _node_page(request, node, form, status=refused.status)
    return redirect("exchange:node", node)


@require_http_methods(["POST"])
@signed_in
def approve_address(request: ActorRequest, node: UUID) -> HttpResponse:
    """Let peers call a node at the address it asked for."""
    queries.node(node=node, actor=request.actor, clock=request.clock)
    address = request.POST.get("address", "")[: rules.ADDRESS_MAX]
    services.approve_address(node=node, address=address, actor=request.actor, clock=request.clock)
    return redirect("exchange:node", node)


@require_http_methods(["GET", "POST"])
@signed_in
def change(request: ActorRequest, node: UUID, verb: str) -> HttpResponse:
    """Reject, suspend, resume or retire a node."""
    page = queries.node(node=node, actor=request.actor, clock=request.clock)
    if verb == "resume" and request.method == "POST":
        services.resume_node(node=node, actor=request.actor, clock=request.clock)
        return redirect("exchange:node", node)
    if verb not in _WITH_REASON:
        raise Http404
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _WITH_REASON[verb](node=node, reason=form.cleaned_data["reason"], actor=request.actor, clock=request.clock)
            return redirect("exchange:node", node)
        except PlatformError as refused:
            errors.add_to(form, refused)
            status = refused.status
    facts = {"page": page, "form": form, "verb": verb, "verb_label": labels.NODE_VERBS[verb]}
    return render(request, "exchange/change.html", facts, status=status)


@require_GET
@signed_in
def exchanges(request: ActorRequest) -> HttpResponse:
    """Exchanges of the reader's organization, or all for those who oversee."""
    form = ExchangeFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    find = partial(
        queries.exchanges,
        actor=request.actor,
        clock=request.clock,
        outcome=chosen.get("outcome", ""),
        match=chosen.get("match", ""),
        day=chosen.get("day", ""),
        grant=request.GET.get("grant", "")[:64],
        sort=request.GET.get("sort", "")[:20],
    )
    if file := _exchanges_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=request.GET.get("after", "")[:36])
    facts = {
        "page": page,
        "form": form,
        "sides": queries.three_sides(actor=request.actor),
        "disputed": queries.disputed(actor=request.actor),
        "grants_open": _reads_grants(request),
        "grant": request.GET.get("grant", "")[:64],
        "may_exempt": request.actor.has(Role.SHARING_OFFICE_HEAD),
    }
    return render(request, "exchange/exchanges.html", facts)


def _exchanges_taken(
    request: ActorRequest, fetch: Callable[[str, int], Page[queries.ExchangeLine]]
) -> HttpResponse | None:
    headings = [
        _("交换编号"), _("时间"), _("许可"), _("资源"), _("提供方"), _("使用方"), _("结果"), _("原因"), _("行数"),
        _("双方核对"),
    ]  # fmt: skip
    return tables.download_all(
        request.GET.get("format", ""), name="exchanges", headings=headings, fetch=fetch,
        row=lambda one: (
            one.exchange, one.at.isoformat(), one.grant_number, one.resource, one.provider, one.consumer,
            str(one.outcome_label), one.why, one.rows, str(one.match_label),
        ),
    )  # fmt: skip


@require_GET
@signed_in
def exchange(request: ActorRequest, exchange: str) -> HttpResponse:
    """One exchange with both ledger records side by side."""
    page = queries.exchange(exchange=exchange, actor=request.actor, clock=request.clock)
    sides = ((_("提供方账本"), page.provider), (_("使用方账本"), page.consumer))
    return render(
        request, "exchange/exchange.html", {"page": page, "sides": sides, "grants_open": _reads_grants(request)}
    )


@require_GET
@signed_in
def flows(request: ActorRequest) -> HttpResponse:
    """Flows, the stalest first."""
    rows = queries.flows(actor=request.actor, clock=request.clock)
    return render(request, "exchange/flows.html", {"rows": rows, "grants_open": _reads_grants(request)})


@require_GET
@signed_in
def grant_use(request: ActorRequest, grant: UUID) -> HttpResponse:
    """The live use of one grant: a fragment of the grant's page, readable alone."""
    use = queries.grant_use(grant=grant, actor=request.actor, clock=request.clock)
    inside = bool(request.headers.get("HX-Request"))
    page = "exchange/grant_use.html" if inside else "exchange/grant_use_page.html"
    return render(request, page, {"use": use, "grant_id": str(grant)})


@require_GET
@signed_in
def entry_use(request: ActorRequest, entry: UUID) -> HttpResponse:
    """Where the data of an entry went: a fragment of the entry's page, readable alone (数据去向)."""
    page = catalog.entry(id=entry, actor=request.actor)
    use = queries.entry_use(entry=entry, actor=request.actor, clock=request.clock)
    inside = bool(request.headers.get("HX-Request"))
    name = "exchange/entry_use.html" if inside else "exchange/entry_use_page.html"
    return render(request, name, {"use": use, "page": page})


def _node_page(request: ActorRequest, node: UUID, form: ApproveForm, *, status: int = 200) -> HttpResponse:
    page = queries.node(node=node, actor=request.actor, clock=request.clock)
    verbs = [(verb, labels.NODE_VERBS[verb]) for verb in page.verbs if verb != "approve"]
    facts = {
        "page": page,
        "form": form,
        "may_approve": "approve" in page.verbs,
        "may_move": bool(page.line.address_asked) and request.actor.has(Role.SECURITY_ADMIN),
        "verbs": verbs,
        "directory": _directory(request),
    }
    return render(request, "exchange/node.html", facts, status=status)


def _directory(request: ActorRequest) -> queries.DirectoryState | None:
    try:
        return queries.directory_state(clock=request.clock)
    except PlatformError:
        return None


def _reads_grants(request: ActorRequest) -> bool:
    """Whether links to grants lead anywhere: administrators see that an exchange happened, not the grant."""
    return bool(request.actor.roles - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice(request: ActorRequest) -> HttpResponse:
    """Queries exempt from notice: counted for the auditor; the head of a sharing office exempts and restores."""
    actor, clock = request.actor, request.clock
    if taken := _notice_table(request):
        return taken
    form, status = NoticeForm(), 200
    if request.method == "POST":
        form, status = NoticeForm(request.POST), 422
        if form.is_valid():
            given = {**form.cleaned_data, "ground": NoticeGround(form.cleaned_data["ground"])}
            try:
                exempt_from_notice(**given, actor=actor, clock=clock)
                return redirect("exchange:notice")
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    page = exempt(actor=actor, clock=clock, after=request.GET.get("after", "")[:36])
    lines = [(one, labels.NOTICE_GROUNDS[one.ground]) for one in page.rows]
    context = {"lines": lines, "page": page, "form": form, "may_exempt": actor.has(Role.SHARING_OFFICE_HEAD)}
    return render(request, "exchange/notice.html", context, status=status)


@require_POST
@signed_in
def notice_restore(request: ActorRequest, exemption: UUID) -> HttpResponse:
    """Tell the person again (恢复告知)."""
    try:
        restore_notice(
            exemption=exemption, reason=request.POST.get("reason", ""), actor=request.actor, clock=request.clock
        )
    except PlatformError as error:
        errors.say(request, error)
    return redirect("exchange:notice")


def _notice_table(request: ActorRequest) -> HttpResponse | None:
    headings = [_("共享许可"), _("资源"), _("使用方"), _("情形"), _("依据"), _("起"), _("止"), _("查询次数")]
    return tables.download_all(
        request.GET.get("format", ""), name="notice", headings=headings,
        fetch=lambda after, rows: exempt(actor=request.actor, clock=request.clock, after=after, rows=rows),
        row=lambda one: (
            one.number, one.resource, one.consumer, str(labels.NOTICE_GROUNDS[one.ground]), one.legal_basis,
            one.since.isoformat(), one.until.isoformat() if one.until else "", one.count,
        ),
    )  # fmt: skip
