"""What a printed paper is checked against (文书核验): its number, day, organ and digest, never its content."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import cast
from uuid import UUID

from zhengtong.parties import queries as parties
from zhengtong.sharing.documents import form_to_json
from zhengtong.sharing.models import Grant, SharingRequest
from zhengtong.sharing.queries.forms_of import form_of
from zhengtong.sharing.rules import GrantState, RequestState
from zhengtong.wire import canonical
from zhengtong.wire.suites import digest_text


class PaperKind(StrEnum):
    """What can be printed about a sharing (文书种类)."""

    REQUEST = "request"  # 共享申请表
    REPLY = "reply"  # 答复书
    GRANT = "grant"  # 授权清单


class PaperState(StrEnum):
    """Whether what a paper says still holds."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    ENDED = "ended"  # withdrawn, terminated, expired


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A paper as a checker sees it (文书要素)."""

    kind: PaperKind
    id: UUID  # of the request or the grant
    number: str
    organ: str  # who issued it
    dated_on: date
    digest: str  # of what is printed
    state: PaperState
    ended_on: date | None


def paper(*, kind: PaperKind, number: str) -> PaperFacts | None:
    """A paper by its number, or None; no actor: the caller holds a code that only the paper bears."""
    if kind is PaperKind.GRANT:
        grant = Grant.objects.filter(number=number).first()
        return _of_grant(grant) if grant else None
    row = SharingRequest.objects.filter(number=number, received_on__isnull=False).first()
    if row is None or (kind is PaperKind.REPLY and not row.decision):
        return None
    return _of_request(row) if kind is PaperKind.REQUEST else _of_reply(row)


def _of_request(row: SharingRequest) -> PaperFacts:
    assert row.received_on is not None
    gone = row.state == RequestState.WITHDRAWN
    return PaperFacts(
        kind=PaperKind.REQUEST,
        id=row.id,
        number=row.number,
        organ=parties.organization(id=row.consumer_id).name,
        dated_on=row.received_on,
        digest=digest_text(canonical.encode(cast("canonical.Json", form_to_json(form_of(row))))),
        state=PaperState.ENDED if gone else PaperState.IN_FORCE,
        ended_on=row.withdrawn_on,
    )


def _of_reply(row: SharingRequest) -> PaperFacts:
    assert row.decided_on is not None
    return PaperFacts(
        kind=PaperKind.REPLY,
        id=row.id,
        number=row.number,
        organ=parties.organization(id=row.provider_id).name,
        dated_on=row.decided_on,
        digest=digest_text(row.decision.encode()),  # of the bytes kept, not of what the row says of them
        state=PaperState.IN_FORCE,
        ended_on=None,
    )


def _of_grant(row: Grant) -> PaperFacts:
    states = {GrantState.SUSPENDED: PaperState.SUSPENDED}
    ended = GrantState(row.state) in {GrantState.TERMINATED, GrantState.EXPIRED}
    return PaperFacts(
        kind=PaperKind.GRANT,
        id=row.id,
        number=row.number,
        organ=parties.organization(id=row.provider_id).name,
        dated_on=row.consented_on,
        digest=digest_text(row.terms.encode()),
        state=PaperState.ENDED if ended else states.get(GrantState(row.state), PaperState.IN_FORCE),
        ended_on=row.ended_on,
    )
