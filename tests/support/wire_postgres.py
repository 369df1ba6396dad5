"""Roles of a department's PostgreSQL, made by its administrator."""

import contextlib
from collections.abc import Iterator
from uuid import uuid4

import psycopg
from psycopg import sql


@contextlib.contextmanager
def role(url: str, *, grants: tuple[str, ...] = ()) -> Iterator[str]:
    """A login role with these grants (each with {} for the role); yields its URL, drops it afterwards."""
    name = f"r_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        for grant in grants:
            db.execute(sql.SQL(grant).format(sql.Identifier(name)))  # pyright: ignore[reportArgumentType] -- grants are the test's own words
    try:
        head, _, tail = url.partition("@")
        yield f"{head.partition('//')[0]}//{name}@{tail}"
    finally:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(sql.Identifier(name)))
            db.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
            db.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
