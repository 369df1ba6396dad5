"""Addresses of pages that may not exist in this deployment (链接)."""

from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import NoReverseMatch, reverse

PLACE = "00000000-0000-4000-8000-000000000000"  # where an address takes the id of a thing
PATTERNS_CACHED = 256


def link(name: str, *args: UUID | str, query: str = "") -> str:
    """The address of a page, or an empty string where the page does not exist here."""
    if not name:
        return ""
    given = [str(arg) for arg in args]
    one_id = len(given) == 1 and _is_id(given[0])
    pages = settings.ROOT_URLCONF
    found = _pattern(pages, name, PLACE).replace(PLACE, given[0]) if one_id else _pattern(pages, name, *given)
    return f"{found}?{query}" if found and query else found


@lru_cache(maxsize=PATTERNS_CACHED)  # a page of an inbox has hundreds of links of a few kinds
def _pattern(pages: str, name: str, *args: str) -> str:
    try:
        return reverse(name, urlconf=pages, args=args)
    except NoReverseMatch:
        return ""


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
