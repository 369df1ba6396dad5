"""Databases that pulled rows are applied to (落地库): stage, swap, checkpoint, read back."""

from urllib.parse import urlsplit

from zhengtong.kernel.errors import RuleBroken
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
]


def open_target(url: str) -> Target:
    """The adapter for a target URL.  Raises RuleBroken for an engine the node cannot write yet."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteTarget(url)
    if scheme in {"postgresql", "postgres"}:
        return PostgresTarget(url)
    raise RuleBroken("node.target_engine", engine=scheme or "-")
