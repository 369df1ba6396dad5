"""Where the team's reference data lies: beside the checkout, never inside it.

A clone without it still passes: such tests skip.  Where it lies beside the checkout and
ZHENGTONG_DATA_REQUIRED=1 (as in `.ci/run`), a missing file is a failure, not a skip.
"""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
BESIDE = CHECKOUT.parent / "shared" / "data"


def is_required() -> bool:
    """Whether a test may no longer skip for want of data."""
    return os.environ.get("ZHENGTONG_DATA_REQUIRED") == "1"


def shared_data(relative: str) -> Path:
    """The path of one file or folder of the reference data; skips the test (or fails it, see above) if absent."""
    path = BESIDE / relative
    if path.exists():
        return path
    reason = f"reference data {relative!r} is not beside the checkout (../shared/data)"
    if is_required():
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)
