"""Arrow (列式格式), imported late: the center verifies signatures without it, the node has it.

pyarrow carries no type information, so its values are `Any` here, in one place with a name.
"""

from importlib import import_module
from typing import Any, TypeAlias

Column: TypeAlias = Any  # pyarrow.Array; the package has no stubs
Table: TypeAlias = Any  # pyarrow.Table or RecordBatch
Schema: TypeAlias = Any  # pyarrow.Schema

__all__ = ["Column", "Schema", "Table", "arrow", "compute", "ipc", "numpy"]


def arrow() -> Any:
    """The module pyarrow."""
    return import_module("pyarrow")


def compute() -> Any:
    """The module pyarrow.compute."""
    return import_module("pyarrow.compute")


def ipc() -> Any:
    """The module pyarrow.ipc."""
    return import_module("pyarrow.ipc")


def numpy() -> Any:
    """The module numpy."""
    return import_module("numpy")
