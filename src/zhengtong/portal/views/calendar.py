"""The calendar and its feed (日程页面、日程订阅)."""

import re
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhengtong.kernel.errors import NotFound
from zhengtong.parties import services
from zhengtong.parties.queries import reminding
from zhengtong.parties.web import ActorRequest, VisitorRequest, signed_in
from zhengtong.portal import calendar

MADE_KEY = "feed_made"  # shown once after it was made
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@require_safe
@signed_in
def month(request: ActorRequest) -> HttpResponse:
    """A month of what is due (日程)."""
    asked = _MONTH.fullmatch(request.GET.get("month", ""))
    today = request.clock.today()
    year, number = (int(asked[1]), int(asked[2])) if asked else (today.year, today.month)
    token = request.session.pop(MADE_KEY, "")
    base = settings.ZHENGTONG_ADDRESS or request.build_absolute_uri("/")[:-1]
    context = {
        "m": calendar.month(actor=request.actor, clock=request.clock, year=year, number=number),
        "feed": reminding.feed(account=request.account_id),
        "made": f"{base}/calendar/{token}.ics" if token else "",
    }
    return render(request, "portal/calendar.html", context)


@require_POST
@signed_in
def change(request: ActorRequest, verb: str) -> HttpResponse:
    """Make an address for a calendar program, or close it (生成、取消订阅地址)."""
    who, actor, clock = request.account_id, request.actor, request.clock
    if verb == "open":
        request.session[MADE_KEY] = services.open_feed(account=who, actor=actor, clock=clock)
    elif verb == "close":
        services.close_feed(account=who, actor=actor, clock=clock)
    else:
        raise NotFound("parties.no_feed")
    return redirect("portal:calendar")


@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The due days as an iCalendar file, for whoever holds the address (日程订阅)."""
    clock = cast(VisitorRequest, request).clock  # cast: ActorMiddleware ran
    with override("zh-hans"):
        body = calendar.feed(actors=services.read_feed(token=token, clock=clock), clock=clock)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")
