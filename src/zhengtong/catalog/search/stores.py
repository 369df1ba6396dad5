"""Which full text index a database has (检索库)."""

from zhengtong.catalog.search import index_postgresql, index_sqlite
from zhengtong.catalog.search.port import Store


def store(vendor: str) -> Store:
    """The index of a database, by Django's `connection.vendor`."""
    return index_sqlite.STORE if vendor == "sqlite" else index_postgresql.STORE
