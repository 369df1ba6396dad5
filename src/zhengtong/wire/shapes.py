"""Strict reading of objects (严格取值): every key known, present, of its type and within its bound."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire.canonical import Json, parse_instant

TEXT_MAX = 200
DIGEST = re.compile(r"(sha-256|sm3):[0-9a-f]{64}")

E = TypeVar("E", bound=StrEnum)

__all__ = ["DIGEST", "TEXT_MAX", "Shape"]


class Shape:
    """An object being read key by key; `done()` refuses what nobody asked for (取值器)."""

    __slots__ = ("_left", "_thing")

    def __init__(self, value: Json, *, thing: str) -> None:
        if not isinstance(value, dict):
            raise RuleBroken("wire.bad_shape", thing=thing, field="", why="an object is expected")
        self._left = dict(value)
        self._thing = thing

    def take(self, key: str) -> Json:
        """The value of a key that must be there."""
        try:
            return self._left.pop(key)
        except KeyError:
            raise self.bad(key, "missing") from None

    def has(self, key: str) -> bool:
        """Whether a key that may be left out is there."""
        return key in self._left

    def done(self) -> None:
        """Refuse keys that were not read."""
        for key in sorted(self._left):
            raise self.bad(key, "unknown")

    def bad(self, key: str, why: str) -> RuleBroken:
        """The refusal of one key, to be raised."""
        return RuleBroken("wire.bad_shape", thing=self._thing, field=key, why=why)

    def text(self, key: str, *, most: int | None = TEXT_MAX, least: int = 0) -> str:
        """A text of bounded length."""
        value = self.take(key)
        if not isinstance(value, str):
            raise self.bad(key, "a text is expected")
        if len(value) < least or (most is not None and len(value) > most):
            raise self.bad(key, f"{least} to {most} characters are expected")
        return value

    def text_or_none(self, key: str, *, most: int = TEXT_MAX) -> str | None:
        """A text of bounded length, or null."""
        if self._left.get(key, "") is None:
            self.take(key)
            return None
        return self.text(key, most=most, least=1)

    def number(self, key: str, *, least: int = 0, most: int = 2**53 - 1) -> int:
        """A whole number within bounds."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.bad(key, f"a whole number {least} to {most} is expected")
        return value

    def number_or_none(self, key: str, *, least: int = 0) -> int | None:
        """A whole number within bounds, or null."""
        if self._left.get(key, 0) is None:
            self.take(key)
            return None
        return self.number(key, least=least)

    def instant(self, key: str) -> datetime:
        """An instant."""
        return parse_instant(self.text(key, most=24))

    def instant_or_none(self, key: str) -> datetime | None:
        """An instant, or null."""
        found = self.text_or_none(key, most=24)
        return None if found is None else parse_instant(found)

    def digest(self, key: str, *, empty: bool = False) -> str:
        """A digest text; the empty text where that is allowed."""
        value = self.text(key, most=80)
        if not (DIGEST.fullmatch(value) or (empty and value == "")):
            raise self.bad(key, "a digest is expected")
        return value

    def digest_or_none(self, key: str) -> str | None:
        """A digest text, or null."""
        if self._left.get(key, "") is None:
            self.take(key)
            return None
        return self.digest(key)

    def choice(self, key: str, among: type[E]) -> E:
        """One of an enumeration's values."""
        value = self.text(key, most=40)
        try:
            return among(value)
        except ValueError:
            raise self.bad(key, "unknown value") from None

    def choice_or_none(self, key: str, among: type[E]) -> E | None:
        """One of an enumeration's values, or null."""
        if self._left.get(key, "") is None:
            self.take(key)
            return None
        return self.choice(key, among)

    def items(self, key: str, *, most: int, least: int = 0) -> list[Json]:
        """A list of bounded length."""
        value = self.take(key)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise self.bad(key, f"a list of {least} to {most} is expected")
        return value

    def texts(self, key: str, *, most: int, each: int = TEXT_MAX, least: int = 0) -> tuple[str, ...]:
        """A list of bounded texts."""
        found = self.items(key, most=most, least=least)
        if not all(isinstance(item, str) and 0 < len(item) <= each for item in found):
            raise self.bad(key, f"texts of 1 to {each} characters are expected")
        return tuple(item for item in found if isinstance(item, str))

    def each(self, key: str, *, most: int, least: int = 0) -> Iterable["Shape"]:
        """A list of bounded length whose members are objects."""
        return [Shape(item, thing=f"{self._thing}.{key}") for item in self.items(key, most=most, least=least)]
