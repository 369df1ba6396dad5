"""Pages of grants (许可页面): the list, the scope with its live use, acts under articles 22 and 27."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import GrantActForm
from zhengtong.sharing.rules import GrantState, StopScope, may_order
from zhengtong.sharing.views import changes, disputes, taking
from zhengtong.sharing.views.reading import sought
from zhengtong.ui import errors


@require_GET
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Grants of the own organization, on either side (共享许可)."""
    state, role = request.GET.get("state", ""), request.GET.get("role", "any")
    known = state if state in set(GrantState) else ""
    find = partial(
        queries.grants,
        actor=request.actor,
        sort=sought(request, "sort"),
        on=request.clock.today(),
        state=known,
        role=role,
    )
    if file := taking.grants_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request, "after"))
    context = {"page": page, "state": state, "role": role, "states": [*GrantState]}
    return render(request, "sharing/grants.html", context)


@require_GET
@signed_in
def detail(request: ActorRequest, grant_id: UUID) -> HttpResponse:
    """One grant: scope, limits, legal basis, use (许可详情)."""
    page = queries.grant(actor=request.actor, id=grant_id, on=request.clock.today())
    reads = request.actor.has(Role.DATA_OFFICER) and request.actor.organization == page.line.consumer.id
    context = {
        "page": page,
        "g": page.line,
        "may_renew": reads and page.line.state is GrantState.EXPIRED,
        "may_follow": reads and page.line.state is GrantState.ACTIVE,
        "followers": queries.followers(grant=grant_id, actor=request.actor),
        "may_correct": reads and page.line.delivered_on is not None,
        "days_open": "days" in request.GET,
        "windows": queries.maintenance(actor=request.actor, now=request.clock.now(), entry=page.line.entry),
        "may_announce": queries.may_announce(request.actor) and request.actor.organization == page.line.provider.id,
        "disposal": queries.disposal(grant=grant_id, actor=request.actor, on=request.clock.today()),
        "stop": queries.stop_over(grant=grant_id),
        "may_stop": may_order(
            StopScope.RESOURCE,
            roles=request.actor.roles,
            own=request.actor.organization == page.line.provider.id,
        ),
    }
    contested = page.line.state in (GrantState.SUSPENDED, GrantState.TERMINATED)
    contested = contested or queries.change_contested(grant_id, on=request.clock.today())
    context |= changes.beside(request, page)
    context |= disputes.beside(request, page.line, contested=contested)
    return render(request, "sharing/grant.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def act(request: ActorRequest, grant_id: UUID, verb: str) -> HttpResponse:
    """One act on a grant, with what its article asks for."""
    page = queries.grant(actor=request.actor, id=grant_id, on=request.clock.today())
    if verb not in page.verbs:
        raise NotFound("sharing.not_your_turn", number=page.line.number)
    form = GrantActForm(verb, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _do(request, grant_id, verb, form)
            return redirect("sharing:grant", grant_id)
        except PlatformError as error:
            errors.add_to(form, error)
            status = error.status
    context = {"page": page, "g": page.line, "form": form, "verb": verb}
    return render(request, "sharing/grant_act.html", context, status=status)


def _do(request: ActorRequest, grant: UUID, verb: str, form: GrantActForm) -> None:
    held, actor, clock = form.cleaned_data, request.actor, request.clock
    if verb == "deliver":
        services.confirm_delivered(grant=grant, actor=actor, clock=clock)
    elif verb == "suspend":
        services.suspend_grant(
            grant=grant,
            reason=held["reason"],
            breach=held["breach"],
            rectify_by=held["rectify_by"],
            actor=actor,
            clock=clock,
        )
    elif verb == "lift":
        services.lift_suspension(grant=grant, evidence=held["evidence"], actor=actor, clock=clock)
    elif verb == "terminate":
        services.terminate_grant(grant=grant, reason=held["reason"], actor=actor, clock=clock)
    elif verb == "review":
        services.review_grant(
            grant=grant, note=held["reason"], next_on=held["next_on"], actor=actor, clock=clock
        )  # fmt: skip
    elif verb == "relinquish":
        services.relinquish_grant(grant=grant, reason=held["reason"], actor=actor, clock=clock)
