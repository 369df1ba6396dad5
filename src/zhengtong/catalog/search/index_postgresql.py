"""Full text in PostgreSQL (GIN over a tsvector made of the tokens): in the transaction of their row.

The vector is made of the tokens as they are, no parser and no dictionary; the letter before each names its
field.  Weights would do the same, but GIN does not hold them and would have to look into every row.  The vector
is not stored: hits read the heap, and rows of half the size are half the pages.
"""

from zhengtong.catalog.search.port import FIELDS, TEXTS, Match, Store, expression
from zhengtong.catalog.search.tokens import Question, Term

_LETTERS: dict[str, str] = dict(zip(FIELDS, "tib", strict=True))


def _array(field: str) -> str:
    letter = _LETTERS[field]
    split = f"string_to_array('{letter}' || replace({field}, ' ', ' {letter}'), ' ')"
    return f"(CASE WHEN {field} = '' THEN ARRAY[]::text[] ELSE {split} END)"


_VECTOR = f"catalog_search_vector({', '.join(FIELDS)})"
_FUNCTION = f"""
CREATE FUNCTION catalog_search_vector(title text, items text, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000 AS $$
BEGIN RETURN array_to_tsvector({" || ".join(map(_array, FIELDS))}); END $$
"""  # its cost keeps the planner from computing it for row after row where the index would do


def matching(asked: Question, fields: tuple[str, ...], but_not: tuple[str, ...]) -> Match:
    """All terms in `fields`, yet not all in `but_not`."""
    wanted = _said(asked, fields)
    without = f" & !({_said(asked, but_not)})" if but_not else ""
    return Match(f"{_VECTOR} @@ CAST(%s AS tsquery)", f"({wanted}){without}")


def _said(asked: Question, fields: tuple[str, ...]) -> str:
    def term(one: Term) -> str:
        return "(" + " | ".join(f"'{_LETTERS[f]}{one.token}'{':*' if one.prefix else ''}" for f in fields) + ")"

    return expression(asked, term, both="&", either="|")


STORE = Store(
    create=(_FUNCTION, f"CREATE INDEX {TEXTS}_vector ON {TEXTS} USING gin ({_VECTOR})"),
    drop=(f"DROP INDEX {TEXTS}_vector", "DROP FUNCTION catalog_search_vector"),
    pause=(),  # to drop the index would lock readers out
    resume=(f"ANALYZE {TEXTS}",),  # else the planner believes the table as small as it was and reads all of it
    source=TEXTS,
    place="place",
    in_order="place + 0",  # so not by walking the places and reading each text: a rare word would be sought in all
    matching=matching,
)
