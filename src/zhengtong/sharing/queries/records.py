"""What pages, commands and other areas see of sharing (查询结果): frozen, labelled, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.daystrip import DayStrip
from zhengtong.kernel.deadlines import ClockView
from zhengtong.sharing.rules import (
    Gap,
    GrantOrigin,
    GrantState,
    Ground,
    Mode,
    Outcome,
    Quota,
    ReplyForm,
    RequestForm,
    RequestState,
    RowCondition,
    Side,
    UseTerm,
    Wider,
)
from zhengtong.wire.grant import Grant as WireGrant


@dataclass(frozen=True, slots=True)
class Organ:
    """An organization in a list (机构)."""

    id: UUID
    code: str
    name: str
    short_name: str
    is_authority: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, to do what, by when, and why (轮到谁)."""

    side: Side
    organ: str
    verb: str
    due_on: date | None
    provisional: bool
    remaining: int | None
    late: bool
    article: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in a list (申请)."""

    id: UUID
    number: str
    entry: UUID
    entry_code: str
    entry_name: str
    consumer: Organ
    provider: Organ
    purpose: str
    state: RequestState
    received_on: date | None
    due_on: date | None
    provisional: bool
    remaining: int | None
    late: bool
    decided_on: date | None
    limit_id: str
    article: str
    reply_days: int | None = None  # working days the reply took, in the list of answered ones


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of a request with its answer, if there is one yet the reader may see (信息项)."""

    code: str
    name: str
    share_type: ShareType
    outcome: Outcome | None
    mask: str
    ground: Ground | None
    reason: str
    article: str
    alternative: str


@dataclass(frozen=True, slots=True)
class OrganUse:
    """One organ of a request and its uses (使用机构)."""

    position: int
    organ: Organ
    uses: tuple[UseTerm, ...]


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """The one notice of what is missing (一次性告知)."""

    missing: tuple[str, ...]
    note: str
    asked_on: date
    asked_by: str
    answer_note: str
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An extension asked for (延长)."""

    days: int
    reason: str
    asked_on: date
    asked_by: str
    agreed: bool | None
    answered_on: date | None
    answered_by: str
    answer_reason: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, from the event log (经过)."""

    at: datetime
    name: str
    who: str
    acting_for: str = ""  # for whom a substitute acted (代)


@dataclass(frozen=True, slots=True)
class FollowView:
    """The grant a request follows, and in what it goes beyond it."""

    grant: UUID
    number: str
    until: date
    may_open: bool
    wider: tuple[tuple[Wider, tuple[str, ...]], ...]  # names or Modes; empty for a renewal on the same terms


@dataclass(frozen=True, slots=True)
class RequestPage:
    """All of one request that the reader may see."""

    line: RequestLine
    form: RequestForm
    version: int
    items: tuple[ItemLine, ...]
    organs: tuple[OrganUse, ...]
    gaps: tuple[Gap, ...]
    clock: ClockView
    days: DayStrip | None  # why the reply is due on that day
    turn: Turn | None
    verbs: tuple[str, ...]
    drafted_by: str
    approved_by: str
    approved_at: datetime | None
    return_reason: str
    withdraw_reason: str
    notice: NoticeLine | None
    extensions: tuple[ExtensionLine, ...]
    reply: ReplyForm | None  # provider's side only until it is signed; for others without the conditions on rows
    reply_prepared_by: str
    reply_signed: bool
    decided_by: str
    decided_at: datetime | None
    answered_late: bool
    decision_digest: str
    grants: tuple["GrantLine", ...]
    follows: FollowView | None
    siblings: tuple[RequestLine, ...]  # other drafts of the own department for the entry, to take in
    may_part: bool  # a draft of the own department with more than one item or organ
    history: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant in a list (许可)."""

    id: UUID
    number: str
    request: UUID
    request_number: str
    entry: UUID
    entry_code: str
    entry_name: str
    provider: Organ
    consumer: Organ
    purpose: str
    state: GrantState
    valid_from: date
    valid_until: date
    due_on: date | None  # delivery, or rectification while suspended
    provisional: bool
    late: bool
    delivered_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of a grant (字段)."""

    code: str
    name: str
    mask: str
    is_lookup: bool
    is_given: bool  # the value is given
    is_verified: bool  # a value of the consumer's own is compared: yes or no


@dataclass(frozen=True, slots=True)
class GrantPage:
    """All of one grant that the reader may see.  `rows` is empty for the consumer: it sees words and digest."""

    line: GrantLine
    version: int
    fields: tuple[FieldLine, ...]
    modes: tuple[Mode, ...]
    uses: tuple[UseTerm, ...]
    rows: tuple[RowCondition, ...]  # `item` is the item's name here
    rows_note: str
    filter_digest: str
    quota: Quota
    max_rows_stated: bool
    legal_basis: str
    terms_digest: str
    decision_digest: str
    consented_on: date
    clock: ClockView
    days: DayStrip | None  # why the delivery is due on that day
    turn: Turn | None
    verbs: tuple[str, ...]
    breach: str
    suspension_reason: str
    suspended_on: date | None
    rectify_by: date | None
    lift_evidence: str
    end_how: str
    end_reason: str
    filed_number: str
    origin: GrantOrigin
    review_on: date | None
    history: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class InboxCard:
    """One thing that waits for the actor (今天轮到我), with its due date and article."""

    kind: str  # request, grant, correction, demand, dispute, disposal: the page that shows it
    id: UUID
    number: str
    title: str
    consumer: Organ
    provider: Organ
    verb: str
    due_on: date | None
    provisional: bool
    remaining: int | None
    late: bool
    article: str

    @property
    def page(self) -> str:
        """The name of the page that shows it."""
        return f"sharing:{self.kind}"


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers for home and dashboards; each has its list behind it."""

    open: int
    due_today: int
    late: int
    consented: int
    partial: int
    refused: int
    active_grants: int
    median_reply_days: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of the home page (首页数字)."""

    due_today: int
    late: int
    active_grants: int
    median_reply_days: int | None


@dataclass(frozen=True, slots=True)
class PublishedGrant:
    """A grant as exchange signs it: terms with today's status and the provider's row filter."""

    grant: WireGrant
    state: GrantState
    provider: str
    consumer: str
    changed_at: datetime
