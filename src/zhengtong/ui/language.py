"""The language of the page (页面语言), in the words that `kernel.messages` uses."""

import re

from django.utils.translation import get_language

from zhengtong.kernel import messages


def lang() -> messages.Lang:
    """zh unless the reader chose English."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def message(key: str, **facts: object) -> str:
    """The sentence of a message key in the page's language."""
    return messages.text(key, lang=lang(), facts=facts)


_DIGITS = "〇一二三四五六七八九"
_ARTICLE = re.compile(r"政务数据共享条例 ?第((?:[一二三四五六七八九十]+、)*[一二三四五六七八九十]+)条")


def cite(article: str) -> str:
    """An article of the Decree in the reader's language: 政务数据共享条例 第二十一条 / Decree 809, art. 21."""
    return _ARTICLE.sub(_decree, article) if lang() == "en" else article


def _decree(found: re.Match[str]) -> str:
    numbers = [_number(one) for one in found[1].split("、")]
    return f"Decree 809, {'art.' if len(numbers) == 1 else 'arts.'} {', '.join(map(str, numbers))}"


def _number(chinese: str) -> int:
    """A Chinese number below a hundred: 二十一 → 21."""
    tens, ten, ones = chinese.rpartition("十")
    return (_DIGITS.index(tens) if tens else 1 if ten else 0) * 10 + (_DIGITS.index(ones) if ones else 0)
