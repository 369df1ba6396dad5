"""Facts about catalogues of others and reports upward (目录汇聚与上报事件)."""

from dataclasses import dataclass

from zhengtong.kernel.events import Event, event


@event("catalog.source.added", version=1)
@dataclass(frozen=True, slots=True)
class SourceAdded(Event):
    """Another catalogue is taken in from now on."""

    code: str
    name: str
    relation: str


@event("catalog.source.taken", version=1)
@dataclass(frozen=True, slots=True)
class CatalogueTaken(Event):
    """A file of a source was compared and kept; `digest` is its SHA-256."""

    number: int
    digest: str
    form: str
    new: int
    changed: int
    back: int
    missing: int
    gone: int
    faults: int


@event("catalog.reported-upward", version=1)
@dataclass(frozen=True, slots=True)
class CatalogueReported(Event):
    """The catalogue in force was reported to the level above; `digest` is the SHA-256 of the snapshot."""

    receiver: str
    serial: int
    digest: str
    entries: int
