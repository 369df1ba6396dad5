"""Who stands in for whom (代岗页面, AB角)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from zhengtong.kernel.errors import PlatformError
from zhengtong.parties import queries, services
from zhengtong.parties.forms import SubstituteForm
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import errors


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def substitutes(request: ActorRequest) -> HttpResponse:
    """Who of the own organization is away and who stands in; appoint another (代岗)."""
    actor, today = request.actor, request.clock.today()
    people = queries.seats(on=today, organization=actor.organization) if actor.organization else ()
    names = {str(seat.officer_id): f"{seat.officer_name} · {seat.title}" for seat in people}
    away = [(key, name) for key, name in names.items() if queries.may_stand_in_for(actor, UUID(key))]
    form = SubstituteForm(away, names.items(), request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                services.appoint_substitute(
                    absent=UUID(given["absent"]), substitute=UUID(given["substitute"]), from_on=given["from_on"],
                    until_on=given["until_on"], reason=given["reason"], actor=actor, clock=request.clock,
                )  # fmt: skip
                return redirect("parties:substitutes")
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    context = {"rows": queries.substitutions(actor=actor, on=today), "form": form, "may": bool(away)}
    return render(request, "parties/substitutes.html", context, status=status)


@require_POST
@signed_in
def end(request: ActorRequest, substitution_id: UUID) -> HttpResponse:
    """End a standing-in from today on (结束代岗)."""
    try:
        services.end_substitution(substitution=substitution_id, actor=request.actor, clock=request.clock)
    except PlatformError as error:
        errors.say(request, error)
    return redirect("parties:substitutes")
