"""What each process remembers of the groups of facets and of the hits in them (分面记忆).

A group's values never change, only how many it holds.  Hits of a question are remembered until a document comes or
goes; that shows in the highest number of a document and in how many groups hold.  On a store with several writers
two that commit at the same moment may leave both as they were, so nothing is believed longer than `BELIEVED_S`.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Max, Sum

from zhengtong.catalog.models import FacetGroup, SearchDocument

GROUPS_MAX = 200_000
QUESTIONS_MAX = 256
FEW_GROUPS = 500  # read by number; more are read with all
BELIEVED_S = 30.0
Values = tuple[str, str, str, str, str, str, str]  # in the order of `search.COLUMNS`
Hits = dict[int, int]
_Standing = tuple[int, int]
_COLUMNS = ("provider", "share_type", "cycle", "theme", "open_flag", "level", "jurisdiction")

Found = TypeVar("Found")
_lock = threading.Lock()
_groups: dict[tuple[str, int], Values] = {}
_asked: OrderedDict[str, tuple[_Standing, float, Any]] = OrderedDict()  # Any: whatever was counted


def values_of(wanted: Iterable[int]) -> dict[int, Values]:
    """The values of some groups."""
    if connection.in_atomic_block:  # what is not committed may never be, and its numbers come again
        return _read(wanted)
    here, asked = _database(), tuple(wanted)
    unknown = [group for group in asked if (here, group) not in _groups]
    if unknown:
        read = {(here, group): values for group, values in _read(unknown).items()}
        with _lock:
            if len(_groups) + len(read) > GROUPS_MAX:
                _groups.clear()
            _groups.update(read)
    with _lock:
        return {group: _groups[here, group] for group in asked if (here, group) in _groups}


def _read(wanted: Iterable[int]) -> dict[int, Values]:
    found, asked = FacetGroup.objects.values_list("id", *_COLUMNS), set(wanted)
    rows = found.filter(pk__in=asked) if len(asked) <= FEW_GROUPS else found
    return {
        group: (provider, share, cycle, theme, "1" if is_open else "", level, place)
        for group, provider, share, cycle, theme, is_open, level, place in rows
        if group in asked
    }


def remembered(question: str, count: Callable[[], Found]) -> Found:
    """What a question counts, unless it is known of the catalogue as it is."""
    if connection.in_atomic_block:
        return count()
    key, standing, now = f"{_database()} {question}", _standing(), time.monotonic()
    with _lock:
        held = _asked.get(key)
        if held and held[0] == standing and now - held[1] < BELIEVED_S:
            _asked.move_to_end(key)
            return held[2]
    found = count()
    with _lock:
        _asked[key] = (standing, now, found)
        while len(_asked) > QUESTIONS_MAX:
            _asked.popitem(last=False)
    return found


def _standing() -> _Standing:
    """What changes with every document that comes or goes."""
    last = SearchDocument.objects.aggregate(last=Max("id"))["last"] or 0
    held = FacetGroup.objects.aggregate(held=Sum("held"))["held"] or 0
    return last, held


def _database() -> str:
    return str(connection.settings_dict["NAME"])
