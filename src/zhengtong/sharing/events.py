"""What has happened in sharing (事件): enough to rebuild every request, grant and clock.

`subject` is the request or the grant.  No personal data: officers are ids, reasons are official
texts about data, not about people.  Legal days are stated, not derived from instants.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.request.drafted", version=1)
@dataclass(frozen=True, slots=True)
class RequestDrafted(Event):
    """A request was begun, or its draft changed (申请起草)."""

    number: str
    entry: UUID
    entry_version: int
    consumer: UUID
    provider: UUID
    form_digest: str
    limit_id: str


@event("sharing.request.submitted", version=1)
@dataclass(frozen=True, slots=True)
class RequestSubmitted(Event):
    """The draft went to the own head (报本部门)."""

    number: str


@event("sharing.request.returned", version=1)
@dataclass(frozen=True, slots=True)
class RequestReturned(Event):
    """The own head sent it back (退回)."""

    number: str
    reason: str


@event("sharing.request.own-approved", version=1)
@dataclass(frozen=True, slots=True)
class RequestOwnApproved(Event):
    """The head of the consumer's sharing office agreed (本部门同意, 条例 第二十条)."""

    number: str


@event("sharing.request.received", version=1)
@dataclass(frozen=True, slots=True)
class RequestReceived(Event):
    """It reached the provider; the reply clock starts (收到, 条例 第二十一条)."""

    number: str
    consumer: UUID
    provider: UUID
    limit_id: str
    received_on: date


@event("sharing.request.supplement-asked", version=1)
@dataclass(frozen=True, slots=True)
class SupplementAsked(Event):
    """The provider told once what is missing (一次性告知)."""

    number: str
    missing: tuple[str, ...]
    asked_on: date


@event("sharing.request.supplemented", version=1)
@dataclass(frozen=True, slots=True)
class RequestSupplemented(Event):
    """The supplement arrived; the clock starts afresh (补充)."""

    number: str
    form_digest: str
    limit_id: str
    supplemented_on: date


@event("sharing.request.extension-asked", version=1)
@dataclass(frozen=True, slots=True)
class ExtensionAsked(Event):
    """The provider asked the authority for more days (报请延长)."""

    number: str
    days: int
    reason: str
    asked_on: date


@event("sharing.request.extended", version=1)
@dataclass(frozen=True, slots=True)
class RequestExtended(Event):
    """The authority agreed and the requester is told (同意延长并告知)."""

    number: str
    consumer: UUID
    days: int
    reason: str
    extended_on: date


@event("sharing.request.extension-declined", version=1)
@dataclass(frozen=True, slots=True)
class ExtensionDeclined(Event):
    """The authority did not agree (不同意延长)."""

    number: str
    reason: str


@event("sharing.request.reply-prepared", version=1)
@dataclass(frozen=True, slots=True)
class ReplyPrepared(Event):
    """A reply was written and waits for its signature (拟写答复)."""

    number: str
    reply_digest: str


@event("sharing.request.reply-signed", version=1)
@dataclass(frozen=True, slots=True)
class ReplySigned(Event):
    """The first of two signatures where the authority answers for its own data (初签)."""

    number: str


@event("sharing.request.decided", version=1)
@dataclass(frozen=True, slots=True)
class RequestDecided(Event):
    """The reply was signed: consent, partial consent or refusal (答复)."""

    number: str
    consumer: UUID
    provider: UUID
    state: str
    granted: int
    verified: int
    refused: int
    decision_digest: str
    decided_on: date
    due_on: date | None  # what it was: a later calendar or limit does not move a closed clock
    late: bool


@event("sharing.request.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class RequestWithdrawn(Event):
    """The consumer withdrew it (撤回)."""

    number: str
    reason: str
    withdrawn_on: date
    due_on: date | None


@event("sharing.grant.issued", version=1)
@dataclass(frozen=True, slots=True)
class GrantIssued(Event):
    """One organ received one grant (许可签发)."""

    number: str
    request: UUID
    provider: UUID
    consumer: UUID
    terms_digest: str
    decision_digest: str
    consented_on: date
    valid_from: date
    valid_until: date


@event("sharing.grant.delivered", version=1)
@dataclass(frozen=True, slots=True)
class GrantDelivered(Event):
    """The provider shares the data (已提供, 条例 第二十二条)."""

    number: str
    provider: UUID
    consumer: UUID
    delivered_on: date


@event("sharing.grant.suspended", version=1)
@dataclass(frozen=True, slots=True)
class GrantSuspended(Event):
    """Misuse: the permission is suspended (暂停, 条例 第二十七条)."""

    number: str
    provider: UUID
    consumer: UUID
    breach: str
    reason: str
    rectify_by: date | None
    suspended_on: date


@event("sharing.grant.lifted", version=1)
@dataclass(frozen=True, slots=True)
class GrantLifted(Event):
    """Rectified: the permission is back (恢复)."""

    number: str
    provider: UUID
    consumer: UUID
    evidence: str
    state: str  # active, or delivering where delivery is still owed
    lifted_on: date


@event("sharing.grant.terminated", version=1)
@dataclass(frozen=True, slots=True)
class GrantTerminated(Event):
    """Sharing ended before its time (终止); `how` is terminate, revoke or relinquish."""

    number: str
    provider: UUID
    consumer: UUID
    how: str
    reason: str
    filed_number: str
    ended_on: date


@event("sharing.grant.expired", version=1)
@dataclass(frozen=True, slots=True)
class GrantExpired(Event):
    """The period of use is over (到期)."""

    number: str
    provider: UUID
    consumer: UUID
    ended_on: date


@event("sharing.correction.filed", version=1)
@dataclass(frozen=True, slots=True)
class CorrectionFiled(Event):
    """A value was said to look wrong (校核申请, 条例 第二十六条); which record and value stay in sealed columns."""

    number: str
    entry: UUID
    item: str
    grant: UUID
    consumer: UUID
    provider: UUID
    filed_on: date


@event("sharing.correction.answered", version=1)
@dataclass(frozen=True, slots=True)
class CorrectionAnswered(Event):
    """The provider verified it and answered; `told` are the other organizations that read the item (反馈)."""

    number: str
    consumer: UUID
    provider: UUID
    outcome: str
    others_found: int
    told: tuple[UUID, ...]
    answered_on: date
    due_on: date
    late: bool


@event("sharing.correction.acknowledged", version=1)
@dataclass(frozen=True, slots=True)
class CorrectionAcknowledged(Event):
    """An organization that was told has read it (已知悉)."""

    number: str
    organization: UUID
    acknowledged_on: date


@event("sharing.demand.raised", version=1)
@dataclass(frozen=True, slots=True)
class DemandRaised(Event):
    """A department needs data for which there may be no entry (共享需求, 条例 第二十条)."""

    number: str
    consumer: UUID
    holder: UUID | None
    raised_on: date


@event("sharing.demand.coordinated", version=1)
@dataclass(frozen=True, slots=True)
class DemandCoordinated(Event):
    """The data authority works on it (协调)."""

    number: str
    note: str


@event("sharing.demand.met", version=1)
@dataclass(frozen=True, slots=True)
class DemandMet(Event):
    """There is an entry or a service now (已满足)."""

    number: str
    entry: UUID | None
    note: str
    ended_on: date


@event("sharing.demand.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class DemandWithdrawn(Event):
    """It is no longer needed (撤回)."""

    number: str
    reason: str
    ended_on: date
