"""What can be asked about the catalogue (目录查询).  Frozen records; deny by default.

`records`  the shapes that leave this area
`lists`    listings with filters, facets, counts, inbox, overdue
`search`   ranked hits in what is in force, and what to try where there are none
`listings` a file as it would be taken, decisions about columns
`pages`    one entry with items, origins and where it stands
`duties`   duties, matters, materials and results, and what these still owe the catalogue
`harvested` what was taken in of other catalogues, and what was reported upward
`passing`  the catalogue as it is passed on to society and to departments
"""

from zhengtong.catalog.queries.breaches import LateUpdate, late_updates, not_in_force, updated_after_all
from zhengtong.catalog.queries.duties import (
    DepartmentLine,
    DutyLine,
    DutyPage,
    EntryLink,
    document_owner,
    duty_overview,
    duty_page,
    matters_by_code,
    may_see_duties,
)
from zhengtong.catalog.queries.harvested import (
    HarvestedLine,
    ReportLine,
    RunLine,
    SourceLine,
    SourcePage,
    may_harvest,
    reports,
    source,
    source_id,
    sources,
)
from zhengtong.catalog.queries.listings import (
    DecisionRow,
    ReadLine,
    ReadTable,
    column_decisions,
    department_signature,
    read_listing,
    samples,
)
from zhengtong.catalog.queries.lists import (
    entries,
    facets,
    inbox,
    item_holders,
    overdue,
    published_counts,
)
from zhengtong.catalog.queries.months import EntryFigure, EntryLine, entry_counts, entry_list
from zhengtong.catalog.queries.negative import WithheldLine, negative_list
from zhengtong.catalog.queries.pages import contract, documents_of, draft_of, entry, entry_by_code, history, published
from zhengtong.catalog.queries.passing import (
    START_MAX,
    departments,
    found_on,
    home,
    open_entries,
    open_total,
    passed_by_code,
    passed_on,
    passed_one,
)
from zhengtong.catalog.queries.recollection import (
    asked_though_shared,
    settled_materials,
    sourced_since,
    sources_named,
    unsourced,
)
from zhengtong.catalog.queries.records import (
    Advice,
    EntryFilters,
    EntryPage,
    EntryRow,
    Facet,
    Facets,
    HistoryLine,
    HitNote,
    ItemRow,
    OriginRow,
    SourceRow,
    Standing,
    WordCount,
)
from zhengtong.catalog.queries.search import Reading, advice, notes, taken_as, understood
from zhengtong.catalog.rules.federation import Home

__all__ = [
    "START_MAX",
    "Advice",
    "DecisionRow",
    "DepartmentLine",
    "DutyLine",
    "DutyPage",
    "EntryFigure",
    "EntryFilters",
    "EntryLine",
    "EntryLink",
    "EntryPage",
    "EntryRow",
    "Facet",
    "Facets",
    "HarvestedLine",
    "HistoryLine",
    "HitNote",
    "Home",
    "ItemRow",
    "LateUpdate",
    "OriginRow",
    "ReadLine",
    "ReadTable",
    "Reading",
    "ReportLine",
    "RunLine",
    "SourceLine",
    "SourcePage",
    "SourceRow",
    "Standing",
    "WithheldLine",
    "WordCount",
    "advice",
    "asked_though_shared",
    "column_decisions",
    "contract",
    "department_signature",
    "departments",
    "document_owner",
    "documents_of",
    "draft_of",
    "duty_overview",
    "duty_page",
    "entries",
    "entry",
    "entry_by_code",
    "entry_counts",
    "entry_list",
    "facets",
    "found_on",
    "history",
    "home",
    "inbox",
    "item_holders",
    "late_updates",
    "matters_by_code",
    "may_harvest",
    "may_see_duties",
    "negative_list",
    "not_in_force",
    "notes",
    "open_entries",
    "open_total",
    "overdue",
    "passed_by_code",
    "passed_on",
    "passed_one",
    "published",
    "published_counts",
    "read_listing",
    "reports",
    "samples",
    "settled_materials",
    "source",
    "source_id",
    "sourced_since",
    "sources",
    "sources_named",
    "taken_as",
    "understood",
    "unsourced",
    "updated_after_all",
]
