"""What can be asked about the catalogue (目录查询).  Frozen records; deny by default.

`records`  the shapes that leave this area
`lists`    listings with filters, facets, counts, inbox, overdue
`pages`    one entry with items, origins and where it stands
"""

from zhengtong.catalog.queries.lists import (
    entries,
    facets,
    inbox,
    item_holders,
    overdue,
    published_counts,
)
from zhengtong.catalog.queries.pages import contract, documents_of, draft_of, entry, entry_by_code, history, published
from zhengtong.catalog.queries.records import (
    EntryFilters,
    EntryPage,
    EntryRow,
    Facet,
    Facets,
    HistoryLine,
    ItemRow,
    OriginRow,
    SourceRow,
    Standing,
)

__all__ = [
    "EntryFilters",
    "EntryPage",
    "EntryRow",
    "Facet",
    "Facets",
    "HistoryLine",
    "ItemRow",
    "OriginRow",
    "SourceRow",
    "Standing",
    "contract",
    "documents_of",
    "draft_of",
    "entries",
    "entry",
    "entry_by_code",
    "facets",
    "history",
    "inbox",
    "item_holders",
    "overdue",
    "published",
    "published_counts",
]
