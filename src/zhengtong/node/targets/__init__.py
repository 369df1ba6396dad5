"""Databases that pulled rows are applied to (落地库): stage, swap, checkpoint, read back."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node.database_errors import reason_of
from zhengtong.node.targets.base import Applied, Mended, Settling, StagedParcel, Standing, Target, TargetTable
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
        from zhengtong.node.targets.postgresql import PostgresTarget  # its drivers cost a node that has none 35 MB

        return PostgresTarget(url)
    raise RuleBroken("node.target_engine", engine=scheme or "-")


@contextmanager
def telling() -> Iterator[None]:
    """Work with a target whose database may go away at any statement; raises Unreachable for the driver's errors."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, _driver_errors()):
            raise
        raise Unreachable("node.target_failed", reason=reason_of(error)) from error


def _driver_errors() -> tuple[type[Exception], ...]:
    """The errors of the drivers that are loaded."""
    drivers = (sys.modules.get(name) for name in ("psycopg", "adbc_driver_manager"))
    return (sqlite3.Error, *(driver.Error for driver in drivers if driver is not None))
