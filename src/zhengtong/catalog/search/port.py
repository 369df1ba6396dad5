"""What search asks of a store (检索端口)."""

from collections.abc import Callable
from dataclasses import dataclass

from zhengtong.catalog.search.tokens import Question, Term

TEXTS = "catalog_searchtext"
FIELDS = ("title", "items", "body")
TIERS = (FIELDS[:1], FIELDS[:2], FIELDS)  # where all terms are, best first


@dataclass(frozen=True, slots=True)
class Match:
    """A condition of a statement with the one value it takes."""

    condition: str
    value: str


@dataclass(frozen=True, slots=True)
class Store:
    """A store's own full text index over the table of tokens.

    `source` and `place`: what to select from, and the column that holds a document's place; `in_order`: how to sort
    by it where few are wanted.
    `create`, `drop`: make and remove the index.  `pause`, `resume`: for everything written anew in one transaction.
    `matching(asked, fields, but_not)`: all terms are in `fields`, yet not all in `but_not`.
    """

    create: tuple[str, ...]
    drop: tuple[str, ...]
    pause: tuple[str, ...]
    resume: tuple[str, ...]
    source: str
    place: str
    in_order: str
    matching: Callable[[Question, tuple[str, ...], tuple[str, ...]], Match]


def expression(asked: Question, say: Callable[[Term], str], *, both: str, either: str) -> str:
    """A question in a store's own words: `say` a term, and its operators."""
    parts = [say(term) for term in asked.strict]
    parts += [f"({f' {either} '.join(say(term) for term in group)})" for group in asked.either]
    if asked.joined is not None:
        apart = f" {both} ".join(say(term) for term in asked.apart)
        parts.append(f"(({apart}) {either} {say(asked.joined)})")
    return f" {both} ".join(parts)
