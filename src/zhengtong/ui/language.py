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
LAWS = {  # as citations name them
    "政务数据共享条例": "Decree 809",
    "行政许可法": "Administrative Licensing Law",
    "市场主体登记管理条例": "Market Entity Registration Regulation",
    "个人信息保护法": "Personal Information Protection Law",
    "网络安全法": "Cybersecurity Law",
}
_ONE = "[一二三四五六七八九十]+"
_ARTICLE = re.compile(f"({'|'.join(LAWS)}) ?第((?:{_ONE}、)*{_ONE})条(?:第({_ONE})款)?")


def cite(article: str) -> str:
    """An article in the reader's language: 政务数据共享条例 第二十一条 / Decree 809, art. 21."""
    return _ARTICLE.sub(_cited, article) if lang() == "en" else article


def _cited(found: re.Match[str]) -> str:
    numbers = [_number(one) for one in found[2].split("、")]
    paragraph = f" ¶{_number(found[3])}" if found[3] else ""
    return f"{LAWS[found[1]]}, {'art.' if len(numbers) == 1 else 'arts.'} {', '.join(map(str, numbers))}{paragraph}"


def _number(chinese: str) -> int:
    """A Chinese number below a hundred: 二十一 → 21."""
    tens, ten, ones = chinese.rpartition("十")
    return (_DIGITS.index(tens) if tens else 1 if ten else 0) * 10 + (_DIGITS.index(ones) if ones else 0)
