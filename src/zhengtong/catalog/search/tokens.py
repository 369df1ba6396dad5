"""A text as tokens, and what somebody looks for as terms of tokens (检索词).  Pure.

A run of Chinese characters is indexed by every pair of neighbours and its last character, so any part of
a name finds it, whatever a dictionary makes of the name; a character right behind a Latin word or number has
a token more, so that 第1期 need not look for all that begins with 期.  The dictionary (rjieba) cuts the *question*:
pairs within a word must be there, pairs across two words need not, so 不动产登记房屋 finds
不动产登记（房屋）信息.  A character that stands alone is tied to its neighbours: 动产登 asks for 动产 and 产登.

A traditional character stands for its simplified one, in texts and in questions.  A question can also be taken by its
sound (`by_sound`), for who types a character of the same reading.

Tokens hold nothing but ASCII letters, digits and common characters, everything else is spelled out;
so no store's own idea of a letter matters and both find the same.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from operator import add

from zhengtong.catalog.search.simplified import simplified

CHUNKS_MAX = 8  # words with blanks between them that a question may have
QUESTION_MAX = 100  # characters
TERMS_MAX = 48
WORD_MAX = 40  # characters of a Latin word or number that count
NAMES_CACHED = 20_000
PREFIX_MIN = 2  # Latin letters before a word also stands for longer ones
SOUND_MIN = 2  # characters of a run that can be taken by its sound

Cut = Callable[[str], list[str]]  # a run of Chinese characters → its words
Sound = Callable[[str], tuple[str, ...]]  # a run of Chinese characters → its readings, letters without tones

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_HAN_OR_LATIN = re.compile(f"([{_HAN}]+)|([^\\W_{_HAN}]+)")
# what is spelled out; rare characters by their range, for Python knows only those of its own Unicode edition
_ODD = re.compile("[^\\W_0-9a-z\u3400-\u4db5\u4e00-\u9fa5]|[\u4db6-\u4dbf\u9fa6-\u9fff\U00020000-\U0003ffff]")
_IS_HAN = re.compile(f"[{_HAN}]")
_PARTS = re.compile(r"[0-9]+|[^0-9]+")
_PAIR = re.compile(f"[{_HAN}]{{2}}")
_AFTER_LATIN = re.compile(f"[^\\W_{_HAN}]([{_HAN}])")
_LATIN = re.compile(f"[^\\W_{_HAN}]")
_PLAIN = re.compile(r"[0-9a-z\u3400-\u4db5\u4e00-\u9fa5]*\Z")


@dataclass(frozen=True, slots=True)
class Term:
    """One token that must be there; with `prefix` also what begins with it."""

    token: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: all terms of `strict` and one of each group of `either`.

    `joined` is a Latin word written with blanks (bu dong chan), which stands for `apart` as one alternative.
    `loose` is what may do where nothing holds all of it, `runs` and `plain` what `by_sound` is made of.
    """

    strict: tuple[Term, ...]
    loose: tuple[Term, ...] = ()
    apart: tuple[Term, ...] = ()
    joined: Term | None = None
    marks: tuple[str, ...] = ()  # what to highlight: words as they stand in a text
    either: tuple[tuple[Term, ...], ...] = ()
    runs: tuple[str, ...] = ()  # of Chinese characters, two and more
    plain: tuple[Term, ...] = ()  # what is none of them

    def __bool__(self) -> bool:
        return bool(self.strict or self.joined or self.either)


def folded(text: str) -> str:
    """A text without differences of width, of case, and of traditional and simplified characters."""
    if text.isascii():
        return text.lower()
    return simplified(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))


def tokens(text: str) -> list[str]:
    """The tokens of a text, repeated ones too."""
    flat = folded(text)
    found = [_after_latin(one) for one in _AFTER_LATIN.findall(flat)]
    for han, latin in _HAN_OR_LATIN.findall(flat):
        if han:
            found += map(add, han, han[1:])
            found.append(han[-1])
        else:
            found.append(latin[:WORD_MAX])
            parts = _PARTS.findall(latin)
            if len(parts) > 1:
                found += [part[:WORD_MAX] for part in parts]
    return [_spelled(token)[:WORD_MAX] for token in found] if _ODD.search(flat) else found


@lru_cache(maxsize=NAMES_CACHED)
def name_tokens(name: str) -> tuple[str, ...]:
    """The same of a name that many entries have: of an item, of a department."""
    return tuple(tokens(name))


def fields(*found: Iterable[str]) -> list[str]:
    """Tokens of several fields, each token once and in the first field that has it, with blanks between.

    A question looks in a field and those before it, so nothing is lost and the index is a third smaller.
    """
    seen, said = dict[str, None](), list[str]()  # a dict keeps the order in which tokens came
    for field in found:
        before = len(seen)
        seen.update(dict.fromkeys(field))
        said.append(" ".join(islice(seen, before, None)))
    return said


def han_runs(text: str) -> list[str]:
    """The runs of Chinese characters of a text."""
    return [run for run in _RUNS.findall(folded(text)) if _IS_HAN.match(run)]


def question(text: str, cut: Cut) -> Question:
    """What somebody typed, as terms.  False where it holds nothing to look for."""
    strict, loose, latin, marks = list[Term](), list[Term](), list[Term](), list[str]()
    runs, plain, apart = list[str](), list[Term](), ""
    for chunk in folded(text[:QUESTION_MAX]).split()[:CHUNKS_MAX]:
        for at in _RUNS.finditer(chunk):
            run = at.group()
            lone = len(run) == 1 and _IS_HAN.match(run)
            if lone and (beside := _beside_latin(chunk, at.start())):
                strict.append(beside)
                plain.append(beside)
                marks.append(run)
            elif lone and _PAIR.search(chunk):  # 县（市、区）人口: the words around it say enough
                marks.append(run)
            elif _IS_HAN.match(run):
                words = cut(run)
                strict += _tied(words)
                loose += _loose(words)
                runs.append(run)
                marks += [run, *(word for word in words if len(word) > 1)]
            else:
                marks.append(run)
                latin.append(_word(run))
                apart += run if run.isalpha() and run.isascii() else "\x00"
    shown, heard = tuple(dict.fromkeys(marks)), tuple(runs)
    if len(latin) > 1 and "\x00" not in apart:
        one = Term(apart[:WORD_MAX], prefix=True)
        return Question(_once(strict), _once(loose), _once(latin), one, marks=shown, runs=heard, plain=_once(plain))
    all_plain = _once([*plain, *latin])
    return Question(_once([*strict, *latin]), _once(loose or latin), marks=shown, runs=heard, plain=all_plain)


def by_words(asked: Question) -> Question | None:
    """The question by its words alone (放宽匹配): they must be there, wherever; None where that asks nothing else."""
    if asked.loose == asked.strict or not asked.loose:
        return None
    return replace(asked, strict=asked.loose)


def by_sound(asked: Question, sound: Sound) -> Question | None:
    """The question by the sound of its characters (同音匹配), the whole run from the beginning of a word of a name.

    None where no run of two characters or more is asked for.
    """
    groups = [
        tuple(Term(letters[:WORD_MAX], prefix=True) for letters in sound(run))
        for run in asked.runs
        if len(run) >= SOUND_MIN
    ]
    kept = tuple(group for group in groups if group)
    if not kept:
        return None
    return replace(asked, strict=asked.plain, either=kept)


def spans(text: str, marks: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it is to be highlighted (高亮)."""
    wanted = sorted({mark for mark in marks if mark}, key=len, reverse=True)
    flat = simplified(text.casefold())
    if not wanted or len(flat) != len(text):  # a letter that folds to two: marks would slip
        return ((text, False),)
    pieces, last = list[tuple[str, bool]](), 0
    for hit in re.finditer("|".join(map(re.escape, wanted)), flat):
        if hit.start() > last:
            pieces.append((text[last : hit.start()], False))
        pieces.append((text[hit.start() : hit.end()], True))
        last = hit.end()
    return (*pieces, (text[last:], False)) if last < len(text) else tuple(pieces)


def _beside_latin(chunk: str, at: int) -> Term | None:
    """A lone character next to a Latin word or number, which a token of its own stands for: 第1期."""
    if at and _LATIN.match(chunk[at - 1]):
        return Term(_after_latin(chunk[at]))
    return Term(_spelled(chunk[at])) if _LATIN.match(chunk[at + 1 : at + 2]) else None


def _after_latin(character: str) -> str:
    return "0" + _spelled(character)


def _tied(words: list[str]) -> Iterator[Term]:
    """Pairs within words, and across two words where one is a single character."""
    if len(words) == 1 and len(words[0]) == 1:
        yield Term(_spelled(words[0]), prefix=True)
    for at, word in enumerate(words):
        yield from _pairs(word)
        if at and 1 in (len(word), len(words[at - 1])):
            yield Term(_spelled(words[at - 1][-1] + word[0]))


def _loose(words: list[str]) -> Iterator[Term]:
    """Pairs within words; single characters only where there is nothing else."""
    kept = [word for word in words if len(word) > 1]
    return (pair for word in kept for pair in _pairs(word)) if kept else _tied(words)


def _pairs(word: str) -> Iterator[Term]:
    return (Term(_spelled(word[at : at + 2])) for at in range(len(word) - 1))


def _word(run: str) -> Term:
    token = _spelled(run)[:WORD_MAX]
    return Term(token, prefix=len(token) >= PREFIX_MIN)


def _once(terms: Iterable[Term]) -> tuple[Term, ...]:
    return tuple(dict.fromkeys(terms))[:TERMS_MAX]


def _spelled(token: str) -> str:
    if _PLAIN.match(token):
        return token
    return "".join(one if _PLAIN.match(one) else f"u{ord(one):x}" for one in token)
