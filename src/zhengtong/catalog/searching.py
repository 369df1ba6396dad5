"""The address of a search (检索地址): what it asks, and links that narrow, widen or repeat it.  For pages and API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from zhengtong.catalog import queries
from zhengtong.ui.language import lang

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.functional import Promise

TEXT_MAX = 100
SHOWN_AT_ONCE = 8  # values of a facet; the rest unfolds

_LENGTHS = {"provider": 40, "share_type": 1, "theme": 10, "state": 20, "cycle": 20, "open": 1, "level": 12, "place": 6}
_ONLY_IF_SEVERAL = frozenset({"level", "place"})
_TITLES: "dict[str, Promise]" = {
    "share_type": _("共享属性"),
    "provider": _("提供部门"),
    "theme": _("主题分类"),
    "cycle": _("更新频率"),
    "open": _("社会开放"),
    "level": _("层级"),
    "place": _("区划"),
}


@dataclass(frozen=True, slots=True)
class FacetLink:
    """One value to narrow by; a chosen one is the way to take it off."""

    label: str
    count: int
    chosen: bool
    query: str


@dataclass(frozen=True, slots=True)
class FacetGroupLinks:
    """One kind of values, the first few and the rest."""

    name: str
    title: str
    links: tuple[FacetLink, ...]
    more: tuple[FacetLink, ...]
    open: bool  # something among `more` is chosen


@dataclass(frozen=True, slots=True)
class AdviceLink:
    """A search that finds something where this one does not."""

    word: str
    count: int
    query: str


def filters_of(given: Mapping[str, str], *, scope: str = "published") -> queries.EntryFilters:
    """What an address asks; `q` and `text` are the same.  Too long values are cut."""
    held = {name: given.get(name, "").strip()[:most] for name, most in _LENGTHS.items()}
    held["open"] = "1" if held["open"] == "1" else ""
    text = (given.get("text", "") or given.get("q", "")).strip()[:TEXT_MAX]
    return queries.EntryFilters(text=text, scope=scope, **held)


def kept(asked: queries.EntryFilters) -> list[tuple[str, str]]:
    """The chosen values, for the hidden fields of the search box."""
    held = ((name, str(getattr(asked, name))) for name in _TITLES)
    return [(name, value) for name, value in held if value]


def facet_groups(given: "QueryDict", facets: queries.Facets, asked: queries.EntryFilters) -> list[FacetGroupLinks]:
    """Facets as links that keep the other filters."""
    kinds: dict[str, Sequence[queries.Facet]] = {
        "share_type": facets.share_types,
        "provider": facets.providers,
        "theme": facets.themes,
        "cycle": facets.cycles,
        "open": facets.opens,
        "level": facets.levels,
        "place": facets.places,
    }
    chosen = {name: str(getattr(asked, name)) for name in kinds}
    telling = (n for n, values in kinds.items() if chosen[n] or len(values) >= (2 if n in _ONLY_IF_SEVERAL else 1))
    return [_group(given, name, kinds[name], chosen[name]) for name in telling]


def advice_links(advice: queries.Advice) -> list[AdviceLink]:
    """Words that find something by themselves, as links that narrow nothing."""
    return [AdviceLink(one.word, one.count, urlencode({"text": one.word})) for one in advice.words]


def without_filters(given: "QueryDict") -> str:
    """The same words, nothing narrowed."""
    return urlencode({"text": given.get("text", "") or given.get("q", "")})


def _group(given: "QueryDict", name: str, values: Sequence[queries.Facet], chosen: str) -> FacetGroupLinks:
    others = given.copy()
    others.pop("after", None)
    others.pop(name, None)
    links = [_link(others.urlencode(), name, facet, chosen=facet.value == chosen) for facet in values]
    first, rest = tuple(links[:SHOWN_AT_ONCE]), tuple(links[SHOWN_AT_ONCE:])
    return FacetGroupLinks(name, str(_TITLES[name]), first, rest, any(link.chosen for link in rest))


def _link(others: str, name: str, facet: queries.Facet, *, chosen: bool) -> FacetLink:
    own = "" if chosen else urlencode({name: facet.value})
    label = facet.label_en if lang() == "en" else facet.label_zh
    return FacetLink(label, facet.count, chosen, "&".join(filter(None, (others, own))))
