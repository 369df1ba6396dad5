"""Addresses of pages that may not exist in this deployment (链接)."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse


def link(name: str, *args: UUID | str, query: str = "") -> str:
    """The address of a page, or an empty string where the page does not exist here."""
    if not name:
        return ""
    try:
        found = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{found}?{query}" if query else found
