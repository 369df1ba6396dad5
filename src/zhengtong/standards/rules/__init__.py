"""Rules of standards (标准规则).  Pure: no database, no clock.

`profiles`  code lists, metadata profiles and the check against one
`elements`  data elements, and how items of a catalogue agree with them
`grading`   which grade data deserve and which masks help; never a sharing type
"""

from zhengtong.standards.rules.elements import (
    FIT_LABELS,
    Compliance,
    DataElement,
    Fit,
    Fix,
    Item,
    ItemFit,
    Personal,
    compliance,
    element_of,
    fit,
    normal,
)
from zhengtong.standards.rules.grading import GRADES, GradeAdvice, MaskAdvice, advise
from zhengtong.standards.rules.profiles import (
    CONDITIONS,
    Code,
    CodeList,
    DayKind,
    FieldRule,
    Finding,
    Profile,
    Severity,
    TableKind,
    Values,
    check,
)

__all__ = [
    "CONDITIONS",
    "FIT_LABELS",
    "GRADES",
    "Code",
    "CodeList",
    "Compliance",
    "DataElement",
    "DayKind",
    "FieldRule",
    "Finding",
    "Fit",
    "Fix",
    "GradeAdvice",
    "Item",
    "ItemFit",
    "MaskAdvice",
    "Personal",
    "Profile",
    "Severity",
    "TableKind",
    "Values",
    "advise",
    "check",
    "compliance",
    "element_of",
    "fit",
    "normal",
]
