"""The page of a disposal (数据处置页面)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import DisposalAgainForm, DisposalForm
from zhengtong.sharing.rules import DisposalMethod
from zhengtong.ui import errors


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def detail(request: ActorRequest, grant_id: UUID) -> HttpResponse:
    """What becomes of the data of an ended grant: the report, the provider's word, and the reader's own turn."""
    page = queries.grant(actor=request.actor, id=grant_id, on=request.clock.today())
    held = queries.disposal(grant=grant_id, actor=request.actor, on=request.clock.today())
    if held is None:
        raise NotFound("sharing.no_disposal")
    verb = request.POST.get("verb", "") if request.method == "POST" else ""
    report = DisposalForm(request.POST if verb == "report" else None)
    again = DisposalAgainForm(request.POST if verb == "ask_again" else None)
    status = 200
    if request.method == "POST":
        form = {"report": report, "ask_again": again}.get(verb)
        status = 422
        if form is None or form.is_valid():
            try:
                _do(request, grant_id, verb, form.cleaned_data if form else {})
                return redirect("sharing:disposal", grant_id)
            except PlatformError as error:
                if form is None:
                    raise
                errors.add_to(form, error)
                status = error.status
    context = {"g": page.line, "d": held, "report": report, "again": again}
    return render(request, "sharing/disposal.html", context, status=status)


def _do(request: ActorRequest, grant: UUID, verb: str, given: dict[str, str]) -> None:
    if verb == "report":
        services.report_disposal(
            grant=grant, method=DisposalMethod(given["method"]), evidence=given["evidence"],
            legal_basis=given["legal_basis"], actor=request.actor, clock=request.clock,
        )  # fmt: skip
    elif verb == "accept":
        services.accept_disposal(grant=grant, actor=request.actor, clock=request.clock)
    elif verb == "ask_again":
        services.ask_disposal_again(grant=grant, reason=given["reason"], actor=request.actor, clock=request.clock)
    else:
        raise NotFound("sharing.no_disposal")
