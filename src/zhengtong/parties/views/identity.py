"""The way to the identity provider and back (统一身份认证登录页面)."""

import secrets
import time
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from zhengtong.kernel.errors import NotAllowed, NotFound, PlatformError
from zhengtong.parties import oidc
from zhengtong.parties.services import federated, sign_in
from zhengtong.parties.web import FLOW_KEY, PENDING_KEY, VisitorRequest, enter, next_page
from zhengtong.ui.errors import say


@require_GET
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Go to the identity provider (前往统一身份认证)."""
    issuer = _issuer()
    try:
        begun = oidc.begin(issuer, back=_back(request))
    except PlatformError as error:
        say(request, error)
        return HttpResponseRedirect(reverse("parties:signin"))
    request.session[FLOW_KEY] = {
        "state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "at": int(time.time()),
        "next": next_page(request),
    }  # fmt: skip
    return HttpResponseRedirect(begun.url)


@require_GET
@never_cache
def arrive(request: HttpRequest) -> HttpResponse:
    """Come back from it: the answer belongs to this session, the token holds, and somebody bound the identity."""
    visit = cast(VisitorRequest, request)  # cast: ActorMiddleware ran
    issuer, flow = _issuer(), request.session.pop(FLOW_KEY, None)
    try:
        who = _who(request, issuer, flow)
    except PlatformError as error:
        say(request, error)
        return HttpResponseRedirect(reverse("parties:signin"))
    if isinstance(who, sign_in.CodeNeeded):
        visit.session.cycle_key()
        visit.session[PENDING_KEY] = {"account": str(who.account), "at": int(time.time())}
        return HttpResponseRedirect(f"{reverse('parties:code')}?{urlencode({'next': flow['next']})}")
    enter(visit, who)
    return HttpResponseRedirect(flow["next"])


def _who(request: HttpRequest, issuer: oidc.Issuer, flow: object) -> sign_in.SignedIn | sign_in.CodeNeeded:
    visit = cast(VisitorRequest, request)  # cast: ActorMiddleware ran
    state = request.GET.get("state", "")
    if not isinstance(flow, dict) or not secrets.compare_digest(flow["state"].encode(), state.encode()):
        raise NotAllowed("parties.identity_again")
    if time.time() - flow["at"] > oidc.FLOW_S_MAX:
        raise NotAllowed("parties.identity_again")
    if request.GET.get("iss", issuer.url) != issuer.url:  # RFC 9207: an answer of another provider
        raise NotAllowed("parties.identity_untrue", what="iss")
    code = request.GET.get("code", "")
    if not code:
        raise NotAllowed("parties.identity_declined")
    subject = oidc.finish(issuer, code=code, verifier=flow["verifier"], nonce=flow["nonce"], back=_back(request))
    return federated.with_identity(issuer=issuer.url, subject=subject, clock=visit.clock)


def _issuer() -> oidc.Issuer:
    issuer: oidc.Issuer | None = settings.ZHENGTONG_ISSUER
    if issuer is None:
        raise NotFound("parties.identity_off")
    return issuer


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("parties:identity-back"))
