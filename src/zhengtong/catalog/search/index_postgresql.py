"""Full text in PostgreSQL (tsvector with a GIN index): a generated column, so in the transaction of its row.

The vector is made of the tokens as they are, no parser and no dictionary; the letter before each names its
field.  Weights would do the same, but GIN does not hold them and would have to look into every row.
"""

from zhengtong.catalog.search.port import FIELDS, TEXTS, Match, Store, expression
from zhengtong.catalog.search.tokens import Question, Term

_LETTERS = dict(zip(FIELDS, "tib", strict=True))


def matching(asked: Question, fields: tuple[str, ...], but_not: tuple[str, ...], loose: bool) -> Match:
    """All terms in `fields`, yet not all in `but_not`."""
    wanted = _said(asked, fields, loose=loose)
    without = f" & !({_said(asked, but_not, loose=loose)})" if but_not else ""
    return Match("vector @@ CAST(%s AS tsquery)", f"({wanted}){without}")


def _said(asked: Question, fields: tuple[str, ...], *, loose: bool) -> str:
    def term(one: Term) -> str:
        return "(" + " | ".join(f"'{_LETTERS[f]}{one.token}'{':*' if one.prefix else ''}" for f in fields) + ")"

    return expression(asked, term, both="&", either="|", loose=loose)


def _array(field: str) -> str:
    letter = _LETTERS[field]
    split = f"string_to_array('{letter}' || replace({field}, ' ', ' {letter}'), ' ')"
    return f"(CASE WHEN {field} = '' THEN ARRAY[]::text[] ELSE {split} END)"


_VECTOR = f"array_to_tsvector({' || '.join(map(_array, FIELDS))})"
STORE = Store(
    create=(
        f"ALTER TABLE {TEXTS} ADD COLUMN vector tsvector GENERATED ALWAYS AS ({_VECTOR}) STORED",
        f"CREATE INDEX {TEXTS}_vector ON {TEXTS} USING gin (vector)",
    ),
    drop=(f"DROP INDEX {TEXTS}_vector", f"ALTER TABLE {TEXTS} DROP COLUMN vector"),
    source=TEXTS,
    place="place",
    matching=matching,
)
