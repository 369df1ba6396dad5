"""A list in the order its reader chose (排序): by one of its columns, up or down, page by page.

`sort` is the name of a heading, with a minus before it for downwards; empty, the list keeps its own order.  What has
no value stands last either way.  A page ends with the key of its last row, so rows that arrive meanwhile shift nothing.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet

Columns = Mapping[str, str]  # heading → column of the store, over `__` where another row holds it
M = TypeVar("M", bound=Model)


def known(columns: Columns, sort: str) -> str:
    """The order that was asked for, or the list's own where it is none of its headings."""
    return sort if sort.removeprefix("-") in columns else ""


def cut(found: QuerySet[M], *, columns: Columns, sort: str, after: str, rows: int) -> tuple[list[M], str]:
    """`rows` rows of a list in that order from behind the row with the key `after`, and the key to go on with.

    Raises KeyError: `sort` is no heading of the list; ask `known` first.
    """
    name, down = sort.removeprefix("-"), sort.startswith("-")
    column = columns[name]
    by = F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)
    if after:
        found = found.filter(_behind(found, column, after, down=down))
    held = list(found.order_by(by, "-pk" if down else "pk")[: rows + 1])
    return held[:rows], str(held[rows - 1].pk) if len(held) > rows else ""


def _behind(found: QuerySet[Any], column: str, after: str, *, down: bool) -> Q:
    """What stands behind the row with this key; nothing where there is no such row.  Any: rows of any kind."""
    try:
        place = found.model._default_manager.filter(pk=after).values_list(column, "pk").first()
    except (ValidationError, ValueError):
        place = None
    if place is None:
        return Q(pk__in=())
    value, key = place
    further = Q(pk__lt=key) if down else Q(pk__gt=key)
    if value is None:
        return Q(**{f"{column}__isnull": True}) & further
    beyond = Q(**{f"{column}__lt": value}) if down else Q(**{f"{column}__gt": value})
    return beyond | (Q(**{column: value}) & further) | Q(**{f"{column}__isnull": True})
