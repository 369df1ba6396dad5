"""The language of the page (页面语言), in the words that `kernel.messages` uses."""

from django.utils.translation import get_language

from zhengtong.kernel import messages


def lang() -> messages.Lang:
    """zh unless the reader chose English."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def message(key: str, **facts: object) -> str:
    """The sentence of a message key in the page's language."""
    return messages.text(key, lang=lang(), facts=facts)
