"""The resource code of the 2017 guide (信息资源代码): class, item, heading, free part, "/", sequence."""

import re

GUIDE_CODE = r"[1-3]\d{2}\d{3}[0-9A-Z]*/[0-9]{1,10}"
SEQUENCE_DIGITS = 6
PREFIX_CHARACTERS_MAX = 40

_CODE = re.compile(GUIDE_CODE)
_PREFIX = re.compile(r"[1-3]\d{2}\d{3}[0-9A-Z]*")


def guide_code_is_valid(text: str) -> bool:
    """Whether a text is a resource code such as 306001002/000123."""
    return len(text) <= 64 and _CODE.fullmatch(text) is not None


def guide_prefix_is_valid(text: str) -> bool:
    """Whether a text is the front segment (前段码) of a resource code such as 306001002."""
    return len(text) <= PREFIX_CHARACTERS_MAX and _PREFIX.fullmatch(text) is not None


def guide_code_of(prefix: str, sequence: int) -> str:
    """The code for a front segment and a sequence number (顺序码).

    Raises:
        ValueError: the front segment is malformed or the number has more than ten digits.
    """
    if not guide_prefix_is_valid(prefix) or not 1 <= sequence < 10**10:
        raise ValueError(f"{prefix!r} and {sequence} make no resource code")
    return f"{prefix}/{sequence:0{SEQUENCE_DIGITS}d}"
