"""The same change to many entries (批量修改).  Pure: which fields, and what each entry then says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from zhengtong.catalog.rules.diffs import Change, ChangeClass, change_class, changes
from zhengtong.catalog.rules.terms import EntryDraft
from zhengtong.kernel.errors import RuleBroken

ENTRIES_AT_ONCE = 200
FIELDS = (  # what may be set for many at once: nothing that decides what is shared
    "provider_office", "theme", "industry", "service_class", "form_class", "format", "update_cycle", "source_system",
    "data_class", "data_grade", "range", "purpose",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edited:
    """What an entry would say, and how that differs from what it says."""

    content: EntryDraft
    changes: tuple[Change, ...]

    @property
    def kind(self) -> ChangeClass:
        """Compatible, tightening or breaking; compatible too where nothing changes."""
        return change_class(self.changes)


def check_fields(given: Mapping[str, str]) -> dict[str, str]:
    """The fields that are set, trimmed.  Raises RuleBroken: none is, or one that is not set for many."""
    wanted = {name: text.strip() for name, text in given.items() if text.strip()}
    if not wanted or not wanted.keys() <= set(FIELDS):
        raise RuleBroken("catalog.many_fields")
    return wanted


def edited(content: EntryDraft, wanted: Mapping[str, str]) -> Edited:
    """One entry with the fields set."""
    after = replace(content, **wanted)
    return Edited(after, changes(content, after))
