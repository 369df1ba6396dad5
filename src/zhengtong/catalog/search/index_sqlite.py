"""Full text in SQLite (FTS5, tokenizer unicode61): kept by triggers, so in the transaction of what it tells of."""

from zhengtong.catalog.search.port import FIELDS, TEXTS, Match, Store, expression
from zhengtong.catalog.search.tokens import Question, Term

INDEX = "catalog_searchindex"
AUTOMERGE = 4  # segments of one size that are merged while rows come one by one; FTS5's own default
_COLUMNS = ", ".join(FIELDS)
_NEW, _OLD = (", ".join(f"{which}.{name}" for name in ("place", *FIELDS)) for which in ("new", "old"))
_ADD = f"INSERT INTO {INDEX}(rowid, {_COLUMNS}) VALUES ({_NEW});"  # noqa: S608 -- names of our own
_TAKE = f"INSERT INTO {INDEX}({INDEX}, rowid, {_COLUMNS}) VALUES ('delete', {_OLD});"  # noqa: S608 -- names of our own


def matching(asked: Question, fields: tuple[str, ...], but_not: tuple[str, ...]) -> Match:
    """All terms in `fields`, yet not all in `but_not`."""
    said = expression(asked, _term, both="AND", either="OR")
    without = f" NOT ({_within(but_not, said)})" if but_not else ""
    return Match(f"{INDEX} MATCH %s", f"({_within(fields, said)}){without}")


def _within(fields: tuple[str, ...], said: str) -> str:
    return f"({said})" if fields == FIELDS else f"{{{' '.join(fields)}}} : ({said})"


def _term(term: Term) -> str:
    return f'"{term.token}"' + (" *" if term.prefix else "")


_OPTIONS = ", ".join(
    (
        f"content='{TEXTS}'",
        "content_rowid='place'",
        "tokenize='unicode61 remove_diacritics 0'",
        "detail='column'",  # which field, not where in it
        "columnsize=0",
    )
)
_WATCH = (
    f"CREATE TRIGGER {TEXTS}_added AFTER INSERT ON {TEXTS} BEGIN {_ADD} END",
    f"CREATE TRIGGER {TEXTS}_taken AFTER DELETE ON {TEXTS} BEGIN {_TAKE} END",
    f"CREATE TRIGGER {TEXTS}_changed AFTER UPDATE ON {TEXTS} BEGIN {_TAKE} {_ADD} END",
)
_SAY = f"INSERT INTO {INDEX}({INDEX}"  # how FTS5 takes an order
_LOOK_AWAY = tuple(f"DROP TRIGGER {TEXTS}_{which}" for which in ("changed", "taken", "added"))
STORE = Store(
    create=(f"CREATE VIRTUAL TABLE {INDEX} USING fts5({_COLUMNS}, {_OPTIONS})", *_WATCH),
    drop=(*_LOOK_AWAY, f"DROP TABLE {INDEX}"),
    pause=_LOOK_AWAY,
    resume=(  # half the work of row after row, the more so as nothing is merged on the way
        f"INSERT INTO {INDEX}({INDEX}, rank) VALUES ('automerge', 0)",  # noqa: S608 -- own names
        f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')",  # noqa: S608 -- own names
        f"INSERT INTO {INDEX}({INDEX}) VALUES ('optimize')",  # noqa: S608 -- own names; a question takes a quarter of the time
        f"INSERT INTO {INDEX}({INDEX}, rank) VALUES ('automerge', {AUTOMERGE})",  # noqa: S608 -- own names
        *_WATCH,
    ),
    source=INDEX,
    place="rowid",
    in_order="rowid",
    matching=matching,
)
