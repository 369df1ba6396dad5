"""Our codes in the vocabularies of others (对照表), read from `vocabularies.toml`."""

import tomllib
from functools import lru_cache
from importlib.resources import files

EU = "http://publications.europa.eu/resource/authority"


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    held = files("zhengtong.catalog.rules.federation").joinpath("vocabularies.toml")
    return tomllib.loads(held.read_text(encoding="utf-8"))


def said(table: str, code: str, *, otherwise: str = "") -> str:
    """What a code of ours is called in a table."""
    return _tables()[table].get(code, otherwise)


def ours(table: str, word: str) -> str:
    """The first code of ours that a word of a table stands for; empty if none."""
    return next((code for code, name in _tables()[table].items() if name == word), "")
