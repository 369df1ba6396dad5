"""Grading (数据分级): which grade data deserve and which masks help.  Advice, never a condition of sharing.

GB/T 43697-2024 leaves the sub-levels of general data to the field; the mapping is ours [D].  Article 15 of the Decree
forbids adding conditions: advice names a grade and masks, and has no word for a sharing type.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhengtong.standards.rules.elements import DataElement, Item, Personal, element_of

GRADES = ("L1", "L2", "L3", "L4", "important")  # general data in four sub-levels, then important data
OPEN, INSIDE, PERSONAL, SENSITIVE = GRADES[:4]


@dataclass(frozen=True, slots=True)
class MaskAdvice:
    """A mask that keeps an item useful and shows less (脱敏建议)."""

    item: str
    mask: str


@dataclass(frozen=True, slots=True)
class GradeAdvice:
    """The grade of an entry as the highest of its items (就高从严), the items it rests on, and masks."""

    grade: str
    because: tuple[str, ...]
    masks: tuple[MaskAdvice, ...]

    def above(self, stated: str) -> bool:
        """Whether the advice is higher than what the department stated; false for a grade not known."""
        return stated in GRADES and GRADES.index(self.grade) > GRADES.index(stated)


def advise(items: Iterable[Item], elements: Mapping[str, DataElement], *, is_open: bool) -> GradeAdvice:
    """What grade the items deserve: sensitive personal 4, personal 3, inside government 2, open to society 1."""
    graded = [(item, _grade(item, element_of(item.name, elements))) for item in items]
    floor = OPEN if is_open else INSIDE
    top = max((grade for _, grade in graded if grade), key=GRADES.index, default=floor)
    top = max(top, floor, key=GRADES.index)
    because = tuple(item.name for item, grade in graded if grade == top)
    masks = tuple(
        MaskAdvice(item.name, element.mask)
        for item, _ in graded
        if (element := element_of(item.name, elements)) is not None and element.mask
    )
    return GradeAdvice(top, because, masks)


def _grade(item: Item, element: DataElement | None) -> str:
    if element is not None and element.personal is Personal.SENSITIVE:
        return SENSITIVE
    if item.is_personal or (element is not None and element.personal is Personal.PERSONAL):
        return PERSONAL
    return ""
