"""What the articles oblige, name and forbid (条文、职责、情形、共享属性), as data with citations."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.messages import Lang
from zhengtong.regulations.limits import StatedLimit, all_limits

DIGITS = "〇一二三四五六七八九"


class Party(StrEnum):
    """Whom an article obliges."""

    DEPARTMENT = "department"  # 政府部门
    PROVIDER = "provider"  # 提供部门
    CONSUMER = "consumer"  # 需求部门
    SOURCE = "source"  # 数源部门
    AUTHORITY = "authority"  # 主管部门


PARTY_WORDS: dict[Party, tuple[str, str]] = {
    Party.DEPARTMENT: ("政府部门", "department"),
    Party.PROVIDER: ("提供部门", "provider"),
    Party.CONSUMER: ("需求部门", "consumer"),
    Party.SOURCE: ("数源部门", "source department"),
    Party.AUTHORITY: ("主管部门", "data authority"),
}


@dataclass(frozen=True, slots=True)
class Article:
    """One article (条文), restated, with what the program does because of it (`makes`: MODULE:NAME)."""

    law: str
    law_en: str
    number: int
    zh: str
    en: str
    makes: tuple[str, ...]
    in_force_from: date
    mark: str

    def cites(self, lang: Lang = "zh") -> str:
        """The article as a citation: 政务数据共享条例 第二十一条 / Decree 809, art. 21."""
        return f"{self.law_en}, art. {self.number}" if lang == "en" else f"{self.law} 第{in_characters(self.number)}条"


@dataclass(frozen=True, slots=True)
class Duty:
    """What an article obliges somebody to do (职责)."""

    id: str
    law: str
    article: int
    party: Party
    zh: str
    en: str
    in_force_from: date
    mark: str


@dataclass(frozen=True, slots=True)
class NamedBreach:
    """A breach that an article names (情形).  `open` is its catch-all, for people to claim (其他情形)."""

    id: str
    law: str
    article: int
    item: int
    party: Party
    zh: str
    en: str
    open: bool
    in_force_from: date
    mark: str

    def cites(self, lang: Lang = "zh") -> str:
        """The item as a citation: 政务数据共享条例 第三十九条第（四）项 / Decree 809, art. 39 (4)."""
        if lang == "en":
            return f"Decree 809, art. {self.article} ({self.item})"
        return f"{self.law} 第{in_characters(self.article)}条第（{in_characters(self.item)}）项"


@dataclass(frozen=True, slots=True)
class SharingType:
    """A sharing type (共享属性): what it means, what an entry of it must state, and the limit of the answer."""

    id: str
    law: str
    article: int
    zh: str
    en: str
    means: str
    means_en: str
    reply_limit: str  # id of a limit, "" where nothing is answered
    states: tuple[str, ...]
    in_force_from: date
    mark: str


@dataclass(frozen=True, slots=True)
class Explained:
    """An article with all that hangs on it (条文释义)."""

    article: Article
    limits: tuple[StatedLimit, ...]
    duties: tuple[Duty, ...]
    breaches: tuple[NamedBreach, ...]
    types: tuple[SharingType, ...]


def explain(asked: str, *, on: date, jurisdiction: str = "") -> tuple[Explained, ...]:
    """The articles that somebody means by 21, 第二十一条, 809:21 or 许可法42, with what hangs on them on a day.

    A bare number is looked for in every law.

    Raises:
        NotFound: no law here has such an article.
    """
    law, number = _understood(asked)
    found = [one for one in articles() if one.number == number and (not law or one.law == law)]
    if not found:
        raise NotFound("regulations.no_such_article", asked=asked[:40], known=_known())
    stated = all_limits(on=on, jurisdiction=jurisdiction)
    return tuple(_explained(one, stated) for one in found)


def _explained(article: Article, stated: Iterable[StatedLimit]) -> Explained:
    named = re.compile(f"{article.law} (第[一二三四五六七八九十百]+条、)*第{in_characters(article.number)}条")

    def of(one: Duty | NamedBreach | SharingType) -> bool:
        return one.law == article.law and one.article == article.number

    return Explained(
        article=article,
        limits=tuple(one for one in stated if named.search(one.limit.cites)),
        duties=tuple(filter(of, duties())),
        breaches=tuple(filter(of, breaches())),
        types=tuple(filter(of, sharing_types())),
    )


@lru_cache(maxsize=1)
def articles() -> tuple[Article, ...]:
    """Every article the program knows, law by law."""
    found: list[Article] = []
    for held in _laws():
        law, since, mark = (str(held[name]) for name in ("law", "in_force_from", "mark"))
        found += (
            Article(
                law, str(held["law_en"]), int(row["number"]), str(row["zh"]), str(row["en"]),
                tuple(row["makes"]), date.fromisoformat(since), mark,
            )
            for row in held["article"]
        )  # fmt: skip
    return tuple(found)


@lru_cache(maxsize=1)
def duties() -> tuple[Duty, ...]:
    """What 条例 obliges whom to do."""
    return tuple(
        Duty(r["id"], law, r["article"], Party(r["party"]), r["zh"], r["en"], since, mark)
        for r, law, since, mark in _rows("duties.toml", "duty")
    )


@lru_cache(maxsize=1)
def breaches() -> tuple[NamedBreach, ...]:
    """The breaches that 条例 names, article by article."""
    return tuple(
        NamedBreach(
            r["id"], law, r["article"], r["item"], Party(r["party"]), r["zh"], r["en"], bool(r.get("open")), since, mark
        )
        for r, law, since, mark in _rows("breaches.toml", "breach")
    )


@lru_cache(maxsize=1)
def sharing_types() -> tuple[SharingType, ...]:
    """The three sharing types."""
    return tuple(
        SharingType(
            r["id"], law, r["article"], r["zh"], r["en"], r["means"], r["means_en"], r["reply_limit"],
            tuple(r["states"]), since, mark,
        )
        for r, law, since, mark in _rows("sharing_types.toml", "sharing_type")
    )  # fmt: skip


def in_characters(number: int) -> str:
    """A number below a hundred as articles are counted: 9 九, 10 十, 21 二十一."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (DIGITS[ones] if ones else "")


def _understood(asked: str) -> tuple[str, int]:
    """A law ("" where none is named) and an article's number; 0 where nothing is understood."""
    text = asked.strip().replace(" ", "").rstrip("条")
    for held in _laws():
        for key in sorted(map(str, held["keys"]), key=len, reverse=True):
            if text.lower().startswith(key) and (rest := _number(text[len(key) :].lstrip(":：").removeprefix("第"))):
                return str(held["law"]), rest
    return "", _number(text.removeprefix("第"))


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 3:
        return int(text)
    return next((n for n in range(1, 100) if in_characters(n) == text), 0)


def _known() -> str:
    return "；".join(f"{held['law']} {'、'.join(str(row['number']) for row in held['article'])}" for held in _laws())


@lru_cache(maxsize=1)
def _laws() -> tuple[dict[str, Any], ...]:  # Any: TOML
    folder = files(__package__ or "zhengtong.regulations").joinpath("articles")
    sources = sorted(folder.iterdir(), key=lambda one: one.name)
    return tuple(tomllib.loads(one.read_text(encoding="utf-8")) for one in sources if one.name.endswith(".toml"))


def _rows(name: str, table: str) -> list[tuple[dict[str, Any], str, date, str]]:  # Any: TOML
    source = files(__package__ or "zhengtong.regulations").joinpath(name)
    held = tomllib.loads(source.read_text(encoding="utf-8"))
    return [(row, str(held["law"]), held["in_force_from"], str(held["mark"])) for row in held[table]]
