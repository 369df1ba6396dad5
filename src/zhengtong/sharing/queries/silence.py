"""What nobody has done by its day (无人办理的上报): it comes to the head of who owes it and to the data authority.

Requests and deliveries have their lines in `inbox`; here are corrections (第二十六条), disposals of ended grants
(第二十七条) and demands whose source department has not catalogued (第十九条).  Provisional days escalate nothing.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db.models import Q

from zhengtong.kernel.actors import Actor
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Correction, Demand, Disposal
from zhengtong.sharing.queries.corrections import ARTICLE_CORRECTION, CorrectionLine, correction_lines
from zhengtong.sharing.queries.demands import ARTICLE_SOURCE, demand_lines
from zhengtong.sharing.queries.disposals import owed_cards
from zhengtong.sharing.queries.records import InboxCard
from zhengtong.sharing.queries.scope import organs
from zhengtong.sharing.rules import OPEN_DEMANDS, CorrectionState, DisposalState

SILENT_MAX = 200


def silent_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    """What others have let pass that the actor answers for: as the head of its department, as the authority."""
    organ = actor.organization
    if organ is None:
        return []
    whose = set[UUID]()
    if actor.has(Role.SHARING_OFFICE_HEAD):
        whose.add(organ)
    if actor.has(Role.AUTHORITY_REVIEWER):
        whose |= parties.organizations_under(authority=organ)
    return _corrections(whose, on=on) + _disposals(whose, on=on) + _demands(whose, on=on) if whose else []


def correction_card(line: CorrectionLine, *, verb: str) -> InboxCard:
    """A correction as a card; one that is answered has no day any more."""
    return InboxCard(
        kind="correction", id=line.id, number=line.number, title=f"{line.entry_name} · {line.item_name}",
        consumer=line.consumer, provider=line.provider, verb=verb, due_on=None if line.answered_on else line.due_on,
        provisional=line.provisional, remaining=line.remaining, late=line.late and not line.answered_on,
        article=ARTICLE_CORRECTION,
    )  # fmt: skip


def _corrections(whose: set[UUID], *, on: date) -> list[InboxCard]:
    passed = Q(state=str(CorrectionState.FILED), due_on__lt=on, due_provisional=False)
    found = Correction.objects.filter(passed, provider__in=whose).order_by("due_on", "number")[:SILENT_MAX]
    return [correction_card(line, verb="urge_correction") for line in correction_lines(found, on=on)]


def _disposals(whose: set[UUID], *, on: date) -> list[InboxCard]:
    passed = Q(state=str(DisposalState.OWED), due_on__lt=on, due_provisional=False)
    found = (
        Disposal.objects.filter(passed, grant__consumer__in=whose)
        .select_related("grant__request")
        .order_by("due_on")[:SILENT_MAX]
    )
    return [replace(card, verb="urge_disposal") for card in owed_cards(found, on=on)]


def _demands(whose: set[UUID], *, on: date) -> list[InboxCard]:
    passed = Q(state__in=[str(state) for state in OPEN_DEMANDS], met_by__isnull=True, catalog_by__lt=on)
    rows = list(Demand.objects.filter(passed, source__in=whose).order_by("catalog_by", "number")[:SILENT_MAX])
    known = organs(row.source_id for row in rows)
    return [
        InboxCard(
            kind="demand", id=line.id, number=line.number, title=line.what, consumer=line.consumer,
            provider=known[row.source_id], verb="urge_catalogue", due_on=line.catalog_by, provisional=False,
            remaining=None, late=True, article=ARTICLE_SOURCE,
        )
        for row, line in zip(rows, demand_lines(rows, on=on), strict=True)
        if row.source_id
    ]  # fmt: skip
