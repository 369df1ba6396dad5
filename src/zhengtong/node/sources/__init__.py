"""Databases a department already has (数据源): read under a read-only role, never written.

A source answers two questions: rows for one call (bounded), and all rows of a run as Arrow
batches from one snapshot.  New engines are added as one module and one line in `open_source`.
"""

from urllib.parse import urlsplit

from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.sources.base import Column, Source
from zhengtong.node.sources.sqlite import SqliteSource

__all__ = ["Column", "Source", "open_source", "shown_url"]


def open_source(url: str) -> Source:
    """The adapter for a source URL.  Raises RuleBroken for an engine the node cannot read yet."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteSource(url)
    if scheme in {"postgresql", "postgres"}:
        from zhengtong.node.sources.postgresql import PostgresSource  # its drivers cost a node that has none 35 MB

        return PostgresSource(url)
    raise RuleBroken("node.source_engine", engine=scheme or "-")


def shown_url(url: str) -> str:
    """A source URL without its password, for status pages and messages."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@", 1)).geturl()
