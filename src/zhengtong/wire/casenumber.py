"""Case-number patterns (办件编号规则): which cases a grant may be used for.

`#` stands for one digit, `?` for one letter or digit, and at most one `*` for up to 40 letters,
digits or hyphens; every other character stands for itself: `TL-SP-2026-####`.
There are no regular expressions on the wire: a pattern must never cost its reader time.
"""

import re
from functools import lru_cache

PATTERN_CHARACTERS_MAX = 64
_PARTS = {"#": "[0-9]", "?": "[0-9A-Za-z]", "*": "[0-9A-Za-z-]{0,40}"}

__all__ = ["PATTERN_CHARACTERS_MAX", "fits", "is_pattern"]


def is_pattern(pattern: str) -> bool:
    """Whether a text may serve as a pattern (是否合规)."""
    return 0 < len(pattern) <= PATTERN_CHARACTERS_MAX and pattern.count("*") <= 1 and pattern.isprintable()


def fits(case_ref: str, pattern: str) -> bool:
    """Whether a case number has the form of a pattern (是否符合)."""
    return len(case_ref) <= 2 * PATTERN_CHARACTERS_MAX and _compiled(pattern).fullmatch(case_ref) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_PARTS.get(character, re.escape(character)) for character in pattern))
