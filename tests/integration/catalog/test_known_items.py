"""All real listings loaded: what people have in mind is found, and first."""

import random
from collections.abc import Callable

import pytest

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


# how it is asked, the least mean reciprocal rank of the title meant among the first 20
ASKED: tuple[tuple[Say, float], ...] = ((_whole, 0.97), (_part, 0.6), (_initials, 0.7), (_two_words, 0.45))


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
