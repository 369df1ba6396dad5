"""How rows become records: the one place that selects and maps revisions."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhengtong.catalog.models import Item, Revision
from zhengtong.catalog.queries.records import EntryRow
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES, EntryState, ShareType
from zhengtong.kernel.actors import Actor
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role

OWN_ROLES = frozenset(
    str(role)
    for role in (
        Role.DATA_OFFICER,
        Role.SHARING_OFFICE_HEAD,
        Role.DEPARTMENT_HEAD,
        Role.ENGINEER,
        Role.AUTHORITY_REVIEWER,
        Role.AUTHORITY_LEADER,
    )
)
CURRENT, OPEN = sorted(CURRENT_STATES), sorted(OPEN_STATES)
REPORTED = sorted({EntryState.SUBMITTED, EntryState.AUTHORITY_REVIEW, EntryState.RETURNED})


def revisions() -> QuerySet[Revision]:
    """All revisions with entry and provider; not yet narrowed to what anybody may see."""
    return Revision.objects.select_related("entry__provider")


def visible(actor: Actor) -> Q:
    """Which revisions an actor may see.

    What is in force: anybody who acts in a role.  What is in work: those of the department who
    handle its business, and its authority once it was reported.  The system sees all.
    """
    if actor.has("system"):
        return Q()
    if not actor.roles:
        return Q(pk__in=())
    seen = Q(state__in=CURRENT)
    if actor.organization is not None and actor.roles & OWN_ROLES:
        seen |= Q(entry__provider=actor.organization)
    under = reviewed_by(actor)
    if under:
        seen |= Q(entry__provider__in=under, state__in=REPORTED, submitted_on__isnull=False)
    return seen


def reviewed_by(actor: Actor) -> frozenset[UUID]:
    """The departments whose entries this actor reviews; empty without a role of the authority."""
    if actor.organization is None or not actor.roles & {Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER}:
        return frozenset()
    return parties.organizations_under(authority=actor.organization)


def rows(found: Iterable[Revision]) -> tuple[EntryRow, ...]:
    """Revisions selected by `revisions` as rows, in their order; the items of all are counted in one query."""
    held = list(found)
    counts: dict[UUID, dict[str, int]] = {}
    grouped = Item.objects.filter(revision__in=[r.id for r in held]).order_by()
    for revision, share, n in grouped.values_list("revision_id", "share_type").annotate(n=Count("id")):
        counts.setdefault(revision, {})[share] = n
    return tuple(_row(r, counts.get(r.id, {})) for r in held)


def _row(found: Revision, items: Mapping[str, int]) -> EntryRow:
    entry, provider = found.entry, found.entry.provider
    return EntryRow(
        id=entry.id,
        guide_code=entry.guide_code,
        short_code=entry.short_code,
        name=found.name,
        provider_id=provider.id,
        provider_code=provider.code,
        provider_name=provider.name,
        provider_short=provider.short_name,
        office=found.provider_office,
        jurisdiction=provider.jurisdiction,
        theme=found.theme,
        update_cycle=found.update_cycle,
        share_type=found.share_type,
        open_flag=found.open_flag,
        is_source=entry.is_source,
        state=EntryState(found.state),
        version=found.number,
        published_on=found.published_on,
        due_on=found.due_on,
        due_provisional=found.due_provisional,
        item_count=sum(items.values()),
        unconditional=items.get(ShareType.UNCONDITIONAL, 0),
        conditional=items.get(ShareType.CONDITIONAL, 0),
        withheld=items.get(ShareType.WITHHELD, 0),
        updated_at=found.updated_at,
    )
