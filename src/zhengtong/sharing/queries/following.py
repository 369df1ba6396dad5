"""What can be asked about renewals and widenings (续期、扩大查询)."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.sharing.models import Grant, SharingRequest
from zhengtong.sharing.queries.forms_of import form_of
from zhengtong.sharing.queries.records import FollowView
from zhengtong.sharing.queries.scope import organs, visible_grants, visible_requests
from zhengtong.sharing.rules import (
    LIVE_GRANTS,
    Beneficiary,
    HeldScope,
    Mode,
    RequestForm,
    RequestState,
    UseTerm,
    Wider,
    next_period,
    wider,
)
from zhengtong.wire import grant as wire

FOLLOWERS_MAX = 50


@dataclass(frozen=True, slots=True)
class Follower:
    """A request that follows a grant."""

    id: UUID
    number: str
    state: RequestState


def held_scope(row: Grant) -> HeldScope:
    """What a grant covers today."""
    terms = wire.parse_grant(row.terms.encode())
    return HeldScope(
        entry=row.request.entry_id,
        organ=row.consumer_id,
        items=frozenset(f.name for f in (*terms.fields, *terms.verify_fields)),
        modes=frozenset(str(mode) for mode in terms.modes),
        purposes=frozenset(use.purpose for use in terms.uses),
    )


def follow_form(*, grant: UUID, actor: Actor) -> RequestForm:
    """The request a holder would send to renew its grant: its own terms, and as long again.  Raises NotFound."""
    rows = Grant.objects.filter(visible_grants(actor), pk=grant, consumer=actor.organization)
    row = rows.select_related("request").first()
    if row is None:
        raise NotFound("sharing.no_grant", id=str(grant))
    terms, asked = wire.parse_grant(row.terms.encode()), form_of(row.request)
    held = held_scope(row)
    begins, ends = next_period(row.valid_from, row.valid_until)
    uses = tuple(UseTerm(use.system, use.purpose, use.matters) for use in terms.uses)
    return RequestForm(
        entry=asked.entry,
        items=tuple(code for code in asked.items if code in held.items),
        legal_basis=asked.legal_basis,
        scenario=asked.scenario,
        scope=asked.scope,
        modes=tuple(mode for mode in Mode if str(mode) in held.modes),
        period_from=begins,
        period_until=ends,
        purpose=asked.purpose,
        beneficiaries=(Beneficiary(row.consumer_id, uses),),
    )


def followed(row: SharingRequest, *, actor: Actor) -> FollowView | None:
    """The grant a request follows; None where it follows none."""
    if row.follows_id is None:
        return None
    held = Grant.objects.select_related("request").get(pk=row.follows_id)
    return FollowView(
        grant=held.id,
        number=held.number,
        until=held.valid_until,
        may_open=Grant.objects.filter(visible_grants(actor), pk=held.id).exists(),
        wider=tuple((kind, _named(row, kind, found)) for kind, found in wider(form_of(row), held_scope(held)).items()),
    )


def _named(row: SharingRequest, kind: Wider, found: tuple[str, ...]) -> tuple[str, ...]:
    if kind is Wider.ITEMS:
        names = {item.code: item.name for item in row.items.all()}
        return tuple(names.get(code, code) for code in found)
    if kind is Wider.MODES:
        return tuple(Mode(mode) for mode in found)
    if kind is Wider.ORGANS:
        known = organs(UUID(organ) for organ in found)
        return tuple(known[UUID(organ)].short_name for organ in found if UUID(organ) in known)
    return found


def followers(*, grant: UUID, actor: Actor) -> tuple[Follower, ...]:
    """The requests that would renew or widen a grant, those the actor may see, the newest first."""
    found = SharingRequest.objects.filter(visible_requests(actor), follows=grant).order_by("-number")[:FOLLOWERS_MAX]
    return tuple(Follower(row.id, row.number, RequestState(row.state)) for row in found)


def is_continued(row: Grant) -> bool:
    """Whether a grant that follows goes on with all an ended one covered, so that nothing is to be disposed of."""
    live = Q(state__in=[str(s) for s in LIVE_GRANTS])
    rows = Grant.objects.filter(live, request__follows=row, consumer=row.consumer_id).select_related("request")
    items = held_scope(row).items
    return any(items <= held_scope(new).items for new in rows[:FOLLOWERS_MAX])
