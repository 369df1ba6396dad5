"""Subscribing to an entry and taking note of its changes (订阅、变更知悉)."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhengtong.catalog import services
from zhengtong.parties.web import ActorRequest, signed_in


@require_POST
@signed_in
def follow(request: ActorRequest, entry_id: UUID, verb: str) -> HttpResponse:
    """Begin or end being told of every version (订阅、取消订阅)."""
    act = {"subscribe": services.subscribe, "unsubscribe": services.unsubscribe}.get(verb)
    if act is None:
        raise Http404
    act(entry=entry_id, actor=request.actor, clock=request.clock)
    return redirect("catalog:entry", entry_id)


@require_POST
@signed_in
def take_note(request: ActorRequest, notice_id: UUID) -> HttpResponse:
    """Note that the department has seen a change (已知悉)."""
    entry = services.take_note(notice=notice_id, actor=request.actor, clock=request.clock)
    return redirect("catalog:entry", entry)
