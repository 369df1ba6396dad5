"""Choices where the Decree is silent (目录配置), read from `policy.toml`."""

import tomllib
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def review_limit_for_first_filing() -> bool:
    """Whether the two working days bind the review of a first filing too (条例 17 speaks of updates only)."""
    held = tomllib.loads(files("zhengtong.catalog").joinpath("policy.toml").read_text(encoding="utf-8"))
    return bool(held["first_filing"]["review_limit"])


@lru_cache(maxsize=1)
def intake_front() -> str:
    """The front segment (前段码) that entries of a file without codes get until somebody gives the right one."""
    held = tomllib.loads(files("zhengtong.catalog").joinpath("policy.toml").read_text(encoding="utf-8"))
    return str(held["intake"]["front"])
