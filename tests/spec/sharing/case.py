"""One row of a table that an official can check: given, then, and the call that shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from zhengtong.kernel.errors import PlatformError


@dataclass(frozen=True, slots=True)
class Case:
    """`given`, `then` are for the reader; `act` gives `result`, or is refused with the key `refused`."""

    id: str
    given: str
    then: str
    act: Callable[[], object] = field(metadata={"page": False})
    result: object = None
    refused: str = ""

    def holds(self) -> None:
        """Run the row."""
        if not self.refused:
            assert self.act() == self.result
            return
        with pytest.raises(PlatformError) as caught:
            self.act()
        assert caught.value.key == self.refused
        assert caught.value.message("zh")
        assert caught.value.remedy("en")


def named(case: Case) -> str:
    return case.id
