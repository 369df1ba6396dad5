"""Rules of the catalogue (目录规则).  Pure: no database, no clock.

`lifecycle`  from draft to publication and change, as one table
`terms`      sharing types, what an entry and its items say, and how they must agree
`codes`      the resource code of the 2017 guide
`intake`     rows of a file into entries, each fault with row, field and reason
"""

from zhengtong.catalog.rules.codes import GUIDE_CODE, guide_code_is_valid, guide_code_of, guide_prefix_is_valid
from zhengtong.catalog.rules.lifecycle import (
    AUTHORITY_ROLES,
    CURRENT_STATES,
    ENTRY,
    OPEN_STATES,
    PROVIDER_ROLES,
    STATE_LABELS,
    TURNS,
    VERB_LABELS,
    EntryState,
    Turn,
    article_for,
)
from zhengtong.catalog.rules.terms import (
    BasisKind,
    DocumentDirection,
    EntryDraft,
    ItemDraft,
    ShareMode,
    ShareType,
    UpdateCycle,
    derived_share_type,
    entry_findings,
    entry_values,
)

__all__ = [
    "AUTHORITY_ROLES",
    "CURRENT_STATES",
    "ENTRY",
    "GUIDE_CODE",
    "OPEN_STATES",
    "PROVIDER_ROLES",
    "STATE_LABELS",
    "TURNS",
    "VERB_LABELS",
    "BasisKind",
    "DocumentDirection",
    "EntryDraft",
    "EntryState",
    "ItemDraft",
    "ShareMode",
    "ShareType",
    "Turn",
    "UpdateCycle",
    "article_for",
    "derived_share_type",
    "entry_findings",
    "entry_values",
    "guide_code_is_valid",
    "guide_code_of",
    "guide_prefix_is_valid",
]
