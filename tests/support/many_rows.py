"""Many requests, grants and exchanges as rows, written in bulk (needs Django): for lists, not for the law.

Rows look as the services would leave them; their events and their parts that no list shows are left out.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from zhengtong.sharing.models import SharingRequest

BATCH = 1_000
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
STATES = ("received", "consented", "received", "refused", "partly_consented", "extended", "consented", "own_review")
GRANT_STATES = ("active", "active", "delivering", "expired", "suspended")
_DECIDED = frozenset({"consented", "refused", "partly_consented"})
_SOMEBODY = UUID(int=7)


def requests(number: int, *, entries: Sequence[UUID], organs: Sequence[tuple[UUID, str]], first: int = 1) -> None:
    """So many requests among organizations (id, place), in all states, each with its applying organ; with replies."""
    from zhengtong.sharing.models import Reply, RequestBeneficiary, SharingRequest

    for start in range(first, first + number, BATCH):
        rows, organs_named, replies = list[SharingRequest](), list[RequestBeneficiary](), list[Reply]()
        for n in range(start, min(start + BATCH, first + number)):
            row = _request(n, entries, organs)
            rows.append(row)
            organs_named.append(RequestBeneficiary(request=row, position=1, organization_id=row.consumer_id))
            if row.state == "received" and n % 3 == 0:
                replies.append(Reply(request=row, filter_salt="00", prepared_at=AT, prepared_by=_SOMEBODY))
        SharingRequest.objects.bulk_create(rows)
        RequestBeneficiary.objects.bulk_create(organs_named)
        Reply.objects.bulk_create(replies)


def _request(n: int, entries: Sequence[UUID], organs: Sequence[tuple[UUID, str]]) -> "SharingRequest":
    from zhengtong.sharing.models import SharingRequest

    state = STATES[n % len(STATES)]
    provider, consumer = organs[n % len(organs)], organs[(n * 7 + 1 + n % len(organs)) % len(organs)]
    if consumer == provider:
        consumer = organs[(n + 1) % len(organs)]
    day = DAY - timedelta(days=n % 300)
    decided = state in _DECIDED
    sent = state != "own_review"
    return SharingRequest(
        id=uuid.uuid4(), number=f"{100_000 + n}", entry_id=entries[n % len(entries)], entry_version=1,
        entry_code=f"307/{n % len(entries):06d}", entry_name=f"数据目录条目{n % len(entries)}", consumer_id=consumer[0],
        provider_id=provider[0], jurisdiction=provider[1], purpose=f"办理事项{n}", modes=["query"], state=state,
        drafted_at=AT, drafted_by=_SOMEBODY, approved_at=AT if sent else None, approved_by=_SOMEBODY if sent else None,
        limit_id="sharing.reply", received_on=day if sent else None, received_at=AT if sent else None,
        due_on=day + timedelta(days=14) if sent else None, decided_at=AT if decided else None,
        decided_by=_SOMEBODY if decided else None, decided_on=day + timedelta(days=9) if decided else None,
        decision="{}" if decided else "", decision_digest="sha256:0" if decided else "",
    )  # fmt: skip


def grants(number: int) -> None:
    """Grants of the first consented requests."""
    from zhengtong.sharing.models import Grant, SharingRequest

    rows = SharingRequest.objects.filter(state="consented", grants__isnull=True).order_by("number")[:number]
    made = list[Grant]()
    for n, row in enumerate(rows):
        state = GRANT_STATES[n % len(GRANT_STATES)]
        made.append(
            Grant(
                id=uuid.uuid4(), number=f"{row.number}-1", request=row, provider_id=row.provider_id,
                consumer_id=row.consumer_id, terms="{}", terms_digest="sha256:0",
                decision_digest="sha256:0", state=state,
                changed_at=AT, issued_at=AT, consented_on=DAY, valid_from=DAY, valid_until=DAY + timedelta(days=365),
                deliver_due_on=DAY + timedelta(days=28), delivered_on=DAY if state == "active" else None,
                delivered_at=AT if state == "active" else None, delivered_by=_SOMEBODY if state == "active" else None,
                breach="U2" if state == "suspended" else "", suspension_reason="整改" if state == "suspended" else "",
                rectify_by=DAY if state == "suspended" else None, suspended_on=DAY if state == "suspended" else None,
                suspended_at=AT if state == "suspended" else None,
                suspended_by=_SOMEBODY if state == "suspended" else None,
                ended_on=DAY if state == "expired" else None,
            )
        )  # fmt: skip
    Grant.objects.bulk_create(made, batch_size=BATCH)


def exchanges(number: int, *, first: int = 1) -> None:
    """Exchanges under the grants there are, between nodes with the codes of their organizations; nodes too."""
    from zhengtong.exchange.models import ExchangeRecord, Node
    from zhengtong.sharing.models import Grant

    columns = ("id", "provider", "provider__code", "consumer", "consumer__code")
    held = list(Grant.objects.order_by("number").values_list(*columns))
    organs = {code: organ for _, p, p_code, c, c_code in held for organ, code in ((p, p_code), (c, c_code))}
    known = set(Node.objects.values_list("code", flat=True))
    Node.objects.bulk_create(
        Node(
            id=uuid.uuid4(), code=code, organization_id=organ, state="active", invited_at=AT, invited_by=_SOMEBODY,
            joined_at=AT, decided_at=AT, decided_by=_SOMEBODY, address=f"http://{code}.test", last_seen_at=AT,
        )
        for code, organ in organs.items()
        if code not in known
    )  # fmt: skip
    made = (
        ExchangeRecord(
            id=uuid.uuid4(), exchange=f"x{n}", grant=str(grant), granted=True, provider=provider, consumer=consumer,
            at=AT - timedelta(minutes=n), outcome="answered", rows=1, match="equal", compared_at=AT,
        )
        for n in range(first, first + number)
        for grant, _, provider, _, consumer in [held[n % len(held)]]
    )  # fmt: skip
    ExchangeRecord.objects.bulk_create(made, batch_size=BATCH)
