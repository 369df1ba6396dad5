"""Words of this domain and their pinyin (专业词、拼音)."""

import threading
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from itertools import islice, product

import rjieba
from pypinyin import Style, lazy_pinyin
from pypinyin import pinyin as all_pinyin

from zhengtong.catalog.rules import ShareType
from zhengtong.standards.tables import code_list

CLASS_LISTS = ("theme", "theme_class_2017", "base_class_2017", "data_class", "share_mode", "update_cycle")
FREQUENCY = 100_000  # above what the dictionary gives the parts of a word
INITIALS_MAX, SYLLABLES_MAX = 16, 40  # letters of a token of pinyin
WORDS_CACHED = 50_000
READINGS_MAX = 16  # of a run of characters, some of which have several

_lock = threading.Lock()
_learnt: set[str] = set()


def cut(run: str) -> list[str]:
    """A run of Chinese characters as words; no guessing, so the same everywhere."""
    return _dictionary().cut(run, False)


def learn(names: Iterable[str]) -> None:
    """Take names of departments as words (机构名称); safe to repeat."""
    for name in names:
        if name and name not in _learnt:
            with _lock:
                _learnt.add(name)
                _dictionary().add_word(name, FREQUENCY, None)


def pinyin(run: str) -> list[str]:
    """Initials and full pinyin of a run of characters, from the beginning of each of its words.

    By the plain dictionary: what a document holds must not hang on what this process has learnt.
    """
    found, sound, initials = list[str](), "", ""
    for word in reversed(rjieba.cut(run, False)):
        own_sound, own_initials = _sounds(word)
        sound, initials = (own_sound + sound)[:SYLLABLES_MAX], (own_initials + initials)[:INITIALS_MAX]
        found += initials, sound
    return [one for one in reversed(found) if one]


def readings(run: str) -> tuple[str, ...]:
    """The readings of a run of characters without tones, the likeliest first: 引行 yinxing, yinhang (多音字)."""
    likely = "".join(_sounds(word)[0] for word in rjieba.cut(run, False))
    each = all_pinyin(run, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    told = islice(("".join(one) for one in product(*map(_letters, each))), READINGS_MAX)
    return tuple(dict.fromkeys(one[:SYLLABLES_MAX] for one in (likely, *told) if one))[:READINGS_MAX]


def _letters(readings: list[str]) -> list[str]:
    return [one for one in readings if one.isascii() and one.isalpha()] or [""]


@lru_cache(maxsize=WORDS_CACHED)
def _sounds(word: str) -> tuple[str, str]:
    """Syllables without tones and their first letters, by the word: 银行 yinhang yh, 行政 xingzheng xz."""
    told = lazy_pinyin(word, errors="ignore", v_to_u=False)
    syllables = [one for one in told if one.isascii() and one.isalpha()]
    return "".join(syllables), "".join(one[0] for one in syllables)


@lru_cache(maxsize=1)
def _dictionary() -> rjieba.Jieba:
    """The dictionary with the shipped words of the domain."""
    made = rjieba.Jieba()
    for word in shipped():
        made.add_word(word, FREQUENCY, None)
    return made


def shipped() -> tuple[str, ...]:
    """The words of the domain that come with the platform: sharing types, classifications, terms of the trade."""
    held = tomllib.loads(files("zhengtong.catalog.search").joinpath("words.toml").read_text(encoding="utf-8"))
    terms: list[str] = [word for group in held["words"].values() for word in group]
    classes = [code.zh for name in CLASS_LISTS for code in code_list(name).codes]
    types = [share.zh for share in ShareType]
    return tuple(dict.fromkeys(word for word in (*types, *classes, *terms) if word.isalpha() and len(word) > 1))
