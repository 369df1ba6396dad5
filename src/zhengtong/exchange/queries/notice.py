"""Queries exempt from notice (免予告知): counted for the auditor of the region, listed for the own head."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, DateTimeField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from zhengtong.exchange.models import ExchangeRecord, NoticeExemption
from zhengtong.exchange.rules.notice import Exemption, NoticeGround
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events import JsonValue
from zhengtong.kernel.paging import Page, cut, key, size
from zhengtong.parties.rules import Role
from zhengtong.sharing.queries import grant_briefs
from zhengtong.sharing.queries.scope import region_prefix

OPEN_END = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ExemptLine:
    """An exemption with how many queries it covers; which queries is shown to nobody here (免予告知)."""

    id: UUID
    number: str
    resource: str
    consumer: str
    ground: NoticeGround
    legal_basis: str
    reason: str
    since: datetime
    until: datetime | None
    count: int | None  # None: not for this reader
    may_end: bool


def exempt(*, actor: Actor, clock: Clock, after: str = "", rows: int | None = None) -> Page[ExemptLine]:
    """Exemptions of the auditor's region with counts, or of the own department without, newest first.

    Raises NotAllowed: neither auditor nor head of a sharing office.
    """
    auditor, count = actor.has(Role.AUDITOR), size(rows)
    found = _visible(actor)
    found = found.filter(id__lt=key(after)) if after else found
    until = Coalesce(OuterRef("until"), Value(OPEN_END, output_field=DateTimeField()))
    answered = ExchangeRecord.objects.filter(
        grant=OuterRef("grant"), granted=True, outcome="answered", at__gte=OuterRef("since"), at__lt=until
    )
    counted = answered.order_by().values("grant").annotate(n=Count("id")).values("n")
    held = list(found.order_by("-id")[: count + 1])
    numbers = NoticeExemption.objects.filter(id__in=[row.id for row in held]).annotate(n=Subquery(counted))
    counts = {one: n or 0 for one, n in numbers.values_list("id", "n")}
    briefs = grant_briefs(ids=[UUID(row.grant) for row in held], on=clock.today())
    lines = list[tuple[str, ExemptLine]]()
    for row in held:
        brief = briefs[UUID(row.grant)]
        line = ExemptLine(
            row.id, brief.number, brief.entry_name, brief.consumer.short_name, NoticeGround(row.ground),
            row.legal_basis, row.reason, row.since, row.until, counts.get(row.id, 0) if auditor else None,
            row.until is None and row.organization_id == actor.organization and actor.has(Role.SHARING_OFFICE_HEAD),
        )  # fmt: skip
        lines.append((str(row.id), line))
    return cut(lines, rows=count)


def exemptions_of(grants: Iterable[str]) -> tuple[Exemption, ...]:
    """What keeps queries under these grants from a person; for `rules.notice.shown_to_person`."""
    rows = NoticeExemption.objects.filter(grant__in=set(grants)).order_by("since")
    return tuple(Exemption(row.grant, NoticeGround(row.ground), row.since, row.until) for row in rows)


def exemptions_for_rebuild() -> dict[str, dict[str, JsonValue]]:
    """What the rows of exemptions say, for the rebuild check."""
    return {
        f"exemption/{row.id}": {"grant": row.grant, "ground": row.ground, "ended": row.until is not None}
        for row in NoticeExemption.objects.all()
    }


def _visible(actor: Actor) -> QuerySet[NoticeExemption]:
    if actor.has(Role.AUDITOR):
        return NoticeExemption.objects.filter(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    if actor.has(Role.SHARING_OFFICE_HEAD) and actor.organization is not None:
        return NoticeExemption.objects.filter(organization=actor.organization)
    raise NotAllowed("exchange.notice_for_auditors")
