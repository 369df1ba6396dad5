"""The shapes in which the catalogue answers (目录记录)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhengtong.catalog.rules import STATE_LABELS, DocumentDirection, EntryState, ShareType, article_for
from zhengtong.standards.rules import Finding


@dataclass(frozen=True, slots=True)
class EntryFilters:
    """What a listing is narrowed to; empty means all.

    `scope`: "published" the current revisions of everybody, "open" the revisions being worked on
    that the actor may see, "mine" all revisions in work or in force of the actor's organization.
    """

    text: str = ""
    provider: str = ""  # code of the organization
    share_type: str = ""
    theme: str = ""
    state: str = ""
    cycle: str = ""
    open: str = ""  # "1": those open to the public
    level: str = ""
    place: str = ""  # jurisdiction of the provider
    scope: str = "published"

    @property
    def narrowed(self) -> bool:
        """Whether any value to narrow by is chosen."""
        return any((self.provider, self.share_type, self.theme, self.cycle, self.open, self.level, self.place))


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of a listing (目录条目)."""

    id: UUID
    guide_code: str
    short_code: str
    name: str
    provider_id: UUID
    provider_code: str
    provider_name: str
    provider_short: str
    office: str
    jurisdiction: str
    theme: str
    update_cycle: str
    share_type: str
    open_flag: bool
    is_source: bool
    state: EntryState
    version: int
    published_on: date | None
    due_on: date | None
    due_provisional: bool
    item_count: int
    unconditional: int
    conditional: int
    withheld: int
    updated_at: datetime

    @property
    def cites(self) -> str:
        """The article behind the turn it is (依据)."""
        return article_for(self.state, timed=self.due_on is not None)

    @property
    def share(self) -> ShareType | None:
        return ShareType(self.share_type) if self.share_type else None

    def state_label(self, lang: str) -> str:
        return STATE_LABELS[self.state][1 if lang == "en" else 0]

    def late(self, on: date) -> bool:
        """Whether the due date has passed; never on a provisional date."""
        return self.due_on is not None and not self.due_provisional and on > self.due_on


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item with the terms that hold for it (信息项): its own, else the entry's."""

    position: int
    code: str
    name: str
    data_type: str
    length: str
    share_type: ShareType
    condition: str
    range: str
    purpose: str
    legal_basis: str
    basis_kind: str
    reason: str
    is_personal: bool
    is_lookup: bool
    code_list: str
    source_code: str  # guide code of the entry named as source of this item (数源), or ""


@dataclass(frozen=True, slots=True)
class OriginRow:
    """Where an entry comes from: duty → matter → material or result (来源)."""

    document_id: UUID
    duty_code: str
    duty: str
    legal_basis: str
    matter_code: str
    matter: str
    direction: DocumentDirection
    document: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a revision stands, whose turn it is, by when, and why (办理状态)."""

    state: EntryState
    role: str  # of parties.rules.Role, or "" when it is nobody's turn
    organ: str  # short name of the organization whose turn it is
    due_on: date | None
    provisional: bool
    cites: str
    verbs: tuple[str, ...]  # what this actor can do now
    return_reason: str
    change_reason: str

    def late(self, on: date) -> bool:
        """Whether the due date has passed; never on a provisional date."""
        return self.due_on is not None and not self.provisional and on > self.due_on


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One revision of an entry with everything it says (目录条目详情)."""

    row: EntryRow
    revision: UUID
    abstract: str
    industry: str
    service_class: str
    form_class: str
    format: str
    share_modes: tuple[str, ...]
    conditions: str
    range: str
    purpose: str
    legal_basis: str
    basis_kind: str
    reason: str
    review_on: date | None
    open_conditions: str
    data_class: str
    data_grade: str
    secrecy_review: str
    pi_assessment: str
    contains_personal: bool
    source_system: str
    items: tuple[ItemRow, ...]
    origins: tuple[OriginRow, ...]
    sources: tuple[str, ...]  # names of items this entry is the source of
    standing: Standing
    open_version: int | None  # the revision in work that this actor may see, if it is not this one
    current_version: int | None
    findings: tuple[Finding, ...]  # only of a revision in work
    submitted_on: date | None
    signed_by: UUID | None

    @property
    def is_source(self) -> bool:
        return self.row.is_source

    def item(self, code: str) -> ItemRow | None:
        """The item of a code, None if the revision has none."""
        return next((item for item in self.items if item.code == code), None)


@dataclass(frozen=True, slots=True)
class Facet:
    """One value to narrow by, and how many entries it leaves (分面)."""

    value: str
    label_zh: str
    label_en: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Values to narrow a listing by; each kind counted as if nothing of its own were chosen."""

    total: int = 0  # with everything that is chosen
    providers: tuple[Facet, ...] = ()
    share_types: tuple[Facet, ...] = ()
    cycles: tuple[Facet, ...] = ()
    themes: tuple[Facet, ...] = ()
    opens: tuple[Facet, ...] = ()
    levels: tuple[Facet, ...] = ()
    places: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class HitNote:
    """Where else than in its name an entry has what was looked for (命中位置)."""

    items: tuple[str, ...]  # names of items
    excerpt: str  # of the abstract


@dataclass(frozen=True, slots=True)
class WordCount:
    """One of the words somebody looked for, and how many entries it alone finds."""

    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What to try where a search finds nothing (未命中建议)."""

    words: tuple[WordCount, ...]
    without_filters: int = 0


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event in the life of an entry (办理记录)."""

    at: datetime
    name: str  # event name
    version: int
    who: str
    acting_for: str
    note: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Who lists an item of a name, and which of them is the source (同名信息项)."""

    entry: UUID
    guide_code: str
    entry_name: str
    provider: str
    is_named: bool
