"""Pages of persons' requests and of flagged cases (个人更正请求页面、标记的办件)."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import CasesForm, NoteForm, PersonForm, TellForm
from zhengtong.sharing.rules.personal import Channel, PersonalStatement, PersonState
from zhengtong.sharing.services import OpenedPerson
from zhengtong.sharing.views import taking
from zhengtong.sharing.views.reading import sought, typed
from zhengtong.ui import errors


@require_safe
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Persons' requests at the own department, those it was told of (个人更正请求)."""
    state, today = request.GET.get("state", ""), request.clock.today()
    known = state if state in {*PersonState, "open", "late"} else ""
    find = partial(queries.persons, actor=request.actor, sort=sought(request, "sort"), on=today, state=known)
    if file := taking.persons_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    context = {"page": find(after=sought(request, "after")), "state": known, "states": [*PersonState]}
    may_take = bool(queries.held_entries(actor=request.actor))
    return render(request, "sharing/persons.html", {**context, "may_take": may_take})


@require_safe
@signed_in
def flagged(request: ActorRequest) -> HttpResponse:
    """Cases in which a doubted value was used; they go on (标记的办件)."""
    case = sought(request, "case")
    find = partial(queries.flagged, actor=request.actor, sort=sought(request, "sort"), case=case)
    if file := taking.flagged_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request, "after"))
    return render(request, "sharing/flagged.html", {"page": page, "case": case})


@require_safe
@signed_in
def choose(request: ActorRequest) -> HttpResponse:
    """Which data the person speaks of: those the department holds, those it reads (选择资源)."""
    text = sought(request, "text")
    held = [one for one in queries.held_entries(actor=request.actor) if text in one.name]
    return render(request, "sharing/person_choose.html", {"held": held, "text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: ActorRequest, entry_id: UUID) -> HttpResponse:
    """Take a request down (登记更正请求)."""
    held = next((one for one in queries.held_entries(actor=request.actor) if one.entry == entry_id), None)
    if held is None:
        raise NotFound("sharing.person_no_source")
    form, status = PersonForm(held.items, request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect("sharing:person", _take(request, entry_id, form))
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    context = {"form": form, "held": held, "own": held.provider.id == request.actor.organization}
    return render(request, "sharing/person_form.html", context, status=status)


def _take(request: ActorRequest, entry_id: UUID, form: PersonForm) -> UUID:
    given = form.cleaned_data
    names = ("name", "identifier", "contact", "record_key", "value_seen", "value_claimed")
    return services.take_person_request(
        entry=entry_id, item=given["item"], said=PersonalStatement(**{name: given[name] for name in names}),
        evidence=given["evidence"], cases=given["cases"], actor=request.actor, clock=request.clock,
    )  # fmt: skip


@require_safe
@signed_in
def detail(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """One request (更正请求详情)."""
    return _page(request, person_id)


@require_POST
@signed_in
def act(request: ActorRequest, person_id: UUID, verb: str) -> HttpResponse:
    """Pass it on, verify it, tell the person, or put on record that he took it back (办理)."""
    queries.person(actor=request.actor, id=person_id, on=request.clock.today())  # hides it from strangers
    try:
        _do(request, person_id, verb.replace("-", "_"))
    except PlatformError as error:
        errors.say(request, error)
        return _page(request, person_id, status=error.status)
    return redirect("sharing:person", person_id)


def _do(request: ActorRequest, person_id: UUID, verb: str) -> None:
    actor, clock = request.actor, request.clock
    if verb == "pass_on":
        services.pass_on_person_request(request=person_id, actor=actor, clock=clock)
    elif verb == "tell":
        channel = request.POST.get("channel", "")
        known = Channel(channel) if channel in set(Channel) else Channel.IN_PERSON
        answer = typed(request, "answer")
        services.tell_person(request=person_id, channel=known, answer=answer, actor=actor, clock=clock)
    elif verb == "withdraw":
        services.withdraw_person_request(request=person_id, reason=typed(request, "note"), actor=actor, clock=clock)
    else:
        cause = typed(request, "note")
        services.verify_person_request(request=person_id, verb=verb, cause=cause, actor=actor, clock=clock)


@require_POST
@signed_in
def acknowledge(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Say that the notice was read, and which cases are looked at again (已知悉)."""
    try:
        services.acknowledge_person_notice(
            request=person_id, cases=typed(request, "cases"), actor=request.actor, clock=request.clock
        )
    except PlatformError as error:
        queries.person(actor=request.actor, id=person_id, on=request.clock.today())  # hides it from strangers
        errors.say(request, error)
    return redirect("sharing:person", person_id)


@require_POST
@signed_in
def open_value(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Show who asked and what he said, where he asked, on record (查阅留痕)."""
    opened = services.open_person(request=person_id, actor=request.actor, clock=request.clock)
    return _page(request, person_id, opened=opened)


def _page(
    request: ActorRequest, person_id: UUID, *, opened: OpenedPerson | None = None, status: int = 200
) -> HttpResponse:
    page = queries.person(actor=request.actor, id=person_id, on=request.clock.today())
    context = {"page": page, "p": page.line, "opened": opened, "turn": _turn(page), "cases_form": CasesForm()}
    context |= {
        "tell_form": TellForm(),
        "notes": [(verb, NoteForm(verb=verb)) for verb in page.verbs if verb in _NOTED],
    }
    return render(request, "sharing/person.html", context, status=status)


_NOTED = ("correct", "confirm", "withdraw")


def _turn(page: queries.PersonPage) -> str:
    """Whose turn it is, in a line; empty where it is over."""
    line = page.line
    if line.state in (PersonState.TOLD, PersonState.WITHDRAWN):
        return ""
    if line.waits_for_provider:
        return _("提供方 {organ}：核实并反馈").format(organ=line.provider.short_name)
    if line.state is PersonState.TAKEN:
        same = line.provider.id == line.organization.id
        return (_("{organ}：核实") if same else _("{organ}：转提供方校核")).format(organ=line.organization.short_name)
    return _("{organ}：告知本人").format(organ=line.organization.short_name)
