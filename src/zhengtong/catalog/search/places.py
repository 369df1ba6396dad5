"""The number under which a document is filed (检索位次): shorter names first, then facets, then its own number.

Both stores hand out hits in the order of this number and can count facets by a part of it, without looking
anything up.  So the best of fifty thousand hits come at once, and in the same order on both.
"""

from dataclasses import dataclass

SERIAL_BITS, GROUP_BITS, LENGTH_BITS = 26, 22, 8
SERIAL_MASK, GROUP_MASK = (1 << SERIAL_BITS) - 1, (1 << GROUP_BITS) - 1
LENGTH_MAX = (1 << LENGTH_BITS) - 1
IN_WORK = 1 << (SERIAL_BITS + GROUP_BITS + LENGTH_BITS)  # from here on: documents of revisions not in force


@dataclass(frozen=True, slots=True)
class Place:
    """A document's number, taken apart."""

    length: int  # characters of the name
    group: int  # of FacetGroup
    serial: int  # of SearchDocument
    in_force: bool

    def number(self) -> int:
        """The number itself.  Raises OverflowError beyond 67 million documents or 4 million groups of facets."""
        if self.serial > SERIAL_MASK or self.group > GROUP_MASK:
            raise OverflowError(f"{self} does not fit into a place")
        rank = min(self.length, LENGTH_MAX) << GROUP_BITS | self.group
        return (0 if self.in_force else IN_WORK) | rank << SERIAL_BITS | self.serial


def serial_of(number: int) -> int:
    """The document's own number."""
    return number & SERIAL_MASK
