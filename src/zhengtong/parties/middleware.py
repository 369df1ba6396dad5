"""Who acts in this request (行为人中间件): from the session's account and chosen seat."""

import time
from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhengtong.journal import door
from zhengtong.parties import queries
from zhengtong.parties.services import sign_in
from zhengtong.parties.web import ACCOUNT_KEY, SEAT_KEY, SEEN_KEY, STAMP_KEY, VisitorRequest

IDLE_S_MAX = 30 * 60  # unused for longer, a session ends
SEEN_EVERY_S = 60  # how often the last use is written down
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ActorMiddleware:
    """Sets what `VisitorRequest` promises: the actor and its seats, or None for somebody not signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        visit = cast(VisitorRequest, request)  # cast: the attributes are set in the next lines
        visit.actor = visit.seat = visit.place = visit.account_id = None
        visit.places = ()
        if not hasattr(request, "clock"):
            visit.clock = door.current_clock()
        account = _uuid(request.session.get(ACCOUNT_KEY, ""))
        if account is not None and not _idle(request):
            _recognize(visit, account)
        return self.get_response(request)


def _idle(request: HttpRequest) -> bool:
    """Whether the session lay unused too long (闲置超时); it ends then.  By the wall clock, also in a story."""
    now, seen = int(time.time()), request.session.get(SEEN_KEY, 0)
    if not isinstance(seen, int) or now - seen > IDLE_S_MAX:
        request.session.flush()
        return True
    if now - seen >= SEEN_EVERY_S:
        request.session[SEEN_KEY] = now
    return False


def _recognize(visit: VisitorRequest, account: UUID) -> None:
    if not sign_in.stamp_holds(account=account, stamp=visit.session.get(STAMP_KEY, "")):
        visit.session.flush()
        return
    wanted = _uuid(visit.session.get(SEAT_KEY, ""))
    found = queries.recognize(account=account, seat=wanted, on=visit.clock.today())
    if found is not None and wanted is not None and found.place.seat.id != wanted:
        visit.session[SEAT_KEY] = str(found.place.seat.id)  # the seat chosen has ended: the next page shows another
        if visit.method not in SAFE:
            return  # a form filled in for one organization is not sent for another
    if found is not None:
        visit.actor, visit.place, visit.places = found.actor, found.place, found.places
        visit.seat, visit.account_id = found.place.seat, account


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
