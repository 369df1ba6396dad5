"""How rows become records: the one place that selects and maps revisions."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhengtong.catalog.models import Revision
from zhengtong.catalog.queries.records import EntryRow
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES, EntryState, ShareType
from zhengtong.kernel.actors import Actor
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role

CURRENT, OPEN = sorted(CURRENT_STATES), sorted(OPEN_STATES)
REPORTED = sorted({EntryState.SUBMITTED, EntryState.AUTHORITY_REVIEW, EntryState.RETURNED})


def revisions() -> QuerySet[Revision]:
    """All revisions with what a row needs; not yet narrowed to what anybody may see."""
    return Revision.objects.select_related("entry__provider").annotate(
        items_all=Count("items"),
        items_u=Count("items", filter=Q(items__share_type=ShareType.UNCONDITIONAL)),
        items_k=Count("items", filter=Q(items__share_type=ShareType.CONDITIONAL)),
        items_w=Count("items", filter=Q(items__share_type=ShareType.WITHHELD)),
    )


def visible(actor: Actor) -> Q:
    """Which revisions an actor may see.

    What is in force: anybody who acts in a role.  What is in work: the department itself, and
    its authority once it was reported.  The system sees all.
    """
    if actor.has("system"):
        return Q()
    if not actor.roles:
        return Q(pk__in=())
    seen = Q(state__in=CURRENT) | Q(entry__provider=actor.organization)
    under = reviewed_by(actor)
    if under:
        seen |= Q(entry__provider__in=under, state__in=REPORTED, submitted_on__isnull=False)
    return seen


def reviewed_by(actor: Actor) -> frozenset[UUID]:
    """The departments whose entries this actor reviews; empty without a role of the authority."""
    if actor.organization is None or not actor.roles & {Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER}:
        return frozenset()
    return parties.organizations_under(authority=actor.organization)


def row(found: Revision) -> EntryRow:
    """A revision selected by `revisions` as a row."""
    entry, provider = found.entry, found.entry.provider
    counted = vars(found)  # the annotations of `revisions`
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
        item_count=counted["items_all"],
        unconditional=counted["items_u"],
        conditional=counted["items_k"],
        withheld=counted["items_w"],
        updated_at=found.updated_at,
    )
