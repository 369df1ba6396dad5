"""Forms of what a message may name (名称的形式), checked before anything of it is used or written down."""

import re
from collections.abc import Mapping

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire.canonical import Json

PAIRS_MAX = 500
_NAME = re.compile(r"[\w.-]{1,64}")  # letters of any script: an item may be named in Chinese


def is_name(value: object) -> bool:
    """Whether a value has the form of an item's name."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def item_names(content: Mapping[str, Json], part: str) -> tuple[str, ...]:
    """The item names in a list, each once.  Raises RuleBroken for anything else."""
    held = content.get(part)
    if not isinstance(held, list) or len(held) > PAIRS_MAX or not all(is_name(item) for item in held):
        raise RuleBroken("node.ask_shape", part=part)
    return tuple(dict.fromkeys(str(item) for item in held))


def named_values(content: Mapping[str, Json], part: str) -> dict[str, str]:
    """The [name, value] pairs in a list, each name once.  Raises RuleBroken for anything else."""
    held = content.get(part)
    if not isinstance(held, list) or len(held) > PAIRS_MAX:
        raise RuleBroken("node.ask_shape", part=part)
    pairs: dict[str, str] = {}
    for pair in held:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise RuleBroken("node.ask_shape", part=part)
        name, value = pair
        if not isinstance(name, str) or not is_name(name) or not isinstance(value, str) or name in pairs:
            raise RuleBroken("node.ask_shape", part=part)
        pairs[name] = value
    return pairs
