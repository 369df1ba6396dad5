"""Catalogues of others (目录汇聚).  Pure: no database, no clock, no network.

`reading`   a file of another's catalogue, in any of four forms
`faults`    what is wrong with data.json, field by field
`snapshots` what is new, changed, missing and gone since the last time
"""

from zhengtong.catalog.rules.harvest.faults import faults, profile_of
from zhengtong.catalog.rules.harvest.reading import BYTES_MAX, read_foreign
from zhengtong.catalog.rules.harvest.records import Foreign, ForeignCatalogue, ForeignForm
from zhengtong.catalog.rules.harvest.snapshots import Known, Move, Relation, Standing, compared, counted

RELATION_LABELS = {
    Relation.UPPER: ("上级回流", "Returned from above"),
    Relation.LOWER: ("下级上报", "Reported from below"),
    Relation.PEER: ("同级或者其他目录", "Of the same level, or elsewhere"),
}
STANDING_LABELS = {
    Standing.PRESENT: ("在列", "Listed"),
    Standing.MISSING: ("上次未见", "Not seen last time"),
    Standing.GONE: ("已注销", "Gone"),
}
MOVE_LABELS = {
    Move.NEW: ("新增", "new"),
    Move.CHANGED: ("变更", "changed"),
    Move.SAME: ("未变", "unchanged"),
    Move.BACK: ("重现", "back again"),
    Move.MISSING: ("未见", "not seen"),
    Move.GONE: ("注销", "gone"),
}

__all__ = [
    "BYTES_MAX",
    "MOVE_LABELS",
    "RELATION_LABELS",
    "STANDING_LABELS",
    "Foreign",
    "ForeignCatalogue",
    "ForeignForm",
    "Known",
    "Move",
    "Relation",
    "Standing",
    "compared",
    "counted",
    "faults",
    "profile_of",
    "read_foreign",
]
