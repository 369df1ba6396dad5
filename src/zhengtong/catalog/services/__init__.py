"""What people can do with the catalogue (目录用例).  One function, one use case, one transaction.

`drafting`  draft, edit, revise, withdraw          by the data officer
`signing`   submit, sign, return_                  data officer → department head → authority
`review`    start_review, publish, report_change, extend_change, name_source
`origins`   add_matter, add_document               where entries come from
`intake`    import_rows                            entries from a file
"""

from zhengtong.catalog.services.clocks import recount
from zhengtong.catalog.services.drafting import draft, edit, revise, withdraw
from zhengtong.catalog.services.intake import Intake, import_entries
from zhengtong.catalog.services.origins import add_document, add_matter
from zhengtong.catalog.services.review import extend_change, name_source, publish, report_change, start_review
from zhengtong.catalog.services.signing import return_, sign, submit

__all__ = [
    "Intake",
    "add_document",
    "add_matter",
    "draft",
    "edit",
    "extend_change",
    "import_entries",
    "name_source",
    "publish",
    "recount",
    "report_change",
    "return_",
    "revise",
    "sign",
    "start_review",
    "submit",
    "withdraw",
]
