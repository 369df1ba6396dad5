"""Exempting queries from notice (免予告知): by the head of the consumer's sharing office, on an article of law."""

from uuid import UUID

from django.db import transaction

from zhengtong.exchange.events import NoticeExempted, NoticeRestored
from zhengtong.exchange.models import NoticeExemption
from zhengtong.exchange.rules.notice import NoticeGround, check_exemption
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role
from zhengtong.sharing.queries import grant_brief

BASIS_CHARS_MAX = 300


@transaction.atomic
def exempt_from_notice(
    *, number: str, ground: NoticeGround, legal_basis: str, reason: str, actor: Actor, clock: Clock
) -> UUID:
    """Keep the queries under a grant from the person, from now on (免予告知).

    Raises:
        NotAllowed: not the head of a sharing office.
        NotFound: no such grant of the own department.
        RuleBroken: no article or reason, or the grant is exempt already.
    """
    if not actor.has(Role.SHARING_OFFICE_HEAD):
        raise NotAllowed("exchange.notice_by_head")
    grant = grant_brief(number=number.strip(), on=clock.today())
    if grant is None or grant.consumer.id != actor.organization:
        raise NotFound("exchange.notice_no_grant", number=number[:40])
    check_exemption(legal_basis=legal_basis, reason=reason)
    if NoticeExemption.objects.filter(grant=str(grant.id), until=None).exists():
        raise RuleBroken("exchange.notice_held", number=grant.number)
    row = NoticeExemption.objects.create(
        id=new_id(clock.now()), grant=str(grant.id), organization_id=grant.consumer.id, jurisdiction=actor.jurisdiction,
        ground=str(ground), legal_basis=legal_basis.strip()[:BASIS_CHARS_MAX], reason=reason.strip(),
        since=clock.now(), set_by=actor.officer,
    )  # fmt: skip
    fact = NoticeExempted(row.id, row.grant, row.ground, row.legal_basis)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


@transaction.atomic
def restore_notice(*, exemption: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Tell the person again of queries from now on; after an emergency also of those before (恢复告知).

    Raises:
        NotAllowed: not the head of a sharing office.
        NotFound: no such exemption of the own department, or it ended.
        RuleBroken: no reason.
    """
    if not actor.has(Role.SHARING_OFFICE_HEAD):
        raise NotAllowed("exchange.notice_by_head")
    rows = NoticeExemption.objects.select_for_update().filter(pk=exemption, organization=actor.organization, until=None)
    row = rows.first()
    if row is None:
        raise NotFound("exchange.notice_none")
    if not reason.strip():
        raise RuleBroken("exchange.notice_needs_reason")
    row.until = clock.now()
    row.save(update_fields=["until"])
    fact = NoticeRestored(row.id, row.grant, reason.strip()[:BASIS_CHARS_MAX])
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
