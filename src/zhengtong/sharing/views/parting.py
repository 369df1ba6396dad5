"""Merging and splitting drafts (合并、拆分草稿)."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhengtong.kernel.errors import PlatformError
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.rules.parting import MERGED_MAX
from zhengtong.sharing.rules.requests import BENEFICIARIES_MAX, ITEMS_MAX
from zhengtong.sharing.views.reading import typed
from zhengtong.ui import errors


@require_POST
@signed_in
def merge(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Take other drafts into this one (合并)."""
    queries.request(actor=request.actor, id=request_id, on=request.clock.today())  # hides it from strangers
    others = _ids(request.POST.getlist("others")[:MERGED_MAX])
    try:
        services.merge_drafts(request=request_id, others=others, actor=request.actor, clock=request.clock)
    except PlatformError as error:
        errors.say(request, error)
    return redirect("sharing:request", request_id)


@require_POST
@signed_in
def part(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Ask for some of it in a draft of its own (拆分)."""
    queries.request(actor=request.actor, id=request_id, on=request.clock.today())  # hides it from strangers
    try:
        made = services.part_draft(
            request=request_id, items=frozenset(request.POST.getlist("items")[:ITEMS_MAX]),
            organs=_ids(request.POST.getlist("organs")[:BENEFICIARIES_MAX]), purpose=typed(request, "purpose"),
            actor=request.actor, clock=request.clock,
        )  # fmt: skip
    except PlatformError as error:
        errors.say(request, error)
        return redirect("sharing:request", request_id)
    return redirect("sharing:request", made)


def _ids(texts: Iterable[str]) -> frozenset[UUID]:
    """What is no id names nothing."""
    found = set[UUID]()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return frozenset(found)
