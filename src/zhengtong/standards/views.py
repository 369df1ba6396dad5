"""Pages on which the authority keeps its own limits and days (地方期限、日历增补)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import region_chain
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.regulations import limits as shipped
from zhengtong.standards import queries, services
from zhengtong.standards.forms import DayForm, LimitForm
from zhengtong.standards.previewing import preview_override
from zhengtong.standards.rules import DayKind
from zhengtong.ui.errors import add_to
from zhengtong.ui.language import lang

YEARS_AHEAD = 1
_NOBODY = UUID(int=0)


@require_safe
@signed_in
def limits(request: ActorRequest) -> HttpResponse:
    """The limits in force in the reader's place, and which of them the place has set itself."""
    place, today = request.actor.jurisdiction, request.clock.today()
    own = queries.own_limits(actor=request.actor)
    local = queries.local_limits(jurisdiction=place, on=today)
    stated = shipped.all_limits(on=today, jurisdiction=place, local=local)
    names = queries.region_names({one.jurisdiction for one in own} | {place})
    page = {
        "stated": [(one, names.get(one.limit.jurisdiction, "")) for one in stated],
        "own": [(one, names[one.jurisdiction], _act(one.limit_id)) for one in own],
        "place": names.get(place, ""),
        "may_edit": services.may_edit(request.actor, jurisdiction=place),
        "english": lang() == "en",
    }
    return render(request, "standards/limits.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def limit(request: ActorRequest, limit_id: str) -> HttpResponse:
    """One limit: what holds above, what the place set, its history, and the form for a new value."""
    place, today = request.actor.jurisdiction, request.clock.today()
    held = queries.limit_for(limit_id, on=today, jurisdiction=place)
    above = queries.limit_for(limit_id, on=today, jurisdiction=region_chain(place)[1] if place else "")
    may_edit = bool(place) and services.may_edit(request.actor, jurisdiction=place)
    form = LimitForm(
        initial={"days": held.days, "extension_days": held.extension_days, "in_force_from": today, "mark": "D"}
    )
    status, preview = 200, None
    if request.method == "POST":
        if not may_edit:
            raise NotFound("regulations.no_such_limit", id=limit_id, on=today.isoformat())
        form = LimitForm(request.POST)
        if form.is_valid():
            said: dict[str, Any] = {"limit_id": limit_id, "jurisdiction": place, **form.cleaned_data}
            try:
                if "preview" not in request.POST:
                    services.override_limit(**said, actor=request.actor, clock=request.clock)
                    return redirect("standards:limit", limit_id)
                preview = preview_override(**said, actor=request.actor, clock=request.clock)
            except PlatformError as error:
                add_to(form, error)
                status = error.status
        else:
            status = 422
    own = queries.own_limits(actor=request.actor, limit_id=limit_id)
    names = queries.region_names({one.jurisdiction for one in own})
    people = parties.officer_names({change.by for one in own for change in one.changes if change.by})
    page = {
        "held": held, "above": above, "form": form, "preview": preview, "may_edit": may_edit, "act": _act(limit_id),
        "stated": next((s for s in shipped.shipped() if s.limit.id == limit_id), None), "english": lang() == "en",
        "place": queries.region_name(place),
        "history": [
            (one, names[one.jurisdiction], [(change, people.get(change.by or _NOBODY, "")) for change in one.changes])
            for one in own
        ],
    }  # fmt: skip
    return render(request, "standards/limit.html", page, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def calendar(request: ActorRequest, year: int) -> HttpResponse:
    """The working days of a year in the reader's place, and the form that closes or opens a day."""
    place, this_year = request.actor.jurisdiction, request.clock.today().year
    if not this_year - 5 <= year <= this_year + YEARS_AHEAD:
        raise NotFound("standards.no_such_year", year=year)
    may_edit = bool(place) and services.may_edit(request.actor, jurisdiction=place)
    form, status = DayForm(), 200
    if request.method == "POST":
        if not may_edit:
            raise NotFound("standards.no_such_year", year=year)
        form, status = DayForm(request.POST), 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                services.set_calendar_day(
                    jurisdiction=place, day=said["day"], kind=DayKind(said["kind"]), name=said["name"],
                    source=said["source"], actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("standards:calendar", said["day"].year)
            except PlatformError as error:
                add_to(form, error)
                status = error.status
    held, own = queries.calendar_for(place), queries.own_days(actor=request.actor, year=year)
    page = {
        "year": year, "years": range(this_year - 1, this_year + YEARS_AHEAD + 1), "form": form, "may_edit": may_edit,
        "place": queries.region_name(place), "published": held.published_through >= date(year, 12, 31),
        "worked": sorted(day for day in held.opened if day.year == year),
        "closed": sorted(day for day in held.closed if day.year == year and day.weekday() < 5),
        "own": [(one, queries.region_name(one.jurisdiction)) for one in own],
    }  # fmt: skip
    return render(request, "standards/calendar.html", page, status=status)


def _act(limit_id: str) -> str:
    """What a limit is for, in the reader's language."""
    stated = next((one for one in shipped.shipped() if one.limit.id == limit_id), None)
    if stated is None:
        return limit_id
    return stated.act_en if lang() == "en" else stated.limit.act
