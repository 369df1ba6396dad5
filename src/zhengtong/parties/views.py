"""Sign-in with cards or password, choice of seat, and the roles as readable data."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.http import require_GET, require_POST

from zhengtong.journal import door
from zhengtong.kernel.errors import NotAllowed, PlatformError
from zhengtong.parties import queries
from zhengtong.parties.forms import PasswordForm
from zhengtong.parties.rules import CONFLICTS, ROLES
from zhengtong.parties.services import sign_in
from zhengtong.parties.web import SEAT_KEY, ActorRequest, VisitorRequest, enter, signed_in
from zhengtong.ui.errors import add_to, say
from zhengtong.ui.language import lang


class SignIn(View):
    """The sign-in page (登录页): cards in the demo, a password form otherwise."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return _sign_in_page(request, PasswordForm(), status=200)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PasswordForm(request.POST)
        if not form.is_valid():
            return _sign_in_page(request, form, status=422)
        visit = cast(VisitorRequest, request)  # cast: ActorMiddleware ran
        try:
            who = sign_in.with_password(
                login=form.cleaned_data["login"], password=form.cleaned_data["password"], clock=visit.clock
            )
        except PlatformError as refused:
            add_to(form, refused)
            return _sign_in_page(request, form, status=refused.status)
        return _enter(visit, who, seat="")


@require_POST
def card(request: HttpRequest) -> HttpResponse:
    """Sign in with one click on a demo card (演示登录)."""
    visit = cast(VisitorRequest, request)  # cast: ActorMiddleware ran
    try:
        account = UUID(request.POST.get("account", ""))
    except ValueError:
        raise NotAllowed("parties.sign_in_refused") from None
    who = sign_in.with_card(account=account, clock=visit.clock)
    return _enter(visit, who, seat=request.POST.get("seat", ""))


@require_POST
@signed_in
def seat(request: ActorRequest) -> HttpResponse:
    """Choose the seat to act from (选择岗位)."""
    wanted = request.POST.get("seat", "")
    if any(str(place.seat.id) == wanted for place in request.places):
        request.session[SEAT_KEY] = wanted
    else:
        say(request, NotAllowed("parties.seat_not_yours"))
    return HttpResponseRedirect(_next(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session (退出)."""
    request.session.flush()
    return HttpResponseRedirect(reverse("parties:signin"))


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Show the roles and what two people must do apart (岗位角色)."""
    zh = lang() == "zh"
    rows = [
        {
            "label": fact.zh if zh else fact.en,
            "may": fact.may_zh if zh else fact.may_en,
            "may_not": fact.may_not_zh if zh else fact.may_not_en,
            "cites": fact.cites,
        }
        for fact in ROLES.values()
    ]
    apart = [c.because_zh if zh else c.because_en for c in CONFLICTS]
    return render(request, "parties/roles.html", {"rows": rows, "apart": apart})


def _sign_in_page(request: HttpRequest, form: PasswordForm, *, status: int) -> HttpResponse:
    visit = cast(VisitorRequest, request)  # cast: ActorMiddleware ran
    places = queries.sign_in_places(on=visit.clock.today())
    context = {"form": form, "places": places, "demo": door.is_demo(), "next": _next(request)}
    return render(request, "parties/sign_in.html", context, status=status)


def _enter(request: VisitorRequest, who: sign_in.SignedIn, *, seat: str) -> HttpResponse:
    enter(request, who, seat=seat)
    return HttpResponseRedirect(_next(request))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else "/"
