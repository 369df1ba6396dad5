"""Message catalogues (消息目录): every sentence the program says has a key, zh and en.

`sharing.refusal_needs_reason` lives in `zhengtong/sharing/messages.toml` as

    [refusal_needs_reason]
    zh = "不予共享须说明理由"
    en = "A refusal needs a reason."
    remedy_zh = "写明依据的法条或风险（条例第二十一条）"
    remedy_en = "State the article or the risk (Decree 809, art. 21)."

The node has no Django, so these catalogues do not use gettext.  Facts are filled in with
`str.format`; a fact the sentence does not name is ignored, a missing one shows as `{name}`.
"""

import os
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def terminal_language() -> Lang:
    """English where the terminal's locale says so, else Chinese (终端语言)."""
    spoken = next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")
    return "en" if spoken.lower().startswith("en") else "zh"


@lru_cache(maxsize=64)
def catalogue(area: str) -> Mapping[str, Mapping[str, str]]:
    """All messages of one area, by the key's second part; empty if the area has none."""
    source = files(f"zhengtong.{area}").joinpath("messages.toml")
    if not source.is_file():
        return {}
    return tomllib.loads(source.read_text(encoding="utf-8"))


def text(key: str, *, lang: Lang, facts: Mapping[str, object]) -> str:
    """The sentence for a key.  An unknown key is a bug and raises `KeyError`."""
    return _entry(key)[lang].format_map(_Facts(facts))


def remedy(key: str, *, lang: Lang, facts: Mapping[str, object]) -> str:
    """What to do next, for a key of an error."""
    return _entry(key)[f"remedy_{lang}"].format_map(_Facts(facts))


def _entry(key: str) -> Mapping[str, str]:
    area, _, name = key.partition(".")
    try:
        return catalogue(area)[name]
    except (KeyError, ModuleNotFoundError):
        raise KeyError(f"message key {key!r} is in no catalogue") from None
