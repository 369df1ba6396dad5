"""All real listings loaded: what people have in mind is found, and first."""

import random
import tomllib
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

import pytest
from pypinyin import lazy_pinyin

from tests.support import open_catalogue
from tests.support.shared_data import shared_data
from zhengtong.catalog import queries
from zhengtong.catalog.queries import EntryFilters
from zhengtong.catalog.search import words
from zhengtong.catalog.search.tokens import han_runs
from zhengtong.kernel.actors import SYSTEM

SAMPLE, SEED = 120, 20260302
PART = 6  # characters of a part of a name
ZERO_HITS_MAX = 0.01
TABLE = files("zhengtong.catalog.search").joinpath("simplified.toml")
_COMMON = tuple(  # GB 2312, level 1
    bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFA)
)

Say = Callable[[str, random.Random], str]


def _whole(title: str, _: random.Random) -> str:
    return title


def _part(title: str, chance: random.Random) -> str:
    start = chance.randrange(max(len(title) - PART, 0) + 1)
    return title[start : start + PART]


def _initials(title: str, _: random.Random) -> str:
    return next((sound for run in han_runs(title)[:1] for sound in words.pinyin(run)[1:2]), title)


def _two_words(title: str, chance: random.Random) -> str:
    found = [word for run in han_runs(title) for word in words.cut(run) if len(word) > 1] or [title]
    return " ".join(chance.sample(found, min(2, len(found))))


def _misheard(title: str, chance: random.Random) -> str:
    """The name with one character replaced by another of the same reading, as typed by ear."""
    run = next((run for run in han_runs(title) if len(run) >= PART), title)
    places = [at for at, one in enumerate(run) if _alike(one)]
    if not places:
        return title
    at = chance.choice(places)
    return run[:at] + chance.choice(_alike(run[at])) + run[at + 1 :]


def _alike(character: str) -> tuple[str, ...]:
    """Common characters whose first reading is that of a character, itself left out."""
    return tuple(one for one in _by_reading().get(lazy_pinyin(character)[0], ()) if one != character)


@lru_cache(maxsize=1)
def _by_reading() -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for one in _COMMON:
        found.setdefault(lazy_pinyin(one)[0], []).append(one)
    return found


def _traditional(title: str, _: random.Random) -> str:
    held = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    back = dict(zip(held["simplified"], held["traditional"], strict=True))
    return "".join(back.get(one, one) for one in title)


# how it is asked, the least mean reciprocal rank of the title meant among the first 20
ASKED: tuple[tuple[Say, float], ...] = (
    (_whole, 0.97),
    (_part, 0.6),
    (_initials, 0.7),
    (_two_words, 0.45),
    (_misheard, 0.8),
    (_traditional, 0.97),
)


@pytest.mark.data
@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_what_people_have_in_mind_is_found_in_all_real_listings() -> None:
    lines = list(open_catalogue.listed(shared_data("catalogues/cn_open_data")))
    assert open_catalogue.load(lines, with_items=False) == 33_188
    assert queries.facets(actor=SYSTEM).total == 33_188
    chance = random.Random(SEED)
    meant = [line.title for line in chance.sample(lines, SAMPLE)]
    for say, least in ASKED:
        ranks = [_rank(say(title, chance), title) for title in meant]
        found = [rank for rank in ranks if rank is not None]
        assert 1 - len(found) / SAMPLE <= ZERO_HITS_MAX, say.__name__
        assert sum(found) / SAMPLE >= least, (say.__name__, sum(found) / SAMPLE)


def _rank(text: str, title: str) -> float | None:
    """One over the place of the title; 0 beyond the first page; None where nothing at all is found."""
    names = [row.name for row in queries.entries(actor=SYSTEM, filters=EntryFilters(text=text)).rows]
    if not names:
        return None
    return 1 / (names.index(title) + 1) if title in names else 0.0
