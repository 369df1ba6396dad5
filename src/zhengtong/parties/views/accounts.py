"""Sign-in with cards or password, choice of seat, and the roles as readable data."""

import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_GET, require_POST

from zhengtong.journal import door
from zhengtong.kernel.errors import NotAllowed, PlatformError
from zhengtong.parties import queries
from zhengtong.parties.forms import CodeForm, NewPasswordForm, PasswordForm, ProofForm, ReminderForm
from zhengtong.parties.queries import reminding
from zhengtong.parties.rules import CONFLICTS, ROLES
from zhengtong.parties.services import second_factor, sign_in
from zhengtong.parties.services.reminding import choose_reminders
from zhengtong.parties.web import (
    PENDING_KEY,
    SEAT_KEY,
    STAMP_KEY,
    ActorRequest,
    VisitorRequest,
    enter,
    next_page,
    signed_in,
)
from zhengtong.ui.errors import add_to, say
from zhengtong.ui.language import lang

CODE_WAIT_S = 300  # how long a right password waits for its code


class SignIn(View):
    """The sign-in page (登录页): cards in the demo, a password form otherwise."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return _sign_in_page(request, PasswordForm(), status=200)

    def post(self, request: HttpRequest) -> HttpResponse:
        if not settings.ZHENGTONG_PASSWORDS:
            raise NotAllowed("parties.passwords_off")
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
        if isinstance(who, sign_in.CodeNeeded):
            visit.session.cycle_key()
            visit.session[PENDING_KEY] = {"account": str(who.account), "at": int(time.time())}
            return HttpResponseRedirect(f"{reverse('parties:code')}?{urlencode({'next': next_page(request)})}")
        return _enter(visit, who, seat="")


class Code(View):
    """The second step of signing in (动态口令)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if _pending(request) is None:
            return HttpResponseRedirect(reverse("parties:signin"))
        return render(request, "parties/code.html", {"form": CodeForm(), "next": next_page(request)})

    def post(self, request: HttpRequest) -> HttpResponse:
        account = _pending(request)
        if account is None:
            say(request, NotAllowed("parties.code_needed_again"))
            return HttpResponseRedirect(reverse("parties:signin"))
        form, status = CodeForm(request.POST), 422
        visit = cast(VisitorRequest, request)  # cast: ActorMiddleware ran
        if form.is_valid():
            try:
                who = sign_in.with_code(account=account, code=form.cleaned_data["code"], clock=visit.clock)
                return _enter(visit, who, seat="")
            except PlatformError as refused:
                add_to(form, refused)
                status = refused.status
        return render(request, "parties/code.html", {"form": form, "next": next_page(request)}, status=status)


class OwnAccount(View):
    """One's own account: password and second factor (我的账号)."""

    @method_decorator(signed_in)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # Any: Django's own signature
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: ActorRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: ActorRequest) -> HttpResponse:
        verb = request.POST.get("verb", "")
        held: dict[str, Form] = {
            "password": NewPasswordForm(request.POST if verb == "password" else None),
            "confirm": CodeForm(request.POST if verb == "confirm" else None),
            "begin": ProofForm(request.POST if verb == "begin" else None),
            "remind": ReminderForm(request.POST if verb == "remind" else None),
        }
        form = held.get(verb)
        if form is None or not form.is_valid():
            return self._page(request, held, status=422)
        try:
            made = self._do(request, verb, form.cleaned_data)
        except PlatformError as refused:
            add_to(form, refused)
            return self._page(request, held, status=refused.status)
        if made is not None:
            return self._page(request, enrolment=made)
        return HttpResponseRedirect(reverse("parties:account"))

    @staticmethod
    def _do(request: ActorRequest, verb: str, given: dict[str, Any]) -> second_factor.Enrolment | None:  # Any: fields
        who, clock = request.account_id, request.clock
        if verb == "remind":
            choose_reminders(
                account=who, by_mail=given["by_mail"], days_before=given["days_before"], actor=request.actor,
                clock=clock,
            )  # fmt: skip
            return None
        if verb == "confirm":
            second_factor.confirm_second_factor(account=who, code=given["code"], actor=request.actor, clock=clock)
            return None
        second_factor.prove_again(account=who, password=given["old"], clock=clock)
        if verb == "begin":
            return second_factor.begin_second_factor(account=who)
        stamp = second_factor.change_own_password(account=who, new=given["new"], actor=request.actor, clock=clock)
        request.session.cycle_key()
        request.session[STAMP_KEY] = stamp
        return None

    @staticmethod
    def _page(
        request: ActorRequest, held: Mapping[str, Form] | None = None, *,
        enrolment: second_factor.Enrolment | None = None, status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        chosen = reminding.choice(account=request.account_id)
        initial = {"by_mail": chosen.by_mail, "days_before": chosen.days_before}
        forms: dict[str, Form] = {
            "password": NewPasswordForm(), "confirm": CodeForm(), "begin": ProofForm(),
            "remind": ReminderForm(initial=initial), **(held or {}),
        }  # fmt: skip
        context = {
            "card": second_factor.own_account(account=request.account_id), "enrolment": enrolment,
            "password": forms["password"], "code": forms["confirm"], "proof": forms["begin"],
            "remind": forms["remind"], "chosen": chosen,
            "reminded": reminding.reminders_of(account=request.account_id),
            "confirming": enrolment is not None or forms["confirm"].is_bound,
        }  # fmt: skip
        return render(request, "parties/account.html", context, status=status)


def _pending(request: HttpRequest) -> UUID | None:
    """Who gave the right password and still owes the code; nobody after CODE_WAIT_S."""
    held = request.session.get(PENDING_KEY)
    if not isinstance(held, dict) or time.time() - held.get("at", 0) > CODE_WAIT_S:
        return None
    return UUID(held["account"])


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
    return HttpResponseRedirect(next_page(request))


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
    context = {"form": form, "places": places, "demo": door.is_demo(), "next": next_page(request)}
    context |= {"issuer": settings.ZHENGTONG_ISSUER, "passwords": settings.ZHENGTONG_PASSWORDS}
    return render(request, "parties/sign_in.html", context, status=status)


def _enter(request: VisitorRequest, who: sign_in.SignedIn, *, seat: str) -> HttpResponse:
    enter(request, who, seat=seat)
    return HttpResponseRedirect(next_page(request))
