"""What pages say (页面文字): Chinese in the templates, English from words.toml, dates as people read them."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.messages import Lang
from zhengtong.wire.canonical import parse_instant
from zhengtong.wire.masks import Mask, mask

_CITIZEN_ID = re.compile(r"[1-9]\d{16}[\dXx]")  # its form, whether or not its check digit is right
_WEEK = "一二三四五六日"
_ENGLISH = Path(__file__).with_name("words.toml")
NOTHING = "—"
_BRIEF = 24


@lru_cache(maxsize=1)
def english() -> Mapping[str, str]:
    """The English of every Chinese text of the desk."""
    return tomllib.loads(_ENGLISH.read_text(encoding="utf-8"))


def say(text: str, lang: Lang, /, **facts: object) -> str:
    """A text in the reader's language, with its facts; a text without English is a bug and raises KeyError."""
    return (text if lang == "zh" else english()[text]).format(**facts)


def day(at: str | datetime, lang: Lang) -> str:
    """2026年10月16日（星期五） · 16 Oct 2026."""
    local = _local(at)
    if lang == "en":
        return f"{local.day} {local:%b} {local.year}"
    return f"{local.year}年{local.month}月{local.day}日（星期{_WEEK[local.weekday()]}）"


def moment(at: str | datetime, lang: Lang) -> str:
    """2026年10月16日 09:00 · 16 Oct 2026 09:00 (Beijing time)."""
    if not at:
        return NOTHING
    local = _local(at)
    if lang == "en":
        return f"{local.day} {local:%b} {local.year} {local:%H:%M}"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def shown(value: object, lang: Lang) -> str:
    """A value of a row as a page shows it: a citizen number never whole."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return say("是" if value else "否", lang)
    text = str(value)
    return mask(Mask.CITIZEN_ID, text) or NOTHING if _CITIZEN_ID.fullmatch(text) else text


def hidden(value: object) -> str:
    """A personal value in a list: its first character, and that there is more."""
    text = "" if value is None else str(value)
    if _CITIZEN_ID.fullmatch(text):
        return mask(Mask.CITIZEN_ID, text) or NOTHING
    return f"{text[:1]}{'*' * min(3, len(text) - 1)}" if text else NOTHING


def brief(text: str) -> str:
    """The beginning of a long value."""
    return text if len(text) <= _BRIEF else text[:_BRIEF] + "…"


def _local(at: str | datetime) -> datetime:
    return (parse_instant(at) if isinstance(at, str) else at).astimezone(BEIJING)
