"""Saying where an entry's data come from, and the provider's consent (二次共享页面)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.catalog import forms, queries, services
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import errors


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask(request: ActorRequest, entry_id: UUID) -> HttpResponse:
    """Name the entry that an own entry's data come from, and ask its provider's consent (写明来源、请求同意)."""
    page = queries.entry(id=entry_id, actor=request.actor)
    if not queries.may_derive(provider=page.row.provider_id, actor=request.actor):
        raise NotFound("catalog.no_entry", which=str(entry_id))
    form = forms.DerivationForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                source = queries.entry_by_code(code=given["source"].strip(), actor=request.actor).row.id
                made = services.ask_derivation(
                    entry=entry_id, source=source, text=given["text"], actor=request.actor, clock=request.clock
                )
                return redirect("catalog:derivation", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    return render(request, "catalog/derivation_form.html", {"form": form, "row": page.row}, status=status)


@require_safe
@signed_in
def derivation(request: ActorRequest, derivation_id: UUID) -> HttpResponse:
    """One derivation with the provider's word (二次共享详情)."""
    return _page(request, derivation_id)


@require_POST
@signed_in
def act(request: ActorRequest, derivation_id: UUID, verb: str) -> HttpResponse:
    """Consent, refuse, no longer use."""
    verb = verb.replace("-", "_")
    page = queries.derivation(id=derivation_id, actor=request.actor)
    if verb not in page.verbs:
        raise NotFound("catalog.no_derivation")
    form = forms.ReasonForm(request.POST, auto_id=f"id_{verb}_%s")
    if not form.is_valid():
        return _page(request, derivation_id, form=form, verb=verb, status=422)
    try:
        services.answer_derivation(
            derivation=derivation_id, verb=verb, answer=form.cleaned_data["reason"], actor=request.actor,
            clock=request.clock,
        )  # fmt: skip
    except PlatformError as error:
        errors.add_to(form, error)
        return _page(request, derivation_id, form=form, verb=verb, status=error.status)
    return redirect("catalog:derivation", derivation_id)


def _page(
    request: ActorRequest, derivation_id: UUID, *, form: forms.ReasonForm | None = None, verb: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    page = queries.derivation(id=derivation_id, actor=request.actor)
    acts = [
        (one, form if form is not None and one == verb else forms.ReasonForm(auto_id=f"id_{one}_%s"))
        for one in page.verbs
    ]
    return render(request, "catalog/derivation.html", {"d": page, "acts": acts}, status=status)
