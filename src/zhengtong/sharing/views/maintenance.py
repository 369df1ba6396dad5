"""Pages of planned maintenance (计划维护页面)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.catalog import queries as catalog
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import MaintenanceForm
from zhengtong.ui import errors


@require_safe
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Planned maintenance that is not over (计划维护)."""
    lines = queries.maintenance(actor=request.actor, now=request.clock.now())
    return render(request, "sharing/maintenance.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def announce(request: ActorRequest, entry_id: UUID) -> HttpResponse:
    """Announce maintenance of an own entry (通知计划维护)."""
    entry = catalog.entry(id=entry_id, actor=request.actor).row
    if not queries.may_announce(request.actor) or entry.provider_id != request.actor.organization:
        raise NotFound("sharing.no_maintenance")
    form = MaintenanceForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.announce_maintenance(
                    entry=entry_id, begins_at=form.moment("begins_at"), ends_at=form.moment("ends_at"),
                    reason=form.cleaned_data["reason"], actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("sharing:maintenance")
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    return render(request, "sharing/maintenance_form.html", {"form": form, "e": entry}, status=status)


@require_POST
@signed_in
def cancel(request: ActorRequest, maintenance_id: UUID) -> HttpResponse:
    """Say that a maintenance does not take place (取消维护)."""
    services.cancel_maintenance(maintenance=maintenance_id, actor=request.actor, clock=request.clock)
    return redirect("sharing:maintenance")
