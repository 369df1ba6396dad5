"""Traditional characters as simplified ones, character by character (繁简)."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files


def simplified(text: str) -> str:
    """The text with each traditional character as its simplified one; as long as before."""
    traditional, table = _table()
    return text.translate(table) if traditional.search(text) else text


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], dict[int, int]]:
    """The characters concerned, and what each becomes."""
    held = tomllib.loads(files("zhengtong.catalog.search").joinpath("simplified.toml").read_text(encoding="utf-8"))
    table = str.maketrans(held["traditional"], held["simplified"])
    return re.compile(f"[{held['traditional']}]"), table
