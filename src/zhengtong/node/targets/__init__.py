"""Databases that pulled rows are applied to (落地库): stage, swap, checkpoint, read back."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node.sources.postgresql_arrow import adbc, short
from zhengtong.node.targets.base import Applied, Mended, Settling, StagedParcel, Standing, Target, TargetTable
from zhengtong.node.targets.postgresql import PostgresTarget
from zhengtong.node.targets.sqlite import SqliteTarget

__all__ = [
    "Applied",
    "Mended",
    "Settling",
    "StagedParcel",
    "Standing",
    "Target",
    "TargetTable",
    "open_target",
    "telling",
]


def open_target(url: str) -> Target:
    """The adapter for a target URL.  Raises RuleBroken for an engine the node cannot write yet."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteTarget(url)
    if scheme in {"postgresql", "postgres"}:
        return PostgresTarget(url)
    raise RuleBroken("node.target_engine", engine=scheme or "-")


@contextmanager
def telling() -> Iterator[None]:
    """Work with a target whose database may go away at any statement; raises Unreachable for the driver's errors."""
    try:
        yield
    except (psycopg.Error, sqlite3.Error, adbc.Error) as error:
        raise Unreachable("node.target_failed", reason=short(error)) from error
