"""Pages of catalogues of others (目录汇聚页面)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from zhengtong.catalog import queries, services
from zhengtong.catalog.forms import HarvestForm, SourceForm
from zhengtong.catalog.rules.harvest import Relation, Standing
from zhengtong.catalog.services import Taken
from zhengtong.kernel.errors import NotAllowed, PlatformError
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import errors

FAULTS_SHOWN = 100
_ACTS = frozenset({str(Role.AUTHORITY_REVIEWER), str(Role.AUTHORITY_LEADER)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Catalogues taken in, reports upward, and a form to name another catalogue (目录汇聚)."""
    if not queries.may_harvest(request.actor):
        raise NotAllowed("catalog.harvest_by_authority")
    form, status = SourceForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                services.add_source(
                    code=given["code"], name=given["name"], relation=Relation(given["relation"]),
                    actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("catalog:source", given["code"])
            except PlatformError as refused:
                errors.add_to(form, refused)
                status = refused.status
    context = {
        "sources": queries.sources(actor=request.actor), "reports": queries.reports(actor=request.actor), "form": form,
        "may_act": bool(request.actor.roles & _ACTS),
    }  # fmt: skip
    return render(request, "catalog/sources.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def source(request: ActorRequest, code: str) -> HttpResponse:
    """One source: its entries, its runs with what was wrong, and a form to take a file in."""
    if request.method != "POST":
        return _page(request, code, HarvestForm())
    form = HarvestForm(request.POST, request.FILES)
    known = queries.source_id(code=code, actor=request.actor)
    if not form.is_valid():
        return _page(request, code, form, status=422)
    try:
        taken = services.take_in(
            source=known, body=form.cleaned_data["file"].read(), actor=request.actor, clock=request.clock,
            dry_run=form.cleaned_data["dry_run"],
        )  # fmt: skip
    except PlatformError as refused:
        errors.add_to(form, refused)
        return _page(request, code, form, status=refused.status)
    if taken.run is None:
        return _page(request, code, form, taken=taken)
    return redirect("catalog:source", code)


def _page(
    request: ActorRequest, code: str, form: HarvestForm, *, taken: Taken | None = None, status: int = 200
) -> HttpResponse:
    standing = request.GET.get("standing", "")
    page = queries.source(
        code=code, actor=request.actor, standing=standing, after=request.GET.get("after", "")[:300]
    )  # fmt: skip
    shown = taken.findings if taken else page.runs[0].findings if page.runs else ()
    context = {
        "page": page, "s": page.source, "form": form, "taken": taken, "standing": standing, "standings": [*Standing],
        "faults": shown[:FAULTS_SHOWN], "more": max(len(shown) - FAULTS_SHOWN, 0),
        "may_act": bool(request.actor.roles & _ACTS),
    }  # fmt: skip
    return render(request, "catalog/source.html", context, status=status)
