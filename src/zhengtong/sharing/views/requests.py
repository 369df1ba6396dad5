"""Pages of requests (申请页面): lists, inbox, the form with its checks, where one stands, simple acts."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties import queries as parties
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import RequestInput
from zhengtong.sharing.offers import offer, requestable
from zhengtong.sharing.rules import FIELD_WORDS, RequestForm, RequestState, check_can_be_sent, gaps
from zhengtong.sharing.templatetags.sharing_words import said
from zhengtong.sharing.views import disputes, taking
from zhengtong.sharing.views.reading import seen_version, sought, typed
from zhengtong.sharing.views.steps import request_steps
from zhengtong.ui import errors
from zhengtong.ui.language import lang

ORGANS_SHOWN_MAX = 500


@require_GET
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Requests of the own organization and those addressed to it (我的申请)."""
    state, role = request.GET.get("state", ""), request.GET.get("role", "any")
    known = state if state in {*RequestState, "open", "answered", "late", "due_today"} else ""
    find = partial(
        queries.requests,
        actor=request.actor,
        sort=sought(request, "sort"),
        on=request.clock.today(),
        state=known,
        role=role,
    )
    if file := taking.requests_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request, "after"))
    states = [*RequestState]
    return render(request, "sharing/requests.html", {"page": page, "state": state, "role": role, "states": states})


@require_GET
@signed_in
def inbox(request: ActorRequest) -> HttpResponse:
    """What waits for the reader (今天轮到我)."""
    today = request.clock.today()
    cards = queries.inbox(actor=request.actor, on=today)
    return render(request, "sharing/inbox.html", {"cards": cards, "today": today})


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: ActorRequest) -> HttpResponse:
    """Write a request for an entry (新建申请); `like` is an earlier one to take over, `follows` a grant."""
    found = requestable(entry=_entry(request))
    follows = _followed(request)
    like = queries.follow_form(grant=follows, actor=request.actor) if follows else None
    entered = _input(request, entry=found.entry, like=like or _earlier(request, entry=found.entry))
    if request.method == "POST" and request.POST.get("do") in {"save", "send"} and entered.is_valid():
        try:
            made = services.draft_request(
                form=entered.value(), follows=follows, actor=request.actor, clock=request.clock
            )
            return _saved(request, made)
        except PlatformError as error:
            return _form_page(request, entered, refused=error, follows=follows)
    return _form_page(request, entered, follows=follows)


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Change a draft (修改草稿)."""
    page = queries.request(actor=request.actor, id=request_id, on=request.clock.today())
    entered = _input(request, entry=page.line.entry, page=page)
    if request.method == "POST" and request.POST.get("do") in {"save", "send"} and entered.is_valid():
        version = seen_version(request)
        try:
            services.update_draft(
                request=request_id, form=entered.value(), version=version, actor=request.actor, clock=request.clock
            )
            return _saved(request, request_id)
        except PlatformError as error:
            return _form_page(request, entered, page=page, refused=error)
    return _form_page(request, entered, page=page)


@require_POST
@signed_in
def check(request: ActorRequest) -> HttpResponse:
    """The checks of the form as it is now, a fragment for the page (边填边查)."""
    found = offer(entry=_entry(request))
    entered = _input(request, entry=found.entry)
    return render(request, "sharing/parts/checks.html", _checks(entered))


@require_http_methods(["GET", "POST"])
@signed_in
def answer_supplement(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Bring what was asked for (补充材料)."""
    page = queries.request(actor=request.actor, id=request_id, on=request.clock.today())
    entered = _input(request, entry=page.line.entry, page=page)
    if request.method == "POST" and request.POST.get("do") in {"save", "send"} and entered.is_valid():
        try:
            services.answer_supplement(
                request=request_id,
                form=entered.value(),
                note=typed(request, "note"),
                actor=request.actor,
                clock=request.clock,
            )
            return redirect("sharing:request", request_id)
        except PlatformError as error:
            return _form_page(request, entered, page=page, refused=error, supplement=True)
    return _form_page(request, entered, page=page, supplement=True)


@require_GET
@signed_in
def detail(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """One request: where it stands, whose turn, by when, why (申请详情)."""
    page = queries.request(actor=request.actor, id=request_id, on=request.clock.today())
    context = {"page": page, "r": page.line, "steps": request_steps(page), "days_open": "days" in request.GET}
    context["may_direct"] = queries.may_direct(request.actor) and page.line.received_on is not None
    late = page.line.late and page.line.decided_on is None
    contested = late or page.line.state in (RequestState.REFUSED, RequestState.PARTLY_CONSENTED)
    context |= disputes.beside(request, page.line, contested=contested)
    answer = render(request, "sharing/request.html", context)
    answer["ETag"] = f'W/"{page.version}"'
    return answer


def _do(verb: str, request: UUID, why: str, actor: Actor, clock: Clock) -> None:
    match verb:
        case "submit":
            services.submit_to_own_head(request=request, actor=actor, clock=clock)
        case "return":
            services.return_to_officer(request=request, reason=why, actor=actor, clock=clock)
        case "approve":
            services.approve_own(request=request, actor=actor, clock=clock)
        case "withdraw":
            services.withdraw(request=request, reason=why, actor=actor, clock=clock)
        case "agree_extension":
            services.agree_extension(request=request, actor=actor, clock=clock)
        case "decline_extension":
            services.decline_extension(request=request, reason=why, actor=actor, clock=clock)
        case "countersign":
            services.countersign_reply(request=request, actor=actor, clock=clock)
        case _:
            raise NotFound("sharing.no_request", id=str(request))


@require_POST
@signed_in
def act(request: ActorRequest, request_id: UUID, verb: str) -> HttpResponse:
    """Acts that need at most a reason."""
    try:
        _do(verb, request_id, typed(request, "reason"), request.actor, request.clock)
    except PlatformError as error:
        queries.request(actor=request.actor, id=request_id, on=request.clock.today())  # hides it from strangers
        errors.say(request, error)
    return redirect("sharing:request", request_id)


def _entry(request: HttpRequest) -> UUID:
    text = request.POST.get("entry") or request.GET.get("entry", "")
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("sharing.choose_an_entry") from None


def _followed(request: HttpRequest) -> UUID | None:
    """The grant that the request would renew or widen; None for one of its own."""
    text = request.POST.get("follows") or request.GET.get("follows", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("sharing.no_grant", id=text[:40]) from None


def _earlier(request: ActorRequest, *, entry: UUID) -> RequestForm | None:
    """The form of an earlier request for the same entry, without its period; None where there is none."""
    try:
        page = queries.request(actor=request.actor, id=UUID(request.GET.get("like", "")), on=request.clock.today())
    except (ValueError, NotFound):
        return None
    return replace(page.form, period_from=None, period_until=None) if page.line.entry == entry else None


def _input(
    request: ActorRequest, *, entry: UUID, page: queries.RequestPage | None = None, like: RequestForm | None = None
) -> RequestInput:
    found = offer(entry=entry)
    organs = [
        (str(card.id), card.short_name)
        for card in parties.organizations(actor=request.actor)[:ORGANS_SHOWN_MAX]
        if card.id != found.provider
    ]
    return RequestInput(
        offer=found,
        organs=organs,
        data=request.POST if request.method == "POST" else None,
        initial=page.form if page else like,
        own=request.actor.organization,
    )


def _checks(entered: RequestInput) -> dict[str, object]:
    """Gaps and hard faults of what is typed so far."""
    if not entered.is_valid():
        return {"unreadable": True}
    form, fault = entered.value(), ""
    try:
        if form.items:
            check_can_be_sent(form, offered=entered.offer.asked(), provider=entered.offer.provider)
    except PlatformError as error:
        fault = error.message(lang())
    return {"gaps": gaps(form), "fault": fault}


def _form_page(
    request: ActorRequest,
    entered: RequestInput,
    *,
    page: queries.RequestPage | None = None,
    refused: PlatformError | None = None,
    supplement: bool = False,
    follows: UUID | None = None,
) -> HttpResponse:
    checked = _checks(entered) if request.method == "POST" else {}
    if request.method != "POST" and page:
        checked = {"gaps": page.gaps}
    if refused is not None:  # after the checks: they are of what was typed, not of what the service said
        errors.add_to(entered.fields, refused)
    missing = [said(FIELD_WORDS[name]) for name in page.notice.missing] if page and page.notice else []
    context = {
        "input": entered,
        "offer": entered.offer,
        "provider": parties.organization(id=entered.offer.provider),
        "page": page,
        "supplement": supplement,
        "follows": queries.grant(actor=request.actor, id=follows, on=request.clock.today()).line if follows else None,
        "missing": missing,
        "untried": request.method != "POST" and page is None,
        **checked,
    }
    return render(request, "sharing/request_form.html", context, status=refused.status if refused else 200)


def _saved(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """After saving: on to the head if that was asked for."""
    if request.POST.get("do") == "send":
        try:
            services.submit_to_own_head(request=request_id, actor=request.actor, clock=request.clock)
        except PlatformError as error:
            errors.say(request, error)
    return redirect("sharing:request", request_id)
