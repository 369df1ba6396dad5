"""Codes of places, names shown to others, and the check digits of persons and bodies (标识校验)."""

import re

from zhengtong.kernel.identifiers import citizen_id_is_valid, citizen_id_with_check, uscc_is_valid, uscc_with_check

_REGION = re.compile(r"[1-9]\d{5}")


def region_is_wellformed(code: str) -> bool:
    """Whether a text has the shape of a GB/T 2260 code (行政区划代码)."""
    return _REGION.fullmatch(code) is not None


def region_chain(code: str) -> tuple[str, ...]:
    """A place and those above it, nearest first; "" is the whole country: 990102 → 990102, 990100, 990000, ""."""
    if not code:
        return ("",)
    return tuple(dict.fromkeys((code, code[:4] + "00", code[:2] + "0000", "")))


def mask_name(text: str) -> str:
    """Show a personal name by its first character only."""
    return text[:1] + "*" * (len(text) - 1)


__all__ = [
    "citizen_id_is_valid",
    "citizen_id_with_check",
    "mask_name",
    "region_chain",
    "region_is_wellformed",
    "uscc_is_valid",
    "uscc_with_check",
]
