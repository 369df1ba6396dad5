"""What people can do with the catalogue (目录用例).  One function, one use case, one transaction.

`drafting`  draft, edit, revise, withdraw          by the data officer
`many`      edit_many                          the same change to many entries
`signing`   submit, sign, return_                  data officer → department head → authority
`review`    start_review, publish, report_change, extend_change, name_source
`origins`   add_matter, add_document, share_document, cut_document   where entries come from
`intake`    import_entries                         entries from a file
`decisions` remember, forget                       what people said about columns of files
`indexing`  reindex                                what search finds
`deriving`  ask_derivation, answer_derivation      data that come from another department (条例 25)
`following` subscribe, unsubscribe, take_note, tell_holders   who is told of changes
`profiling` file_data_profile   what a node found in the table behind an entry
`harvesting` add_source, take_in, report_upward    catalogues of others, and the own one for the level above
"""

from zhengtong.catalog.services.clocks import recount
from zhengtong.catalog.services.decisions import forget, remember
from zhengtong.catalog.services.deriving import answer_derivation, ask_derivation
from zhengtong.catalog.services.drafting import draft, edit, revise, withdraw
from zhengtong.catalog.services.following import subscribe, take_note, tell_holders, unsubscribe
from zhengtong.catalog.services.harvesting import Taken, add_source, report_upward, take_in
from zhengtong.catalog.services.intake import Intake, import_entries, waiting_departments
from zhengtong.catalog.services.many import edit_many
from zhengtong.catalog.services.origins import add_document, add_matter, cut_document, share_document
from zhengtong.catalog.services.profiling import file_data_profile
from zhengtong.catalog.services.reindexing import differences, reindex
from zhengtong.catalog.services.reports import listing_report
from zhengtong.catalog.services.review import extend_change, name_source, publish, report_change, start_review
from zhengtong.catalog.services.signing import return_, sign, submit

__all__ = [
    "Intake",
    "Taken",
    "add_document",
    "add_matter",
    "add_source",
    "answer_derivation",
    "ask_derivation",
    "cut_document",
    "differences",
    "draft",
    "edit",
    "edit_many",
    "extend_change",
    "file_data_profile",
    "forget",
    "import_entries",
    "listing_report",
    "name_source",
    "publish",
    "recount",
    "reindex",
    "remember",
    "report_change",
    "report_upward",
    "return_",
    "revise",
    "share_document",
    "sign",
    "start_review",
    "submit",
    "subscribe",
    "take_in",
    "take_note",
    "tell_holders",
    "unsubscribe",
    "waiting_departments",
    "withdraw",
]
