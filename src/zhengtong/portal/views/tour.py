"""The guided tour of the demo (导览): the cards, and the change of seat that one click makes."""

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from zhengtong.journal import door
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.services import sign_in
from zhengtong.parties.web import VisitorRequest, enter
from zhengtong.portal import tour as tours


@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """The cards of the tour."""
    if not door.is_demo():
        raise NotFound("portal.demo_only")
    visit = cast(VisitorRequest, request)  # cast: ActorMiddleware ran
    return render(request, "portal/tour.html", {"cards": tours.cards(clock=visit.clock)})


@require_POST
def go(request: HttpRequest) -> HttpResponse:
    """Become the person of a card and open its page.  The address comes from the card, never from the form."""
    visit = cast(VisitorRequest, request)  # cast: ActorMiddleware ran
    wanted = request.POST.get("card", "")
    card = next((card for card in tours.cards(clock=visit.clock) if card.id == wanted), None)
    if card is None:
        raise NotFound("portal.no_tour_card")
    who = sign_in.with_card(account=card.account, clock=visit.clock)
    enter(request, who, seat=str(card.seat))
    return HttpResponseRedirect(card.url)
