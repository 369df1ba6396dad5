"""The breaches that the Decree names (条例 第三十九至四十一条), as a table; only detectors that exist may claim one.

P1 to P8 are the provider's (第三十九条), U1 to U6 the consumer's (第四十条), A1 and A2 the data authority's
(第四十一条).  The ids are ours [D]; each item's catch-all (其他情形) is for people, not for a detector.
"""

from dataclasses import dataclass
from enum import StrEnum

from zhengtong.kernel.messages import Lang
from zhengtong.regulations import law
from zhengtong.regulations.law import Party


class Detector(StrEnum):
    """What finds a breach by itself; empty: nothing does yet, and nothing is claimed."""

    NONE = ""
    LATE_REPLY_OR_DELIVERY = "late_reply_or_delivery"
    LATE_CORRECTION = "late_correction"
    LATE_CATALOG_UPDATE = "late_catalog_update"
    REFUSAL_WITHOUT_GROUND = "refusal_without_ground"
    SERVICE_DROPPED = "service_dropped"
    SUSPENDED_FOR_MISUSE = "suspended_for_misuse"
    LATE_MEDIATION = "late_mediation"
    SOURCE_NOT_HELPED = "source_not_helped"
    NOT_FLOWED_BACK = "not_flowed_back"
    NOT_JOINED = "not_joined"
    NO_USE_RECORDS = "no_use_records"
    INCIDENT_OPEN = "incident_open"
    LATE_DISPOSAL = "late_disposal"
    ASKED_THOUGH_SHARED = "asked_though_shared"
    SOURCE_NOT_NAMED = "source_not_named"


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach with its place in the Decree.  The words shorten the item; the Decree decides."""

    id: str
    article: int
    item: int
    party: Party
    zh: str
    en: str
    detector: Detector
    named: law.NamedBreach

    @property
    def open(self) -> bool:
        """Whether it is the catch-all of its article (其他情形), which only a person claims."""
        return self.named.open

    def cites(self, lang: Lang = "zh") -> str:
        """The item as a citation: 政务数据共享条例 第三十九条第（四）项 / Decree 809, art. 39 (4)."""
        return self.named.cites(lang)

    def name(self, lang: Lang = "zh") -> str:
        """The breach in the reader's language."""
        return self.en if lang == "en" else self.zh


DETECTED = {  # which breaches something finds by itself
    "P1": Detector.LATE_CATALOG_UPDATE,
    "P2": Detector.REFUSAL_WITHOUT_GROUND,
    "P3": Detector.SOURCE_NOT_HELPED,
    "P4": Detector.LATE_REPLY_OR_DELIVERY,
    "P5": Detector.NOT_FLOWED_BACK,
    "P6": Detector.LATE_CORRECTION,
    "P7": Detector.SERVICE_DROPPED,
    "P8": Detector.NOT_JOINED,
    "U1": Detector.ASKED_THOUGH_SHARED,
    "U2": Detector.SUSPENDED_FOR_MISUSE,
    "U3": Detector.SUSPENDED_FOR_MISUSE,
    "U4": Detector.LATE_DISPOSAL,
    "U5": Detector.NO_USE_RECORDS,
    "U6": Detector.INCIDENT_OPEN,
    "A1": Detector.SOURCE_NOT_NAMED,
    "A2": Detector.LATE_MEDIATION,
}
BREACHES: dict[str, Breach] = {
    one.id: Breach(one.id, one.article, one.item, one.party, one.zh, one.en, DETECTED.get(one.id, Detector.NONE), one)
    for one in law.breaches()
}


def with_detector() -> tuple[Breach, ...]:
    """The breaches that are found without a person."""
    return tuple(one for one in BREACHES.values() if one.detector)


def breach_of_limit(on_expiry: str) -> Breach | None:
    """The breach that a passed limit is (`on_expiry` of the limit), if a detector claims it."""
    found = BREACHES.get(on_expiry)
    return found if found is not None and found.detector else None
