"""Facts about requests and replies (申请事件)."""

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


@event("sharing.request.renewal-asked", version=1)
@dataclass(frozen=True, slots=True)
class RenewalAsked(Event):
    """The request would renew or widen a grant in force (条例 第二十五条)."""

    number: str
    grant: UUID


@event("sharing.request.merged", version=1)
@dataclass(frozen=True, slots=True)
class RequestMerged(Event):
    """Other drafts were taken into this one; they are withdrawn (合并申请)."""

    number: str
    merged: tuple[UUID, ...]


@event("sharing.request.parted", version=1)
@dataclass(frozen=True, slots=True)
class RequestParted(Event):
    """Some items or organs of this draft are asked for in a draft of their own (拆分申请)."""

    number: str
    parted: UUID


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
