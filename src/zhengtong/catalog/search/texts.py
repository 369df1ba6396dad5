"""What a revision says of itself, as tokens (检索文本).  Pure, so that processes can share the work."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from zhengtong.catalog.rules import CURRENT_STATES, ShareType
from zhengtong.catalog.search import words
from zhengtong.catalog.search.places import LENGTH_MAX
from zhengtong.catalog.search.tokens import fields, han_runs, name_tokens, tokens

BODY_CHARACTERS_MAX = 600  # of an abstract

_SHARES = {str(share): share.zh for share in ShareType}
RawId = UUID | str  # an id as the store writes it: handed back to it, never looked at
Key = tuple[str, str, str, str, str, str, bool]  # the values of a FacetGroup, in the order of _GROUP


class Facts(NamedTuple):
    """What search knows of a revision, in the order of `_FACTS`, as the store says it."""

    id: RawId
    state: str
    name: str
    abstract: str
    office: str
    share_type: str
    theme: str
    cycle: str
    open_flag: bool
    guide_code: str
    short_code: str
    provider: str
    provider_name: str
    provider_short: str
    jurisdiction: str
    level: str

    def key(self) -> Key:
        """Its group of facets."""
        place = (self.provider, self.jurisdiction, self.level)
        return *place, self.share_type, self.theme, self.cycle, bool(self.open_flag)

    def filed(self) -> tuple[Key, bool, int]:
        """What its place says of it."""
        return self.key(), self.state in CURRENT_STATES, min(len(self.name), LENGTH_MAX)


class Texts(NamedTuple):
    """The tokens of a document by field."""

    title: str
    items: str
    body: str


def texts_of(facts: Facts, items: Iterable[str]) -> Texts:
    """The tokens of a revision; `items` are names and codes."""
    sounds = chain.from_iterable(map(words.pinyin, han_runs(facts.name)))
    names = (facts.provider_name, facts.provider_short, facts.office, _SHARES.get(facts.share_type, ""))
    title = [*tokens(facts.name), *tokens(facts.guide_code), *tokens(facts.short_code), *sounds]
    about = chain(tokens(facts.abstract[:BODY_CHARACTERS_MAX]), *map(name_tokens, names))
    return Texts(*fields(title, chain.from_iterable(map(name_tokens, items)), about))


def all_texts(found: list[tuple[Facts, list[str]]]) -> list[Texts]:
    """The tokens of many revisions, each with its items, in their order: what another process does of `reindex`."""
    return [texts_of(facts, items) for facts, items in found]
