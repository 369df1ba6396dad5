"""From a duty to the catalogue (职责 → 事项 → 材料、结果 → 目录): what each document of a matter still owes.  Pure.

A result is owed an entry (条例 第十二条); a material that an organ once issued must not be asked for where sharing
gives it (条例 第十九条).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from zhengtong.catalog.rules.terms import DocumentDirection


class DocumentState(StrEnum):
    """Where a material or a result stands."""

    CATALOGUED = "catalogued"  # 结果已编目
    OWED = "owed"  # 结果应编未编
    ASKED = "asked"  # 材料由申请人提交
    OFFICIAL = "official"  # 材料由机关出具，仍由申请人提交
    SHARED = "shared"  # 材料可以共享获取，仍在收取
    CUT = "cut"  # 材料不再收取


STATE_WORDS: dict[DocumentState, tuple[str, str]] = {
    DocumentState.CATALOGUED: ("已编入目录", "In the catalogue"),
    DocumentState.OWED: ("应编未编", "Not yet in the catalogue"),
    DocumentState.ASKED: ("申请人自备", "The applicant's own"),
    DocumentState.OFFICIAL: ("机关出具，申请人提交", "Issued by an organ, brought by the applicant"),
    DocumentState.SHARED: ("可以共享获取，仍在收取", "Sharing gives it, still asked for"),
    DocumentState.CUT: ("不再收取", "No longer asked for"),
}


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a department has come: results in the catalogue, official materials got by sharing (材料减免)."""

    results: int = 0
    catalogued: int = 0
    official: int = 0  # materials that organs issue, the cut ones included
    shared: int = 0  # of these: sharing gives it, still asked for
    cut: int = 0  # of these: no longer asked for

    @property
    def owed(self) -> int:
        """Results without an entry in force."""
        return self.results - self.catalogued

    @property
    def open(self) -> int:
        """Official materials that nothing offers yet: each is a demand (需求)."""
        return self.official - self.shared - self.cut


def document_state(
    direction: DocumentDirection, *, catalogued: bool, official: bool, shared: bool, ended: bool
) -> DocumentState:
    """Where a document stands, by what is known of it."""
    if direction is DocumentDirection.RESULT:
        return DocumentState.CATALOGUED if catalogued else DocumentState.OWED
    if ended:
        return DocumentState.CUT
    if shared:
        return DocumentState.SHARED
    return DocumentState.OFFICIAL if official else DocumentState.ASKED


def completeness(states: Iterable[DocumentState]) -> Completeness:
    """Counted over the documents of a department."""
    held = list(states)
    count = held.count
    catalogued, shared, cut = (
        count(state) for state in (DocumentState.CATALOGUED, DocumentState.SHARED, DocumentState.CUT)
    )
    return Completeness(
        results=catalogued + count(DocumentState.OWED),
        catalogued=catalogued,
        official=count(DocumentState.OFFICIAL) + shared + cut,
        shared=shared,
        cut=cut,
    )
