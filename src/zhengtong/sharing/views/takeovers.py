"""Pages of the take-over of existing sharing (既有共享接管页面)."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel.errors import NotAllowed, PlatformError
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import DeclineForm, TakeoverForm
from zhengtong.sharing.rules import COLUMNS, TakeoverState, rows_of
from zhengtong.sharing.tables import FILE_BYTES_MAX, lines_of
from zhengtong.sharing.views import taking
from zhengtong.sharing.views.reading import sought
from zhengtong.ui import errors


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Existing sharing that was filed, and the authority's form to file more (既有共享接管)."""
    may_file = queries.may_take_over(request.actor)
    form = TakeoverForm(request.POST or None, request.FILES or None) if request.method == "POST" else TakeoverForm()
    status = 200
    if request.method == "POST":
        if not may_file:
            raise NotAllowed("sharing.takeover_by_authority")
        status = 422
        if form.is_valid():
            try:
                rows = rows_of(lines_of(form.cleaned_data["file"].read(FILE_BYTES_MAX + 1)))
                services.file_takeovers(rows=rows, actor=request.actor, clock=request.clock)
                return redirect("sharing:takeovers")
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    state = request.GET.get("state", "")
    known = state if state in set(TakeoverState) else ""
    find = partial(queries.takeovers, actor=request.actor, sort=sought(request, "sort"), state=known)
    if file := taking.takeovers_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request, "after"))
    context = {"page": page, "state": known, "states": [*TakeoverState], "form": form, "may_file": may_file}
    return render(request, "sharing/takeovers.html", {**context, "columns": list(COLUMNS)}, status=status)


@require_safe
@signed_in
def detail(request: ActorRequest, takeover_id: UUID) -> HttpResponse:
    """One take-over (接管详情)."""
    return _page(request, takeover_id, DeclineForm(), status=200)


@require_POST
@signed_in
def act(request: ActorRequest, takeover_id: UUID, verb: str) -> HttpResponse:
    """Confirm or decline, as the provider's head (确认、不确认)."""
    form = DeclineForm(request.POST)
    queries.takeover(id=takeover_id, actor=request.actor)  # hides it from strangers
    if verb == "decline" and not form.is_valid():
        return _page(request, takeover_id, form, status=422)
    try:
        services.answer_takeover(
            takeover=takeover_id, verb=verb, reason=request.POST.get("reason", ""), actor=request.actor,
            clock=request.clock,
        )  # fmt: skip
    except PlatformError as error:
        errors.say(request, error)
    return redirect("sharing:takeover", takeover_id)


def _page(request: ActorRequest, takeover_id: UUID, form: DeclineForm, *, status: int) -> HttpResponse:
    page = queries.takeover(id=takeover_id, actor=request.actor)
    return render(request, "sharing/takeover.html", {"page": page, "t": page.line, "form": form}, status=status)
