"""Pages of the catalogue (目录页面): parse, one service call, render."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_GET, require_POST

from zhengtong.catalog import forms, queries, searching, services
from zhengtong.catalog.rules import ENTRY, STATE_LABELS, EntryDraft, EntryState
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import Page, whole
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui.errors import add_to, say
from zhengtong.ui.language import lang
from zhengtong.ui.progress import from_lifecycle
from zhengtong.ui.values import ProgressStep, StepState

PATH = (
    EntryState.DRAFT,
    EntryState.DEPT_REVIEW,
    EntryState.SUBMITTED,
    EntryState.AUTHORITY_REVIEW,
    EntryState.PUBLISHED,
)
REASON_VERBS = frozenset({"return", "extend_change", "withdraw"})

_DO: dict[str, Callable[..., object]] = {  # ...: verbs with a reason take one more argument
    "submit": services.submit,
    "sign": services.sign,
    "start_review": services.start_review,
    "publish": services.publish,
    "revise": services.revise,
    "return": services.return_,
    "extend_change": services.extend_change,
    "withdraw": services.withdraw,
    "report_change": services.report_change,
}


@require_GET
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """The published catalogue with facets and a text filter (目录)."""
    asked = _filters(request, scope="published")
    page = queries.entries(actor=request.actor, filters=asked, after=request.GET.get("after", "")[:80])
    facets = queries.facets(actor=request.actor, filters=asked)
    context = {
        "page": page,
        "facets": facets,
        "asked": asked,
        "kept": searching.kept(asked),
        "cleared": searching.without_filters(request.GET),
        "groups": searching.facet_groups(request.GET, facets, asked),
        **_hits(request, asked, page),
    }
    return render(request, "catalog/list.html", {**context, **_doors(request)})


@require_GET
@signed_in
def mine(request: ActorRequest) -> HttpResponse:
    """The own department's entries, in work and in force (本部门目录)."""
    asked = _filters(request, scope="mine")
    page = queries.entries(actor=request.actor, filters=asked, after=request.GET.get("after", "")[:80])
    context = {"page": page, "asked": asked, "today": request.clock.today()}
    return render(request, "catalog/mine.html", {**context, **_doors(request)})


def _doors(request: ActorRequest) -> dict[str, bool]:
    """Which other pages of the catalogue this reader may go to."""
    return {
        "may_draft": request.actor.has(Role.DATA_OFFICER),
        "may_harvest": queries.may_harvest(request.actor),
        "may_see_duties": queries.may_see_duties(request.actor),
    }


@require_GET
@signed_in
def inbox(request: ActorRequest) -> HttpResponse:
    """Entries that wait for this reader's signature, review or update (目录待办)."""
    rows = queries.inbox(actor=request.actor)
    return render(request, "catalog/inbox.html", {"rows": rows, "today": request.clock.today()})


@require_GET
@signed_in
def entry(request: ActorRequest, entry_id: UUID) -> HttpResponse:
    """One entry: what it is, its items and terms, where it comes from, where it stands (目录条目)."""
    return _entry_page(request, entry_id, status=200)


@require_POST
@signed_in
def act(request: ActorRequest, entry_id: UUID) -> HttpResponse:
    """Do one step on an entry (办理)."""
    verb = request.POST.get("verb", "")
    if verb not in _DO:
        raise NotFound("catalog.no_entry", which=verb[:20] or "—")
    given: dict[str, Any] = {"entry": entry_id, "actor": request.actor, "clock": request.clock}
    form = _form_of(verb, request.POST)
    if form is not None:
        if not form.is_valid():
            return _entry_page(request, entry_id, status=422, forms_by_verb={verb: form})
        given |= form.cleaned_data
    try:
        _DO[verb](**given)
    except PlatformError as refused:
        if form is None:
            say(request, refused)
            return HttpResponseRedirect(_address(request, entry_id))
        add_to(form, refused)
        return _entry_page(request, entry_id, status=refused.status, forms_by_verb={verb: form})
    if verb == "revise":
        return HttpResponseRedirect(reverse("catalog:edit", args=[entry_id]))
    return HttpResponseRedirect(_after_act(request, entry_id))


class Writing(View):
    """The entry form: a new draft, or the open revision (编制目录)."""

    @method_decorator(signed_in)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # Any: Django's own signature
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: ActorRequest, entry_id: UUID | None = None) -> HttpResponse:
        documents = _documents(request)
        chosen = tuple(d.document_id for d in documents if str(d.document_id) == request.GET.get("origin"))
        draft = EntryDraft(name="", format="database", share_modes=("service",), origins=chosen)
        if entry_id is not None:
            draft = queries.draft_of(id=entry_id, actor=request.actor)
        form = forms.EntryForm(initial=forms.initial_of(draft), documents=documents)
        lines = forms.ItemLines(initial=forms.initial_items(draft), prefix="items")
        return self._page(request, form, lines, entry_id, status=200)

    def post(self, request: ActorRequest, entry_id: UUID | None = None) -> HttpResponse:
        form = forms.EntryForm(request.POST, documents=_documents(request))
        lines = forms.ItemLines(request.POST, prefix="items")
        if not (form.is_valid() and lines.is_valid()):
            return self._page(request, form, lines, entry_id, status=422)
        content = forms.draft_from(form.cleaned_data, [line.cleaned_data for line in lines if line.cleaned_data])
        try:
            if entry_id is None:
                entry_id = services.draft(content=content, actor=request.actor, clock=request.clock)
            else:
                services.edit(entry=entry_id, content=content, actor=request.actor, clock=request.clock)
        except PlatformError as refused:
            add_to(form, refused)
            return self._page(request, form, lines, entry_id, status=refused.status)
        if "more" in request.POST:  # the saved form again, with spare lines
            return HttpResponseRedirect(reverse("catalog:edit", args=[entry_id]))
        return HttpResponseRedirect(_after_act(request, entry_id))

    @staticmethod
    def _page(
        request: ActorRequest, form: forms.EntryForm, lines: Any, entry_id: UUID | None, *, status: int
    ) -> HttpResponse:  # Any: Django gives formsets no usable type
        context = {"form": form, "lines": lines, "entry_id": entry_id}
        return render(request, "catalog/write.html", context, status=status)


def _entry_page(
    request: ActorRequest, entry_id: UUID, *, status: int, forms_by_verb: dict[str, Any] | None = None
) -> HttpResponse:
    page = queries.entry(id=entry_id, actor=request.actor, version=whole(request.GET.get("version", "")))
    verbs = page.standing.verbs
    given = forms_by_verb or {}
    acts = [(verb, given.get(verb) or _form_of(verb, None)) for verb in verbs if verb in _DO]
    if page.open_version is not None:
        acts = [(verb, form) for verb, form in acts if verb != "revise"]
    context = {
        "page": page,
        "acts": acts,
        "may_edit": "edit" in verbs,
        "comparison": queries.comparison(revision=page.revision),
        "notices": queries.notices_of(entry=entry_id, actor=request.actor),
        "subscribed": queries.is_subscribed(entry=entry_id, actor=request.actor),
        "derivations": queries.derivations_of(entry=entry_id, actor=request.actor),
        "lineage": queries.lineage(entry=entry_id),
        "may_derive": queries.may_derive(provider=page.row.provider_id, actor=request.actor),
        "conformity": queries.entry_conformity(revision=page.revision),
        "assessments": queries.assessments_of(entry=page.row.id),
        "late": page.standing.late(request.clock.today()),
        "steps": _steps(page),
        "history": queries.history(id=entry_id, actor=request.actor),
        "own": page.row.provider_id == request.actor.organization,
        "reviews": request.actor.has(Role.AUTHORITY_REVIEWER) or request.actor.has(Role.AUTHORITY_LEADER),
        "told_why": (EntryState.RETURNED, EntryState.WITHDRAWN),
        "may_ask": request.actor.has(Role.DATA_OFFICER) and page.row.provider_id != request.actor.organization,
        "is_current": page.row.state in (EntryState.PUBLISHED, EntryState.CHANGE_DUE),
    }
    return render(request, "catalog/entry.html", context, status=status)


def _steps(page: queries.EntryPage) -> tuple[ProgressStep, ...]:
    word = 1 if lang() == "en" else 0
    state = page.row.state
    shown = {EntryState.RETURNED: EntryState.DRAFT}.get(state, state)
    shown = EntryState.PUBLISHED if shown not in PATH else shown
    labels = {str(step): STATE_LABELS[step][word] for step in PATH}
    dates = {
        str(step): day
        for step, day in ((EntryState.SUBMITTED, page.submitted_on), (EntryState.PUBLISHED, page.row.published_on))
        if day is not None
    }
    steps = from_lifecycle(ENTRY, path=PATH, current=shown, labels=labels, dates=dates)
    if shown is EntryState.PUBLISHED:  # a resting place, though not the end: updates leave from it
        return (*steps[:-1], replace(steps[-1], state=StepState.DONE))
    return steps


def _form_of(verb: str, posted: Any) -> forms.ReasonForm | None:  # Any: a QueryDict or None
    if verb == "report_change":
        return forms.ChangeForm(posted, prefix=None, auto_id=f"id_{verb}_%s")
    return forms.ReasonForm(posted, auto_id=f"id_{verb}_%s") if verb in REASON_VERBS else None


def _hits(request: ActorRequest, asked: queries.EntryFilters, page: Page[queries.EntryRow]) -> dict[str, object]:
    """What the page says of its hits, or of there being none."""
    text = asked.text
    none = not page.rows
    return {
        "marks": queries.understood(text).marks,
        "taken_as": queries.taken_as(text),
        "notes": queries.notes(found=page.rows, text=text),
        "advice": searching.advice_links(queries.advice(actor=request.actor, filters=asked)) if none else [],
    }


def _filters(request: HttpRequest, *, scope: str) -> queries.EntryFilters:
    return searching.filters_of(request.GET, scope=scope)


def _documents(request: ActorRequest) -> tuple[queries.OriginRow, ...]:
    organization = request.actor.organization
    return queries.documents_of(organization=organization) if organization else ()


def _address(request: ActorRequest, entry_id: UUID) -> str:
    """Back to the page and the version that was looked at."""
    version = request.GET.get("version", "")
    return reverse("catalog:entry", args=[entry_id]) + (f"?version={version}" if version.isdigit() else "")


def _after_act(request: ActorRequest, entry_id: UUID) -> str:
    """To the revision in work if there is one, else to the published one."""
    try:
        page = queries.entry(id=entry_id, actor=request.actor)
    except NotFound:  # withdrawn or handed on: no longer this reader's to see
        return reverse("catalog:mine")
    suffix = f"?version={page.open_version}" if page.open_version is not None else ""
    return reverse("catalog:entry", args=[entry_id]) + suffix
