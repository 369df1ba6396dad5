"""What views know about who acts (请求中的行为人)."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from zhengtong.journal.services import Answer, run_once
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.parties.queries import Place, SeatCard
from zhengtong.parties.services.sign_in import SignedIn
from zhengtong.wire import canonical, suites

P = ParamSpec("P")

PENDING_KEY, SEEN_KEY = "zt_pending", "zt_seen"  # who still owes a code; when the session was last used
FLOW_KEY = "zt_flow"  # a sign-in that went out to the identity provider
ACCOUNT_KEY, SEAT_KEY, STAMP_KEY = "zt_account", "zt_seat", "zt_stamp"  # names in the session


class VisitorRequest(HttpRequest):
    """Any request after `ActorMiddleware`; the actor is None for somebody not signed in."""

    actor: Actor | None
    clock: Clock
    seat: SeatCard | None
    place: Place | None
    places: tuple[Place, ...]
    account_id: UUID | None


class ActorRequest(HttpRequest):
    """A request of somebody signed in (已登录请求)."""

    actor: Actor
    clock: Clock
    seat: SeatCard
    place: Place
    places: tuple[Place, ...]
    account_id: UUID


def enter(request: HttpRequest, who: SignedIn, *, seat: str = "") -> None:
    """Open a fresh session for somebody who has just signed in, acting from `seat` if it is one of theirs."""
    request.session.cycle_key()  # a session fixed before sign-in must not survive it
    request.session[ACCOUNT_KEY], request.session[STAMP_KEY] = str(who.account), who.stamp
    request.session[SEAT_KEY] = seat[:36]
    request.session.pop(PENDING_KEY, None)
    request.session[SEEN_KEY] = int(time.time())


def signed_in(
    view: Callable[Concatenate[ActorRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let a view be reached only by somebody signed in; others go to the sign-in page and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request, "actor", None) is None:
            if request.path.startswith("/api/"):
                raise NotAllowed("parties.sign_in_needed")
            back = request.get_full_path() if request.method == "GET" else "/"
            return HttpResponseRedirect(f"{reverse('parties:signin')}?{urlencode({'next': back})}")
        # cast: the middleware has set the attributes that ActorRequest promises
        return view(cast(ActorRequest, request), *args, **kwargs)

    return guarded


def next_page(request: HttpRequest) -> str:
    """Where a sign-in leads: the page that was asked for, never another host."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else "/"


def written_once(
    request: ActorRequest, act: Callable[[], dict[str, canonical.Json]], *, key: str, said: canonical.Json
) -> dict[str, canonical.Json]:
    """Do a write of the API once per Idempotency-Key; a retry with the key gets the same answer (接口写入).

    `said` is the body as JSON: the same key with another body is refused.  `act` does the work and tells where the
    thing stands, in one transaction with the key.

    Raises RuleBroken: no key, a bad one, or one that came before with another body.
    """
    if not key:
        raise RuleBroken("parties.once_key_missing")
    digest = suites.digest_text(canonical.encode({"path": request.path, "body": said}))

    def once() -> Answer:
        return Answer(200, act())

    return run_once(key, actor=request.actor, clock=request.clock, body_digest=digest, act=once).body
